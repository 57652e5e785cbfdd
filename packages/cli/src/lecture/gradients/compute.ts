import {
  concat,
  defaultRandom,
  gradients as gradientsOf,
  mul,
  seed,
  select,
  sum,
  Tensor,
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
    const direction = await directions(sequences, layer.outputSize);
    const states: unknown[] = [];
    for (const input of inputs) {
      const { state } = layer.step(input, states.at(-1));
      // The first one depends on the weights alone; as a variable it begins the graph that is asked.
      states.push(states.length === 0 ? mapTensorsIn(state, variable) : state);
    }
    const parts = states.map(tensorsIn);
    const loss = sum(mul(outputIn(states.at(-1)), direction));
    const gradients = gradientsOf(loss, parts.flat());
    for (const [step, { length }] of parts.entries()) {
      const ofStep = gradients.splice(0, length);
      norms[steps - 1 - step]! += (await normOfRows(ofStep, sequences)) / seeds;
    }
    for (const part of parts.flat()) part.dispose();
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

/** A state is a tensor, or an object of some. */
function mapTensorsIn(state: unknown, change: (tensor: Tensor) => Tensor): unknown {
  if (state instanceof Tensor) return change(state);
  const entries = Object.entries(state as Record<string, Tensor>);
  return Object.fromEntries(entries.map(([name, part]) => [name, change(part)]));
}

/** What a state shows as output: its first part, or all parts beside each other. */
function outputIn(state: unknown): Tensor {
  return state instanceof Tensor ? select(state, 0, 0) : concat(tensorsIn(state), 1);
}

function tensorsIn(state: unknown): Tensor[] {
  return state instanceof Tensor ? [state] : Object.values(state as Record<string, Tensor>);
}

/** The mean over the rows of the norms of their gradients, those of all parts of the state together: each [..., rows, units]. */
async function normOfRows(parts: readonly (Tensor | undefined)[], rows: number): Promise<number> {
  const squares = new Array<number>(rows).fill(0);
  for (const gradient of parts) {
    if (!gradient) continue;
    const units = gradient.shape.at(-1)!;
    for (const [at, value] of (await gradient.data()).entries())
      squares[Math.floor(at / units) % rows]! += value ** 2;
  }
  return squares.reduce((total, square) => total + Math.sqrt(square), 0) / rows;
}
