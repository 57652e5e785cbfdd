import { type CellProgram, defineCell, expr } from '@ostinato/kernel';
import { Elman, initializers } from '@ostinato/layers';
import { meanSquaredError } from '@ostinato/losses';
import { full, noGrad, recurrence, slice, square, sub, type Tensor, tensor, tidy } from '@ostinato/tensor';
import { SGD } from '@ostinato/train';

/** A place on the surface: the weight on the input and the weight on the memory. */
export interface Weights {
  readonly w1: number;
  readonly w2: number;
}

/** The loss over a grid of weights. */
export interface Surface {
  readonly w1: readonly number[];
  readonly w2: readonly number[];
  /** [w2, w1] */
  readonly loss: readonly (readonly number[])[];
}

/** A place on the way of a training. */
export interface PathPlace extends Weights {
  readonly loss: number;
  /** Of the gradient at this place, before clipping. */
  readonly gradientNorm: number;
}

/** The surface and two ways over it from the same start. */
export interface SurfaceResult {
  readonly steps: number;
  readonly target: number;
  readonly rate: number;
  readonly clipNorm: number;
  readonly surface: Surface;
  readonly withoutClipping: readonly PathPlace[];
  readonly withClipping: readonly PathPlace[];
}

/** Time steps of the network. */
const STEPS = 50;
/** What its output should be after them. */
const TARGET = 0.7;
/** What the neuron holds before them. */
const MEMORY = 0.5;
/** The trainings: place of the start, rate, limit of the gradient's norm, updates. */
const TRAINING = { start: { w1: -1.5, w2: 5.5 }, rate: 0.5, clipNorm: 0.3, updates: 150 } as const;
/** The part of the surface that is shown. */
const AREA = { w1: [-4, 2], w2: [3, 7] } as const;

/** L19: the loss of a network of one neuron over its two weights, and the way of a training with and without clipping. */
export async function computeSurface(columns = 181, rows = 131): Promise<SurfaceResult> {
  const along = ([from, to]: readonly [number, number], count: number): number[] =>
    Array.from({ length: count }, (_, index) => from + ((to - from) * index) / (count - 1));
  const [w1, w2] = [along(AREA.w1, columns), along(AREA.w2, rows)];
  const losses = await lossesAt(w2.flatMap((w2) => w1.map((w1) => ({ w1, w2 }))));
  const { rate, clipNorm } = TRAINING;
  return {
    steps: STEPS,
    target: TARGET,
    rate,
    clipNorm,
    surface: { w1, w2, loss: w2.map((_, row) => losses.slice(row * columns, (row + 1) * columns)) },
    withoutClipping: await trainingPath(),
    withClipping: await trainingPath(clipNorm),
  };
}

/** A neuron for itself, whose two weights are parameters of the unit: a layer of them tries as many pairs of weights at once. */
const loneNeuron: CellProgram = defineCell(
  { name: 'lone-neuron', gates: 1, states: 1, parameters: 2 },
  ({ x: [x], s: [h], p: [w1, w2] }) => [expr.sigmoid(expr.add(expr.mul(w1!, x!), expr.mul(w2!, h!)))],
);

/** The loss at each of these places: one walk through time for all. */
export async function lossesAt(places: readonly Weights[]): Promise<number[]> {
  const units = places.length;
  const losses = tidy(() =>
    noGrad(() => {
      const { final } = recurrence({
        cell: loneNeuron,
        x: full([STEPS, 1, 1, units], 1),
        parameters: tensor([places.map(({ w1 }) => w1), places.map(({ w2 }) => w2)]),
        initial: full([1, 1, units], MEMORY),
      });
      return square(sub(final, TARGET));
    }),
  );
  const values = [...(await losses.data())];
  losses.dispose();
  return values;
}

/** The way of plain gradient descent from the start; all places, the first and the last included. */
async function trainingPath(clipNorm?: number): Promise<PathPlace[]> {
  const { start, rate, updates } = TRAINING;
  const network = new Elman(1, 1, {
    activation: 'sigmoid',
    bias: false,
    weightInit: initializers.constant(start.w1),
    recurrentInit: initializers.constant(start.w2),
  });
  const optimizer = new SGD(network, { rate, clipNorm });
  const x = full([1, STEPS, 1], 1);
  const state = full([1, 1, 1], MEMORY);
  const target = full([1, 1, 1], TARGET);
  const loss = (): Tensor => meanSquaredError(slice(network.forward(x, { state }).output, 1, -1), target);
  const path: PathPlace[] = [];
  for (let update = 0; update <= updates; update++) {
    const [w1, w2] = [await network.weight.item(), await network.recurrentWeight!.item()];
    optimizer.step(loss);
    const report = await optimizer.report();
    path.push({ w1, w2, loss: report.loss!, gradientNorm: report.gradientNorm! });
  }
  optimizer.dispose();
  return path;
}
