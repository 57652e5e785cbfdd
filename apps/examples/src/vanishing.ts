import { pathToFileURL } from 'node:url';
import { cpu, Elman, init, slice, tensor } from 'ostinato';

/** L20: one linear neuron with weight w on its memory; input 1, then zeros. Returns its output after 1000 steps, w^999. */
export async function outputAfterThousandSteps(w: number): Promise<number> {
  const network = new Elman(1, 1, { activation: 'linear', bias: false });
  network.weight.assign(new Float32Array([1]));
  network.recurrentWeight!.assign(new Float32Array([w]));
  const x = tensor([Array.from({ length: 1000 }, (_, time) => [time === 0 ? 1 : 0])]);
  return slice(network.forward(x).output, 1, -1).item();
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await init(cpu());
  for (const w of [1, 1.01, 0.99, 0.01]) console.log(`w = ${w}: ${await outputAfterThousandSteps(w)}`);
}
