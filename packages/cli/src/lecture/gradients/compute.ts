import {
  defaultRandom,
  gradients as gradientsOf,
  mul,
  seed,
  select,
  sum,
  type Tensor,
  tensor,
  variable,
} from '@ostinato/tensor';
import { type ComparedCell, cells } from '../cells.js';

/** How strong the gradient still is, by how far back. */
export interface GradientsOfCell {
  readonly cell: string;
  /** [distances] Norm of the gradient of the loss with respect to the state 0, 1, 2, ... steps before the last one; 1 at 0. */
  readonly norms: readonly number[];
}

/** What is measured, and on what. */
export interface GradientsResult {
  readonly hiddenSize: number;
  readonly steps: number;
  readonly sequences: number;
  readonly seeds: number;
  readonly cells: readonly GradientsOfCell[];
}

/** How much is measured. */
export interface GradientsOptions {
  readonly hiddenSize?: number;
  readonly steps?: number;
  /** Sequences for each seed. */
  readonly sequences?: number;
  readonly seeds?: number;
}

/**
 * L21: the gradient of a loss at the last step with respect to the state at each step before, in networks as they start. The
 * inputs are those of the adding problem, a number in [0, 1) and a mark at two of the steps; the loss is a random direction of
 * the last hidden values, of length 1.
 */
export async function computeGradients(options: GradientsOptions = {}): Promise<GradientsResult> {
  const { hiddenSize = 32, steps = 101, sequences = 8, seeds = 3 } = options;
  const sizes = { hiddenSize, steps, sequences, seeds };
  const measured: GradientsOfCell[] = [];
  for (const cell of cells) measured.push(await measure(cell, sizes));
  return { ...sizes, cells: measured };
}

async function measure(
  { name, make }: ComparedCell,
  sizes: Required<GradientsOptions>,
): Promise<GradientsOfCell> {
  const { hiddenSize, steps, sequences, seeds } = sizes;
  const norms = new Array<number>(steps).fill(0);
  for (let start = 1; start <= seeds; start++) {
    seed(start);
    const layer = make(2, hiddenSize);
    const inputs = await addingInputs(steps, sequences);
    const direction = await directions(sequences, hiddenSize);
    const states: Tensor[] = [];
    for (const input of inputs) {
      const { state } = layer.step(input, states.at(-1));
      // The first one depends on the weights alone; as a variable it begins the graph that is asked.
      states.push(states.length === 0 ? variable(state) : state);
    }
    const loss = sum(mul(select(states.at(-1)!, 0, 0), direction));
    for (const [step, gradient] of gradientsOf(loss, states).entries()) {
      norms[steps - 1 - step]! += (await normOfRows(gradient!)) / seeds;
    }
    for (const state of states) state.dispose();
  }
  return { cell: name, norms };
}

/** For each step [sequences, 2]: a number, and 1 at one step of the first half and one of the second, else 0. */
async function addingInputs(steps: number, sequences: number): Promise<Tensor[]> {
  const random = defaultRandom();
  const numbers = await random.uniform([steps, sequences]).data();
  const places = await random.uniform([2, sequences]).data();
  const half = Math.floor(steps / 2);
  return Array.from({ length: steps }, (_, step) =>
    tensor(
      Array.from({ length: sequences }, (_, row) => {
        const place = Math.floor(half * places[step < half ? row : sequences + row]!);
        return [numbers[step * sequences + row]!, step % half === place ? 1 : 0];
      }),
    ),
  );
}

/** A random direction for each row: [rows, width], each of length 1. */
async function directions(rows: number, width: number): Promise<Tensor> {
  const values = Float32Array.from(await defaultRandom().normal([rows, width]).data());
  for (let row = 0; row < rows; row++) {
    const part = values.subarray(row * width, (row + 1) * width);
    const length = Math.hypot(...part);
    for (let at = 0; at < width; at++) part[at]! /= length;
  }
  return tensor(values, [rows, width]);
}

/** The mean over the rows of the norms of their gradients, all states together: [states, rows, hidden]. */
async function normOfRows(gradient: Tensor): Promise<number> {
  const [states, rows, hidden] = gradient.shape as [number, number, number];
  const values = await gradient.data();
  const squares = new Array<number>(rows).fill(0);
  for (let at = 0; at < states * rows * hidden; at++)
    squares[Math.floor(at / hidden) % rows]! += values[at]! ** 2;
  return squares.reduce((total, square) => total + Math.sqrt(square), 0) / rows;
}
