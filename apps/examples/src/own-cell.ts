import { pathToFileURL } from 'node:url';
import {
  Adam,
  cpu,
  defaultRandom,
  defineCell,
  expr,
  init,
  Linear,
  Module,
  meanSquaredError,
  Recurrent,
  seed,
  slice,
  sum,
  type Tensor,
} from 'ostinato';

/** A leaky integrator of its inputs: the state falls by a tenth each step, and a gate decides how much comes in. */
export const leaky = defineCell({ name: 'leaky', gates: 2, states: 1 }, ({ x, r, s: [state] }) => {
  const gate = expr.sigmoid(expr.add(x[0]!, r[0]!));
  const candidate = expr.tanh(expr.add(x[1]!, r[1]!));
  return [expr.add(expr.mul(0.9, state!), expr.mul(gate, candidate))];
});

class Summer extends Module {
  rnn = new Recurrent(leaky, 1, 16);
  head = new Linear(16, 1);
  forward(x: Tensor): Tensor {
    const { output } = this.rnn.forward(x);
    return this.head.forward(slice(output, 1, -1));
  }
}

/** Trains the cell to add up eight numbers. Returns the first and the last loss. */
export async function main(steps = 300): Promise<{ first: number; last: number }> {
  await init(cpu());
  seed(1);
  const model = new Summer();
  const optimizer = new Adam(model, { rate: 1e-2, clipNorm: 1 });
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const loss = optimizer.step(() => {
      const x = defaultRandom().uniform([32, 8, 1]);
      return meanSquaredError(model.forward(x), sum(x, 1, { keepDims: true }));
    });
    losses.push(await loss.item());
  }
  return { first: losses[0]!, last: losses.at(-1)! };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { first, last } = await main();
  console.log(`mean squared error: ${first.toFixed(3)} at the start, ${last.toFixed(5)} after training`);
}
