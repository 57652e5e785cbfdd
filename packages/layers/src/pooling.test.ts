import { cpu } from '@ostinato/backend-cpu';
import { type Backend, DTypeError, init, OstinatoError, ShapeError } from '@ostinato/kernel';
import { reference } from '@ostinato/kernel/reference';
import {
  gradcheck,
  gradients,
  pad,
  RandomSource,
  seed,
  square,
  sum,
  type Tensor,
  tensor,
  variable,
  zeros,
} from '@ostinato/tensor';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  AttentionPooling,
  Bidirectional,
  GRU,
  type LastStepOptions,
  LSTM,
  lastStep,
  maxPooling,
  meanPooling,
  type PoolingOptions,
} from './index.js';

type Summary = (x: Tensor, options?: PoolingOptions) => Tensor;

/** Every summary of 3 features, made anew on the current backend. */
const summaries: readonly (readonly [name: string, make: () => Summary])[] = [
  ['lastStep', () => lastStep],
  ['lastStep, one feature backwards', () => (x, options) => lastStep(x, { ...options, backwards: 1 })],
  ['meanPooling', () => meanPooling],
  ['maxPooling', () => maxPooling],
  [
    'AttentionPooling',
    () => {
      seed(5);
      const layer = new AttentionPooling(3, 4);
      return (x, options) => layer.forward(x, options);
    },
  ],
];

const { NaN: nan } = Number;
const one = [
  [
    [1, -1, 5],
    [2, -3, 4],
    [3, -2, 6],
  ],
];

/** Sums of float32 may be added up in another order where shapes or backends differ. */
function expectClose(actual: ArrayLike<number>, wanted: ArrayLike<number>): void {
  expect(actual.length).toBe(wanted.length);
  for (const [at, value] of Array.from(actual).entries())
    expect(Math.abs(value - wanted[at]!) / (1 + Math.abs(wanted[at]!)), `element ${at}`).toBeLessThan(1e-5);
}

beforeEach(async () => {
  await init(reference());
});

describe('sequence summaries (L24)', () => {
  it('are the last step, the mean and the maximum of the real steps', async () => {
    const x = tensor(one);
    expect(await lastStep(x).array()).toEqual([[3, -2, 6]]);
    expect(await lastStep(x, { lengths: [2] }).array()).toEqual([[2, -3, 4]]);
    expect(await meanPooling(x).array()).toEqual([[2, -2, 5]]);
    expect(await meanPooling(x, { lengths: [2] }).array()).toEqual([[1.5, -2, 4.5]]);
    expect(await maxPooling(x).array()).toEqual([[3, -1, 6]]);
    expect(await maxPooling(x, { lengths: [2] }).array()).toEqual([[2, -1, 5]]);
  });

  it.each(summaries)('%s: padding changes nothing, even NaN, and gets no gradient', async (_, make) => {
    const summary = make();
    const real = new RandomSource(3).normal([3, 4, 3]);
    const lengths = [4, 2, 1];
    const wanted = await summary(real, { lengths }).data();
    const values = [...(await pad(real, 1, 0, 3).data())];
    for (const [row, length] of lengths.entries())
      for (let at = (row * 7 + length) * 3; at < (row + 1) * 21; at++) values[at] = at % 2 ? nan : Infinity;
    const x = variable(tensor(Float32Array.from(values), [3, 7, 3]));
    const result = summary(x, { lengths: tensor(Int32Array.from(lengths)) });
    expectClose(await result.data(), wanted);
    const gradient = await gradients(sum(square(result)), [x])[0]!.data();
    const padded = (at: number): boolean => Math.floor(at / 3) % 7 >= lengths[Math.floor(at / 21)]!;
    for (const [at, value] of gradient.entries()) {
      if (padded(at)) expect(value, `element ${at}`).toBe(0);
      else expect(value, `element ${at}`).toSatisfy(Number.isFinite);
    }
    expect(gradient.some((value) => value !== 0)).toBe(true);
  });

  it.each(summaries)('%s: gives zeros for a row of length 0, and no gradient', async (_, make) => {
    const summary = make();
    const x = variable(tensor([[[nan, 1, 2]], [[1, 2, 3]]]));
    const result = summary(x, { lengths: [0, 1] });
    const [empty, full] = (await result.array()) as number[][];
    expect(empty).toEqual([0, 0, 0]);
    expect(full).toEqual([1, 2, 3]);
    const [gradient] = (await gradients(sum(result), [x])[0]!.array()) as number[][][];
    expect(gradient).toEqual([[0, 0, 0]]);
    expect(await summary(zeros([2, 0, 3])).array()).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ]);
  });

  it.each(summaries)('%s: has right gradients', async (_, make) => {
    const summary = make();
    const x = new RandomSource(11).normal([3, 5, 3]);
    const lengths = tensor(new Int32Array([5, 2, 0]));
    await gradcheck((input) => summary(input, { lengths }), [x]);
    await gradcheck((input) => summary(input), [x]);
  });

  it.each(summaries)('%s: of one step is that step', async (_, make) => {
    const x = new RandomSource(2).normal([4, 1, 3]);
    expect(await make()(x).data()).toEqual(await x.data());
  });

  it.each(summaries)('%s: gives on cpu what it gives on the reference, gradients too', async (_, make) => {
    const numbers = await new RandomSource(12).normal([9, 17, 3]).data();
    const run = async (): Promise<ArrayLike<number>[]> => {
      const x = variable(tensor(numbers as Float32Array, [9, 17, 3]));
      const result = make()(x, { lengths: [17, 2, 0, 1, 16, 7, 3, 5, 4] });
      const [gradient] = gradients(sum(square(result)), [x]);
      return Promise.all([result.data(), gradient!.data()]);
    };
    const wanted = await run();
    await init(cpu());
    for (const [index, part] of (await run()).entries()) expectClose(part, wanted[index]!);
  });

  it('share no gradient among equal maxima: the first gets it', async () => {
    const x = variable(tensor([[[1], [2], [2]]]));
    expect(await gradients(sum(maxPooling(x)), [x])[0]!.array()).toEqual([[[0], [1], [0]]]);
    expect(await maxPooling(tensor([[[1], [nan], [2]]])).array()).toEqual([[nan]]);
  });

  it('name what does not fit', () => {
    const x = zeros([2, 3, 4]);
    expect(() => lastStep(zeros([2, 3]))).toThrow(ShapeError);
    expect(() => lastStep(zeros([2, 3]))).toThrow(
      'lastStep: x must have shape [batch, time, features], got [2, 3]',
    );
    expect(() => meanPooling([1] as never)).toThrow(/meanPooling: x must have shape .* got an array of 1/);
    expect(() => maxPooling(zeros([2, 3, 4], { dtype: 'i32' }))).toThrow(DTypeError);
    expect(() => maxPooling(x, { lengths: [1, 4] })).toThrow(/maxPooling: the length of row 1 is 4/);
    expect(() => lastStep(x, { backwards: 5 })).toThrow(OstinatoError);
    expect(() => lastStep(x, { backwards: 5 })).toThrow(/whole number from 0 to 4, the features of x, got 5/);
    expect(() => new AttentionPooling(0)).toThrow(/inputSize must be a whole number from 1/);
    expect(() => new AttentionPooling(3).forward(x)).toThrow(
      'AttentionPooling(3): x must have shape [batch, time, 3], got [2, 3, 4]',
    );
  });
});

