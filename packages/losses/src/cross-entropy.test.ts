import { DTypeError, IndexError, init, OstinatoError, ShapeError } from '@ostinato/kernel';
import { reference } from '@ostinato/kernel/reference';
import { gradients, Parameter, sum, type Tensor, tensor, tidy, variable } from '@ostinato/tensor';
import { beforeAll, describe, expect, it } from 'vitest';
import { type CrossEntropyOptions, crossEntropy } from './cross-entropy.js';

beforeAll(async () => {
  await init(reference());
});

/** log p_c of one step in plain numbers. */
function logProbabilities(logits: readonly number[]): number[] {
  const largest = Math.max(...logits);
  const total = logits.reduce((sum, x) => sum + Math.exp(x - largest), 0);
  return logits.map((x) => x - largest - Math.log(total));
}

/** The loss of one step by PyTorch's formula: -Σ_c w_c ((1 - ε) q_c + ε / C) log p_c. */
function stepLoss(
  logits: readonly number[],
  distribution: readonly number[],
  { smoothing = 0, weights = logits.map(() => 1) }: { smoothing?: number; weights?: readonly number[] } = {},
): number {
  return logProbabilities(logits).reduce(
    (loss, value, c) =>
      loss - weights[c]! * ((1 - smoothing) * distribution[c]! + smoothing / logits.length) * value,
    0,
  );
}

const oneOf = (index: number, classes: number): number[] =>
  Array.from({ length: classes }, (_, c) => (c === index ? 1 : 0));
const total = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

// Two rows of three steps, four classes; the second row is two steps long.
const rows = [
  [
    [0.2, -1.1, 0.7, 1.9],
    [-0.4, 0.6, 2.2, -1.5],
    [1, 1, 1, 1],
  ],
  [
    [3, -2, 0.5, 0.1],
    [0, 0.3, -0.3, 0.9],
    [7, -7, 7, -7],
  ],
];
const tags = [
  [3, 0, 1],
  [0, 2, 1],
];
const lengths = [3, 2];
const real: [logits: number[], tag: number][] = rows.flatMap((row, b) =>
  row.flatMap((logits, t): [number[], number][] => (t < lengths[b]! ? [[logits, tags[b]![t]!]] : [])),
);
const losses = real.map(([logits, tag]) => stepLoss(logits, oneOf(tag, 4)));
const weights = [0.5, 2, 1.25, 3];
const targets = new Int32Array(tags.flat());
const targetTensor = (): Tensor => tensor(targets, [2, 3]);

const value = (options: CrossEntropyOptions = {}, of = targets): Promise<number> =>
  crossEntropy(tensor(rows), of, { lengths, ...options }).item();

