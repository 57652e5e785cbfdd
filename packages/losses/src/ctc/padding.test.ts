import { cpu } from '@ostinato/backend-cpu';
import { type BackendFactory, init } from '@ostinato/kernel';
import { reference } from '@ostinato/kernel/reference';
import { gradients, ones, type Tensor, tensor, variable } from '@ostinato/tensor';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Lengths } from '../lengths.js';
import type { Reduction } from '../reduction.js';
import { ctcLoss } from './ctc-loss.js';

/** The law of padding: adding it, or changing what lies in it, changes no loss and no gradient. */

const classes = 4;
const inputLengths = [5, 2, 0, 3];
const batch = inputLengths.length;
const rows = [[1, 2, 2], [3], [], [2, 1]];
const targetLengths = rows.map(({ length }) => length);
const numberAt = (row: number, step: number, k: number): number =>
  2 * Math.sin(12.9898 * (1 + k + classes * (step + 5 * row)));

const logitsOf = (time: number, padding: number): Tensor =>
  tensor(
    Float32Array.from({ length: batch * time * classes }, (_, index) => {
      const step = Math.floor(index / classes) % time;
      const row = Math.floor(index / (time * classes));
      return step < inputLengths[row]! ? numberAt(row, step, index % classes) : padding;
    }),
    [batch, time, classes],
  );
/** Targets [batch, width] with numbers past the target lengths that are no symbols. */
const filled = (width: number, filler: number): Int32Array =>
  Int32Array.from({ length: batch * width }, (_, index) => {
    const [row, place] = [Math.floor(index / width), index % width];
    return rows[row]![place] ?? filler;
  });

const backends: [string, BackendFactory][] = [
  ['reference', reference()],
  ['cpu', cpu()],
];
const reductions: Reduction[] = ['mean', 'sum', 'batchMean', 'none'];

describe.each(backends)('padding on %s', (_, backend) => {
  beforeAll(async () => {
    await init(backend);
  });

  async function run(time: number, padding: number, width: number, asTensors: boolean, reduction: Reduction) {
    const x = variable(logitsOf(time, padding));
    const given = (lengths: readonly number[]): Lengths =>
      asTensors ? tensor(new Int32Array(lengths)) : lengths;
    const flat = filled(width, padding > 0 ? 2 ** 30 : -7);
    const loss = ctcLoss(x, asTensors ? tensor(flat, [batch, width]) : flat, {
      inputLengths: given(inputLengths),
      targetLengths: given(targetLengths),
      reduction,
    });
    const [gradient] = gradients(loss, [x], { seed: ones(loss.shape) });
    const slopes = [...(await gradient!.data())];
    const isReal = (index: number): boolean =>
      Math.floor(index / classes) % time < inputLengths[Math.floor(index / (time * classes))]!;
    return {
      loss: [...(await loss.data())],
      real: slopes.filter((__, index) => isReal(index)),
      padding: slopes.filter((__, index) => !isReal(index)),
    };
  }

  it.each(reductions)('does not count in the reduction %s', async (reduction) => {
    const plain = await run(5, 0, 3, false, reduction);
    expect(plain.loss.every(Number.isFinite)).toBe(true);
    expect(plain.real.some((slope) => slope !== 0)).toBe(true);
    for (const [time, padding, width] of [
      [5, 50, 3],
      [5, -1e4, 5],
      [8, 3, 3],
      [8, Number.NaN, 4],
      [6, Number.POSITIVE_INFINITY, 9],
    ] as const) {
      for (const asTensors of [false, true]) {
        const other = await run(time, padding, width, asTensors, reduction);
        expect(other.padding.every((slope) => slope === 0)).toBe(true);
        expect(other.loss).toEqual(plain.loss);
        expect(other.real).toEqual(plain.real);
      }
    }
  });
});
