import { DTypeError, expr, init, OstinatoError, ShapeError } from '@ostinato/kernel';
import { reference } from '@ostinato/kernel/reference';
import { gradients, type Tensor, tensor, variable } from '@ostinato/tensor';
import { beforeAll, describe, expect, it } from 'vitest';
import { binaryCrossEntropy } from './binary-cross-entropy.js';
import { elementwiseLoss } from './elementwise-loss.js';
import { huber } from './huber.js';
import { meanAbsoluteError } from './mean-absolute-error.js';
import { meanSquaredError } from './mean-squared-error.js';

beforeAll(async () => {
  await init(reference());
});

// Two rows of two steps of two features; the second row is one step long.
const predictions = [
  [
    [0.5, -1],
    [2, 3.5],
  ],
  [
    [-2, 0.25],
    [9, 9],
  ],
];
const targets = [
  [
    [1, 0],
    [0, 1],
  ],
  [
    [0, 1],
    [5, 5],
  ],
];
const lengths = [2, 1];
const pairs = [
  [0.5, 1],
  [-1, 0],
  [2, 0],
  [3.5, 1],
  [-2, 0],
  [0.25, 1],
] as const;
const total = (term: (p: number, t: number) => number): number =>
  pairs.reduce((sum, [p, t]) => sum + term(p, t), 0);
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const bce =
  (weight = 1) =>
  (x: number, y: number): number =>
    -weight * y * Math.log(sigmoid(x)) - (1 - y) * Math.log(1 - sigmoid(x));
const huberTerm =
  (delta: number) =>
  (p: number, t: number): number => {
    const error = Math.abs(p - t);
    return error <= delta ? 0.5 * error ** 2 : delta * (error - 0.5 * delta);
  };

const cases = [
  { name: 'meanSquaredError', loss: meanSquaredError, term: (p: number, t: number) => (p - t) ** 2 },
  { name: 'meanAbsoluteError', loss: meanAbsoluteError, term: (p: number, t: number) => Math.abs(p - t) },
  { name: 'huber', loss: huber, term: huberTerm(1) },
  { name: 'binaryCrossEntropy', loss: binaryCrossEntropy, term: bce() },
];

describe.each(cases)('$name', ({ name, loss, term }) => {
  it('reduces as asked', async () => {
    const [x, y] = [tensor(predictions), tensor(targets)];
    expect(await loss(x, y, { lengths }).item()).toBeCloseTo(total(term) / 6, 5);
    expect(await loss(x, y, { lengths, reduction: 'sum' }).item()).toBeCloseTo(total(term), 5);
    expect(await loss(x, y, { lengths, reduction: 'batchMean' }).item()).toBeCloseTo(total(term) / 2, 5);
    const each = loss(x, y, { lengths, reduction: 'none' });
    expect(each.shape).toEqual([2, 2, 2]);
    const expected = [...pairs.map(([p, t]) => term(p, t)), 0, 0];
    for (const [index, value] of (await each.data()).entries())
      expect(value).toBeCloseTo(expected[index]!, 5);
  });
  it('takes targets as numbers, lengths as a tensor, and any shape without lengths', async () => {
    const x = tensor(predictions);
    const numbers = targets.flat(2);
    const expected = total(term) / 6;
    const given = tensor(new Int32Array(lengths));
    expect(await loss(x, numbers, { lengths: given }).item()).toBeCloseTo(expected, 5);
    expect(await loss(x, Float32Array.from(numbers), { lengths }).item()).toBeCloseTo(expected, 5);
    expect(await loss(x, Int32Array.from(numbers), { lengths }).item()).toBeCloseTo(expected, 5);
    expect(await loss(tensor(0.5), [1]).item()).toBeCloseTo(term(0.5, 1), 6);
    expect(await loss(tensor([0.5, -1]), [1, 0]).item()).toBeCloseTo((term(0.5, 1) + term(-1, 0)) / 2, 6);
  });
  it('is 0 where nothing is real', async () => {
    expect(await loss(tensor(predictions), tensor(targets), { lengths: [0, 0] }).item()).toBe(0);
  });
  it('stays finite far out', async () => {
    const x = variable(tensor([1e4, -1e4, 1e4, -1e4]));
    const value = loss(x, [0, 0, 1, 1]);
    expect(Number.isFinite(await value.item())).toBe(true);
    const [gradient] = gradients(value, [x]);
    for (const slope of await gradient!.data()) expect(Number.isFinite(slope)).toBe(true);
  });
  it('names shapes and types that do not fit', () => {
    const x = tensor(predictions);
    expect(() => loss(x, tensor([1, 2]))).toThrow(
      `${name}: predictions [2, 2, 2] and targets [2] must have the same shape; reshape or broadcast one of them`,
    );
    expect(() => loss(x, [1, 2])).toThrow(/2 targets for predictions \[2, 2, 2\], expected 8/);
    expect(() => loss(tensor([1, 2]), [1, 2], { lengths })).toThrow(/leave lengths out/);
    expect(() => loss(x, tensor(targets), { lengths: [2, 3] })).toThrow(/length of row 1 is 3/);
    expect(() => loss(tensor(new Int32Array(2)), [1, 2])).toThrow(DTypeError);
  });
});

