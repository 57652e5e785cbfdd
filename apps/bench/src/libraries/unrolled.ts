import type { RecurrentProblem } from '../cases/problem.js';
import { type CellKind, gatesOf, parametersOf, type RecurrentTask } from '../cases/task.js';

/** The operations that a recurrent layer is made of, in a library that has tensors of type T and no layer of its own to call. */
export interface TensorOps<T> {
  add(a: T, b: T): T;
  sub(a: T, b: T): T;
  mul(a: T, b: T): T;
  sigmoid(x: T): T;
  tanh(x: T): T;
  /** [M, K] · [K, N] */
  matmul(a: T, b: T): T;
  reshape(x: T, shape: number[]): T;
  zeros(shape: number[]): T;
  /** Equal parts of the last of two axes. */
  split(x: T, parts: number): T[];
  /** [B, T, N] to T times [B, N]. */
  unstack(x: T, time: number): T[];
  /** T times [B, N] to [B, T, N]. */
  stack(steps: T[]): T;
  /** Side by side along the last of three axes. */
  concat(parts: T[]): T;
  /** `a` where the condition [B, 1] is true, else `b`. */
  where(condition: T, a: T, b: T): T;
}

/** The weights of a direction as tensors; `parameters` [parameters, hidden] as rows [1, hidden]. */
export interface DirectionTensors<T> {
  readonly weight: T;
  readonly recurrentWeight: T;
  readonly bias: T;
  readonly parameters: readonly T[];
}

/** Whether a step is real, for each row [B, 1]; undefined where it is for all. */
export type Masks<T> = readonly (T | undefined)[];

/** Numbers of the masks of a problem: for each step 0 or 1 for each row; undefined where the step is real for all rows. */
export function maskNumbers({ task, lengths }: RecurrentProblem): (Float32Array | undefined)[] {
  return Array.from({ length: task.time }, (_, time) =>
    lengths?.some((length) => time >= length)
      ? Float32Array.from(lengths, (length) => (time < length ? 1 : 0))
      : undefined,
  );
}

/**
 * A recurrent layer from single operations: one projection for all steps, then step by step. It is how such a library does it
 * fastest: with TensorFlow.js a little faster than its own layers, which project at every step.
 * @returns the output [B, T, directions · H]
 */
export function unrolledLayer<T>(
  ops: TensorOps<T>,
  task: RecurrentTask,
  x: T,
  directions: readonly DirectionTensors<T>[],
  masks: Masks<T>,
): T {
  const outputs = directions.map((weights, index) => direction(ops, task, x, weights, masks, index === 1));
  return outputs.length > 1 ? ops.concat(outputs) : outputs[0]!;
}

function direction<T>(
  ops: TensorOps<T>,
  { cell, batch, time, input, hidden }: RecurrentTask,
  x: T,
  weights: DirectionTensors<T>,
  masks: Masks<T>,
  reverse: boolean,
): T {
  const rows = ops.reshape(x, [batch * time, input]);
  const projected = ops.add(ops.matmul(rows, weights.weight), weights.bias);
  const steps = ops.unstack(ops.reshape(projected, [batch, time, gatesOf[cell] * hidden]), time);
  const zeros = ops.zeros([batch, hidden]);
  const outputs: T[] = new Array(time);
  let states: T[] = cell === 'lstm' || cell === 'peephole' ? [zeros, zeros] : [zeros];
  for (let count = 0; count < time; count++) {
    const at = reverse ? time - 1 - count : count;
    const product = ops.matmul(states[0]!, weights.recurrentWeight);
    const next = cells[cell](ops, steps[at]!, product, states, weights.parameters);
    const mask = masks[at];
    states = mask ? next.map((state, index) => ops.where(mask, state, states[index]!)) : next;
    outputs[at] = mask ? ops.where(mask, next[0]!, zeros) : next[0]!;
  }
  return ops.stack(outputs);
}

/** One step: x and r [B, gates · H], the states before, the cell's parameters; gives the new states. */
type CellStep = <T>(ops: TensorOps<T>, x: T, r: T, states: readonly T[], parameters: readonly T[]) => T[];

const cells: Record<CellKind, CellStep> = {
  elman: (ops, x, r) => [ops.tanh(ops.add(x, r))],
  lstm: (ops, x, r, [, c]) => {
    const [i, f, g, o] = ops.split(ops.add(x, r), 4);
    const next = ops.add(ops.mul(ops.sigmoid(f!), c!), ops.mul(ops.sigmoid(i!), ops.tanh(g!)));
    return [ops.mul(ops.sigmoid(o!), ops.tanh(next)), next];
  },
  gru: (ops, x, r, [h], [b]) => {
    const [xReset, xUpdate, xNew] = ops.split(x, 3);
    const [rReset, rUpdate, rNew] = ops.split(r, 3);
    const reset = ops.sigmoid(ops.add(xReset!, rReset!));
    const update = ops.sigmoid(ops.add(xUpdate!, rUpdate!));
    const candidate = ops.tanh(ops.add(xNew!, ops.mul(reset, ops.add(rNew!, b!))));
    return [ops.add(candidate, ops.mul(update, ops.sub(h!, candidate)))];
  },
  peephole: (ops, x, r, [, c], p) => {
    const [i, f, g, o] = ops.split(ops.add(x, r), 4);
    const input = ops.sigmoid(ops.add(i!, ops.mul(p[0]!, c!)));
    const forget = ops.sigmoid(ops.add(f!, ops.mul(p[1]!, c!)));
    const next = ops.add(ops.mul(forget, c!), ops.mul(input, ops.tanh(g!)));
    return [ops.mul(ops.sigmoid(ops.add(o!, ops.mul(p[2]!, next))), ops.tanh(next)), next];
  },
};

/** The rows of the cell's parameters [parameters, hidden]. */
export function parameterRows(task: RecurrentTask, parameters: Float32Array): Float32Array[] {
  return Array.from({ length: parametersOf[task.cell] }, (_, row) =>
    parameters.slice(row * task.hidden, (row + 1) * task.hidden),
  );
}

/** Arrays one after the other: the gradients of the parameters' rows as the gradient of all parameters. */
export function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((size, part) => size + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}