describe('crossEntropy of class indices', () => {
  it('is log(classes) for equal logits', async () => {
    expect(await crossEntropy(tensor([[0, 0, 0, 0]]), [2]).item()).toBeCloseTo(Math.log(4), 7);
  });
  it('reduces as asked', async () => {
    expect(await value()).toBeCloseTo(total(losses) / 5, 6);
    expect(await value({ reduction: 'sum' })).toBeCloseTo(total(losses), 5);
    expect(await value({ reduction: 'batchMean' })).toBeCloseTo(total(losses) / 2, 6);
    const each = await crossEntropy(tensor(rows), targets, { lengths, reduction: 'none' }).array();
    expect(each).toEqual([
      [expect.closeTo(losses[0]!, 6), expect.closeTo(losses[1]!, 6), expect.closeTo(losses[2]!, 6)],
      [expect.closeTo(losses[3]!, 6), expect.closeTo(losses[4]!, 6), 0],
    ]);
  });
  it('takes a batch without time, and a single row of logits', async () => {
    const expected = stepLoss([1, 2, 3], [0, 1, 0]);
    expect(await crossEntropy(tensor([[1, 2, 3]]), tensor(new Int32Array([1]))).item()).toBeCloseTo(
      expected,
      6,
    );
    expect(await crossEntropy(tensor([1, 2, 3]), [1]).item()).toBeCloseTo(expected, 6);
    expect(await crossEntropy(tensor([1, 2, 3]), [1], { reduction: 'batchMean' }).item()).toBeCloseTo(
      expected,
      6,
    );
  });
  it('takes targets and lengths as tensors, to the same result', async () => {
    for (const reduction of ['mean', 'sum', 'batchMean'] as const) {
      const given = { lengths: tensor(new Int32Array(lengths)), reduction };
      expect(await crossEntropy(tensor(rows), targetTensor(), given).item()).toBeCloseTo(
        await value({ reduction }),
        6,
      );
    }
  });
  it('takes axes between time and classes', async () => {
    const logits = tensor([rows, rows, rows].map((pair) => pair)); // [3, 2, 3, 4]: time 2
    const repeated = new Int32Array([...targets, ...targets, ...targets]);
    const loss = await crossEntropy(logits, repeated, { lengths: [2, 0, 1] }).item();
    const first = tags[0]!.map((tag, t) => stepLoss(rows[0]![t]!, oneOf(tag, 4)));
    const second = tags[1]!.map((tag, t) => stepLoss(rows[1]![t]!, oneOf(tag, 4)));
    expect(loss).toBeCloseTo((2 * total(first) + total(second)) / 9, 6);
  });
  it('smooths labels', async () => {
    const smoothed = real.map(([logits, tag]) => stepLoss(logits, oneOf(tag, 4), { smoothing: 0.1 }));
    expect(await value({ labelSmoothing: 0.1 })).toBeCloseTo(total(smoothed) / 5, 6);
    const uniform = real.map(([logits]) => stepLoss(logits, [0.25, 0.25, 0.25, 0.25]));
    expect(await value({ labelSmoothing: 1 })).toBeCloseTo(total(uniform) / 5, 6);
  });
  it('divides the weighted mean by the weights of the targets', async () => {
    const weighted = real.map(([logits, tag]) => stepLoss(logits, oneOf(tag, 4), { weights }));
    const divisor = total(real.map(([, tag]) => weights[tag]!));
    expect(await value({ classWeights: weights })).toBeCloseTo(total(weighted) / divisor, 6);
    expect(await value({ classWeights: tensor(weights) })).toBeCloseTo(total(weighted) / divisor, 6);
    expect(await value({ classWeights: weights, reduction: 'sum' })).toBeCloseTo(total(weighted), 5);
    const smoothed = real.map(([logits, tag]) =>
      stepLoss(logits, oneOf(tag, 4), { weights, smoothing: 0.2 }),
    );
    expect(await value({ classWeights: weights, labelSmoothing: 0.2 })).toBeCloseTo(
      total(smoothed) / divisor,
      6,
    );
  });
  it('leaves ignored targets out of sum and count, as padding', async () => {
    const ignored = targets.map((tag) => (tag === 0 ? -100 : tag));
    const kept = losses.filter((_, index) => real[index]![1] !== 0);
    expect(kept).toHaveLength(3);
    expect(await value({ ignoreIndex: -100 }, ignored)).toBeCloseTo(total(kept) / 3, 6);
    expect(await value({ ignoreIndex: 0 })).toBeCloseTo(total(kept) / 3, 6);
    expect(await value({ ignoreIndex: -100, reduction: 'sum' }, ignored)).toBeCloseTo(total(kept), 5);
    const weighted = real
      .filter(([, tag]) => tag !== 0)
      .map(([logits, tag]) => stepLoss(logits, oneOf(tag, 4), { weights, smoothing: 0.3 }));
    const divisor = weights[3]! + weights[1]! + weights[2]!;
    const all = { ignoreIndex: -100, classWeights: weights, labelSmoothing: 0.3 };
    expect(await value(all, ignored)).toBeCloseTo(total(weighted) / divisor, 6);
  });
  it('does not look at the logits of ignored steps', async () => {
    const x = variable(
      tensor([
        [1, 2],
        [Number.NaN, Number.POSITIVE_INFINITY],
      ]),
    );
    const loss = crossEntropy(x, [0, -100], { ignoreIndex: -100 });
    expect(await loss.item()).toBeCloseTo(stepLoss([1, 2], [1, 0]), 6);
    const [gradient] = gradients(loss, [x]);
    expect((await gradient!.data()).slice(2)).toEqual(new Float32Array(2));
  });
  it('is 0 where nothing is real', async () => {
    expect(await value({ lengths: [0, 0] })).toBe(0);
    expect(await value({ lengths: tensor(new Int32Array(2)) })).toBe(0);
    expect(await crossEntropy(tensor([[1, 2]]), [-1], { ignoreIndex: -1 }).item()).toBe(0);
  });
  it('stays exact for logits of any size', async () => {
    const logits = tensor([
      [1e4, -1e4, 0],
      [-1e4, 1e4, 0],
    ]);
    const each = await crossEntropy(logits, [0, 0], { reduction: 'none' }).array();
    expect(each).toEqual([0, 2e4]);
    const x = variable(logits);
    const [gradient] = gradients(crossEntropy(x, [0, 0], { labelSmoothing: 0.3, reduction: 'sum' }), [x]);
    for (const slope of await gradient!.data()) expect(Number.isFinite(slope)).toBe(true);
  });
  it('lets a class be ruled out by a logit of -Infinity', async () => {
    const x = variable(tensor([[1, Number.NEGATIVE_INFINITY, 2]]));
    const loss = crossEntropy(x, [0]);
    expect(await loss.item()).toBeCloseTo(stepLoss([1, 2], [1, 0]), 6);
    const [gradient] = gradients(loss, [x]);
    expect((await gradient!.data())[1]).toBe(0);
  });
  it('has the gradient softmax - target', async () => {
    const x = variable(tensor([[0.3, -0.2, 1.5]]));
    const [gradient] = gradients(crossEntropy(x, [2]), [x]);
    const p = logProbabilities([0.3, -0.2, 1.5]).map(Math.exp);
    expect(await gradient!.array()).toEqual([
      [expect.closeTo(p[0]!, 6), expect.closeTo(p[1]!, 6), expect.closeTo(p[2]! - 1, 6)],
    ]);
  });
});