describe('huber', () => {
  it('turns straight at delta', async () => {
    for (const delta of [0.25, 1.5, 2]) {
      const value = huber(tensor(predictions), tensor(targets), { lengths, delta });
      expect(await value.item()).toBeCloseTo(total(huberTerm(delta)) / 6, 5);
    }
  });
  it('refuses a delta that is not above 0', () => {
    expect(() => huber(tensor([1]), [1], { delta: 0 })).toThrow(OstinatoError);
  });
});

describe('binaryCrossEntropy', () => {
  it('weighs positive targets', async () => {
    const value = binaryCrossEntropy(tensor(predictions), tensor(targets), { lengths, positiveWeight: 3 });
    expect(await value.item()).toBeCloseTo(total(bce(3)) / 6, 5);
    const each = pairs.reduce((sum, [p, t], index) => sum + bce(index % 2 ? 0.5 : 2)(p, t), 0);
    for (const positiveWeight of [[2, 0.5], tensor([2, 0.5])]) {
      const loss = binaryCrossEntropy(tensor(predictions), tensor(targets), { lengths, positiveWeight });
      expect(await loss.item()).toBeCloseTo(each / 6, 5);
    }
    expect(() => binaryCrossEntropy(tensor(predictions), tensor(targets), { positiveWeight: [1] })).toThrow(
      ShapeError,
    );
  });
  it('has the slope σ(x) - y at 0 too, where untrained outputs begin', async () => {
    const x = variable(tensor([0, 0, -0]));
    for (const options of [{ reduction: 'sum' }, { reduction: 'sum', positiveWeight: 1 }] as const) {
      const [gradient] = gradients(binaryCrossEntropy(x, [0, 1, 0.25], options), [x]);
      expect(await gradient!.array()).toEqual([0.5, -0.5, 0.25]);
    }
  });
  it('is exact for large logits', async () => {
    const loss = binaryCrossEntropy(tensor([1e4, -1e4, 40]), [0, 1, 1], { reduction: 'none' });
    expect(await loss.array()).toEqual([1e4, 1e4, expect.closeTo(0, 12)]);
  });
});

describe('elementwiseLoss', () => {
  it('makes a loss of a formula', async () => {
    const { abs, add, log, mul, sub } = expr;
    const logDistance: (p: Tensor, t: Tensor, scale: number | Tensor) => Tensor = (p, t, scale) =>
      distance(p, t, { lengths }, scale);
    const distance = elementwiseLoss('logDistance', (p, t, scale) =>
      mul(scale!, log(add(1, abs(sub(p, t))))),
    );
    const term = (p: number, t: number): number => Math.log1p(Math.abs(p - t));
    for (const scale of [2, tensor([2, 2])]) {
      const loss = logDistance(tensor(predictions), tensor(targets), scale);
      expect(await loss.item()).toBeCloseTo((2 * total(term)) / 6, 5);
    }
  });
});