describe('lastStep', () => {
  it('is what the layer remembers at the end, whichever way it walks', async () => {
    const x = new RandomSource(4).normal([3, 5, 3]);
    const lengths = [5, 3, 1];
    const layer = new GRU(3, 4);
    const ahead = layer.forward(x, { lengths });
    expect(await lastStep(ahead.output, { lengths }).array()).toEqual(
      (await ahead.state.array())[0 as never],
    );
    const back = layer.forward(x, { lengths, reverse: true });
    const options: LastStepOptions = { lengths, backwards: 4 };
    expect(await lastStep(back.output, options).array()).toEqual((await back.state.array())[0 as never]);
    const both = new Bidirectional(new LSTM(3, 2), new LSTM(3, 4));
    const { output, state } = both.forward(x, { lengths });
    const [summary, forward, backward] = await Promise.all(
      [lastStep(output, options), state.forward, state.backward].map((part) => part.array()),
    );
    const rows = (part: unknown): number[][] => (part as number[][][])[0]!;
    expect(summary).toEqual(rows(forward).map((row, at) => [...row, ...rows(backward)[at]!]));
  });
});

describe('AttentionPooling', () => {
  it('tells its weights: of each row with real steps they sum to 1', async () => {
    const layer = new AttentionPooling(3);
    const x = new RandomSource(6).normal([3, 4, 3]);
    const weights = (await layer.weights(x, { lengths: [4, 2, 0] }).array()) as number[][];
    const sums = weights.map((row) => row.reduce((total, weight) => total + weight));
    expect(sums[0]).toBeCloseTo(1, 6);
    expect(sums[1]).toBeCloseTo(1, 6);
    expect(weights[1]!.slice(2)).toEqual([0, 0]);
    expect(weights[2]).toEqual([0, 0, 0, 0]);
  });

  it('has right gradients for its parameters', async () => {
    const layer = new AttentionPooling(3, 2);
    const x = new RandomSource(7).normal([2, 4, 3]);
    const lengths = tensor(new Int32Array([4, 2]));
    for (const parameter of layer.parameters()) {
      const before = await parameter.data();
      const loss = (): Tensor => sum(square(layer.forward(x, { lengths })));
      const found = await gradients(loss(), [parameter])[0]!.data();
      for (const at of before.keys()) {
        const lossAfter = async (change: number): Promise<number> => {
          const moved = Float32Array.from(before);
          moved[at]! += change;
          parameter.copyFrom(tensor(moved, parameter.shape));
          return loss().item();
        };
        const slope = ((await lossAfter(1e-3)) - (await lossAfter(-1e-3))) / 2e-3;
        expect(found[at], `${parameter.shape} ${at}`).toBeCloseTo(slope, 3);
        await lossAfter(0);
      }
    }
  });
});

describe('the number of kernel calls', () => {
  it.each(summaries)('of %s does not grow with time', async (_, make) => {
    const counts: number[] = [];
    for (const time of [3, 30]) {
      const backend: Backend = await init(reference());
      const summary = make();
      const x = zeros([2, time, 3]);
      const lengths = tensor(new Int32Array([time, 1]));
      let calls = 0;
      for (const kernel of ['map', 'reduce', 'matmul', 'gather', 'scatterAdd'] as const) {
        const plain = backend[kernel].bind(backend) as (...args: unknown[]) => void;
        (backend as unknown as Record<string, unknown>)[kernel] = (...args: unknown[]) => {
          calls++;
          plain(...args);
        };
      }
      summary(x, { lengths });
      counts.push(calls);
    }
    expect(counts[1]).toBe(counts[0]);
    expect(counts[0]).toBeLessThanOrEqual(12);
  });
});