describe('crossEntropy of distributions', () => {
  const distributions = real.map(([, tag], step) =>
    [0, 1, 2, 3].map((c) => 0.1 + (c === tag ? 0.5 : 0) + (c === step % 4 ? 0.1 : 0)),
  );
  const padded = (padding: number): Tensor =>
    tensor([distributions.slice(0, 3), [...distributions.slice(3), oneOf(1, 4).map(() => padding)]]);

  it('agrees with class indices on 1-of-N targets', async () => {
    const dense = tensor(tags.map((row) => row.map((tag) => oneOf(tag, 4))));
    for (const labelSmoothing of [0, 0.2]) {
      const loss = crossEntropy(tensor(rows), dense, { lengths, labelSmoothing });
      expect(await loss.item()).toBeCloseTo(await value({ labelSmoothing }), 6);
    }
  });
  it('follows the formula, weights and smoothing included', async () => {
    const expected = real.map(([logits], step) =>
      stepLoss(logits, distributions[step]!, { smoothing: 0.1, weights }),
    );
    const options = { lengths, labelSmoothing: 0.1, classWeights: weights };
    // As in PyTorch the mean over distributions is not divided by weights.
    expect(await crossEntropy(tensor(rows), padded(0.25), options).item()).toBeCloseTo(
      total(expected) / 5,
      6,
    );
    const sum = crossEntropy(tensor(rows), padded(Number.NaN), { ...options, reduction: 'sum' });
    expect(await sum.item()).toBeCloseTo(total(expected), 5);
  });
  it('refuses ignoreIndex', () => {
    expect(() => crossEntropy(tensor(rows), padded(0), { ignoreIndex: 1 })).toThrow(
      /ignoreIndex is for class indices/,
    );
  });
});

