import { table } from '../../table.js';
import { defineExperiment } from '../experiment.js';
import { computeSurface, type PathPlace, type SurfaceResult, type Weights } from './compute.js';
import { drawSurface } from './draw.js';

/** Where both trainings begin, jump and end. */
export function printSurface(result: SurfaceResult): string {
  const { steps, target, rate, clipNorm, surface, withoutClipping, withClipping } = result;
  const losses = surface.loss.flat();
  const row = (name: string, path: readonly PathPlace[]): string[] => {
    const last = path.at(-1)!;
    const steepest = Math.max(...path.map(({ gradientNorm }) => gradientNorm));
    return [
      name,
      steepest.toFixed(2),
      longestStep(path).toFixed(2),
      `(${last.w1.toFixed(2)}, ${last.w2.toFixed(2)})`,
      last.loss.toFixed(4),
    ];
  };
  const { w1, w2, loss } = withClipping[0]!;
  return [
    `One sigmoid neuron, weight w1 on the input 1, w2 on its memory; loss: (output after ${steps} steps - ${target}) squared.`,
    `On the surface the loss lies between ${Math.min(...losses).toFixed(4)} and ${Math.max(...losses).toFixed(4)}: flat plains, and a cliff between them.`,
    '',
    `Gradient descent from (w1, w2) = (${w1}, ${w2}), loss ${loss.toFixed(4)}; rate ${rate}, ${withClipping.length - 1} updates:`,
    '',
    ...table([
      ['', 'largest gradient norm', 'longest step', 'ends at (w1, w2)', 'loss there'],
      row('without clipping', withoutClipping),
      row(`clipped to norm ${clipNorm}`, withClipping),
    ]),
    '',
    'Without clipping, one step at the cliff throws the weights far onto a plain, where the gradient is too small to come back.',
  ].join('\n');
}

/** The longest step of a path, as a distance in the plane of the weights. */
export function longestStep(path: readonly Weights[]): number {
  return path
    .slice(1)
    .reduce(
      (longest, { w1, w2 }, at) => Math.max(longest, Math.hypot(w1 - path[at]!.w1, w2 - path[at]!.w2)),
      0,
    );
}

/** `ostinato lecture surface` */
export const surface = defineExperiment({
  name: 'surface',
  item: 'L19',
  title: 'an error surface with plains and a cliff, and why clipping helps',
  compute: () => computeSurface(),
  print: printSurface,
  draw: drawSurface,
});