describe('crossEntropy on wrong input', () => {
  const logits = (): Tensor => tensor(rows);
  it('names the position of a class that does not exist', () => {
    const wrong = targets.with(4, 4);
    expect(() => crossEntropy(logits(), wrong)).toThrow(IndexError);
    expect(() => crossEntropy(logits(), wrong)).toThrow(
      'crossEntropy: the target at [1, 1] is 4, expected a class from 0 to 3; ' +
        'correct the data, make the logits wider, or pass it as ignoreIndex',
    );
    expect(() => crossEntropy(logits(), [...targets.with(0, 1), 0].slice(0, 5).concat(-1), {})).toThrow(
      /\[1, 2\] is -1/,
    );
    expect(() => crossEntropy(tensor([[1, 2]]), [0.5])).toThrow(/\[0\] is 0.5/);
  });
  it('does not look at padding', async () => {
    expect(await value({}, targets.with(5, -7))).toBe(await value());
    const inTensor = tensor(targets.with(5, 99), [2, 3]);
    expect(await crossEntropy(logits(), inTensor, { lengths }).item()).toBe(await value());
  });
  it('names shapes and types that do not fit', () => {
    expect(() => crossEntropy(logits(), [0, 1])).toThrow(/2 targets for logits \[2, 3, 4\], expected 6/);
    const nested = [[0], [2], [1]] as unknown as number[];
    expect(() => crossEntropy(tensor([[[1, 2, 3]], [[1, 2, 3]], [[1, 2, 3]]]), nested)).toThrow(
      /targets are lists in a list, expected one list of 3 class indices.*pass targets.flat\(\)/,
    );
    expect(() => crossEntropy(logits(), tensor(new Int32Array(2)))).toThrow(ShapeError);
    expect(() => crossEntropy(logits(), tensor(tags))).toThrow(DTypeError);
    expect(() => crossEntropy(logits(), tensor(tags))).toThrow(
      'crossEntropy: targets must be class indices, i32 [2, 3], or distributions, f32 [2, 3, 4], got f32 [2, 3]',
    );
    expect(() => crossEntropy(targetTensor(), [0, 1])).toThrow(/logits must be f32/);
    expect(() => crossEntropy(tensor(1), [0])).toThrow(/at least one class/);
    expect(() => crossEntropy(tensor([[1, 2]]), [0], { lengths: [1] })).toThrow(
      /without a time axis; leave lengths out/,
    );
    expect(() => crossEntropy(logits(), targets, { lengths: [3, 4] })).toThrow(/length of row 1 is 4/);
    expect(() => crossEntropy(logits(), targets, { classWeights: [1, 2] })).toThrow(
      /shape \[4\], one weight/,
    );
    expect(() => crossEntropy(logits(), targets, { labelSmoothing: 2 })).toThrow(OstinatoError);
    expect(() => crossEntropy(logits(), targets, { reduction: 'average' as 'mean' })).toThrow(
      "there is no reduction 'average'; use 'mean', 'sum', 'batchMean' or 'none'",
    );
  });
});

describe('crossEntropy and memory', () => {
  it('keeps nothing but the result, and nothing after backward', async () => {
    const x = tensor(rows);
    const before = x.backend.memory().liveStorages;
    const loss = crossEntropy(x, targets, { lengths, classWeights: weights });
    expect(x.backend.memory().liveStorages).toBe(before + 1);
    loss.dispose();
    const parameter = new Parameter(x);
    const held = x.backend.memory().liveStorages;
    tidy(() => {
      const recorded = crossEntropy(parameter, targets, { lengths, ignoreIndex: 1 });
      return gradients(sum(recorded), [parameter]).length;
    });
    expect(x.backend.memory().liveStorages).toBe(held);
  });
});
