import { DTypeError, init, OstinatoError, ShapeError } from '@ostinato/kernel';
import { reference } from '@ostinato/kernel/reference';
import { beforeAll, describe, expect, it } from 'vitest';
import * as o from './index.js';

beforeAll(async () => {
  await init(reference());
});

const f = (values: o.NestedNumbers) => o.tensor(values);
const i = (values: number[], shape?: number[]) => o.tensor(new Int32Array(values), shape);
/** What a program without types may pass. */
const wrong = (value: unknown) => value as o.Tensor;

describe('whole numbers where floats are needed', () => {
  const ops: [string, () => unknown][] = [
    ['matmul', () => o.matmul(i([1, 2], [1, 2]), f([[1], [2]]))],
    ['linear', () => o.linear(f([[1, 2]]), f([[1], [2]]), i([1]))],
    ['softmax', () => o.softmax(i([1, 2]))],
    ['logSoftmax', () => o.logSoftmax(i([1, 2]))],
    ['layerNorm', () => o.layerNorm(i([1, 2]))],
  ];
  it.each(ops)('%s says so', (name, run) => {
    expect(run).toThrow(DTypeError);
    expect(run).toThrow(`${name}: needs f32 tensors, got i32; convert with cast(x, 'f32')`);
  });
  it('cast converts', async () => {
    expect(await o.softmax(o.cast(i([1, 1]), 'f32')).array()).toEqual([0.5, 0.5]);
    expect(await o.cast(f([1.9, -1.9]), 'i32').array()).toEqual([1, -1]);
  });
});

describe('arguments that make no sense', () => {
  const cases: [string, () => unknown, RegExp][] = [
    ['a fraction in a slice', () => o.slice(f([1, 2, 3]), 0, 0.5, 3), /give whole numbers within it/],
    ['a fraction in a pad', () => o.pad(f([1]), 0, 0.5, 0), /whole numbers from 0/],
    ['a fraction in topK', () => o.topK(f([1, 2, 3]), 1.5), /cannot take 1.5/],
    ['a fraction in a shape', () => o.zeros([1.5, 2]), /whole numbers from 0, got \[1.5, 2\]/],
    ['a negative length', () => o.ones([-1, 2]), /whole numbers from 0/],
    ['an axis twice', () => o.mean(o.ones([2, 2]), [0, -2]), /name an axis of \[2, 2\] twice/],
    ['the mean of nothing', () => o.mean(o.zeros([0])), /nothing to average/],
    ['an axis too far', () => o.sum(o.ones([2]), 1), /axis 1 does not exist in a tensor of rank 1/],
    ['gain of another width', () => o.layerNorm(o.ones([2, 1]), o.ones([5])), /gain must have shape \[1\]/],
    ['inner lengths', () => o.matmul(o.ones([2, 3]), o.ones([2, 3])), /\(3\) must be as long as .* \(2\)/],
    ['a vector', () => o.matmul(o.ones([2]), o.ones([2, 3])), /needs matrices/],
    ['a count', () => o.reshape(o.ones([6]), [4, -1]), /cannot become \[4, -1\]/],
    ['order', () => o.transpose(o.ones([2, 3]), [0, 0]), /name each of the 2 axes once/],
    ['no tensors', () => o.concat([], 0), /at least one tensor/],
    ['other axes', () => o.concat([o.ones([2, 2]), o.ones([3, 3])], 0), /all other axes must be equal/],
    ['a float index', () => o.gather(o.ones([2, 2]), f([0])), /indices must be i32/],
  ];
  it.each(cases)('%s', (_, run, message) => {
    expect(run).toThrow(OstinatoError);
    expect(run).toThrow(message);
  });
  it('names things that are no tensors', () => {
    expect(() => o.tensor(wrong(undefined) as unknown as number)).toThrow(/needs numbers.*got undefined/);
    expect(() => o.tensor(wrong('abc') as unknown as number)).toThrow(/got string/);
    expect(() => o.add(wrong([1, 2]), 1)).toThrow(/takes 2 tensors or numbers, got an array/);
    expect(() => (o.add as (...operands: number[]) => void)(1)).toThrow(/got 1 arguments/);
  });
  it('tells two instances of a backend apart', async () => {
    const here = o.ones([2]);
    await init(reference());
    expect(() => o.add(here, o.ones([2]))).toThrow(/reference and reference, two instances/);
  });
  it('has errors with one base', () => {
    expect(new ShapeError('x')).toBeInstanceOf(OstinatoError);
  });
});

describe('odd values', () => {
  it('argmax takes NaN for the largest', async () => {
    expect(
      await o
        .argmax(
          f([
            [Number.NaN, 1],
            [3, Number.NaN],
            [1, 3],
          ]),
        )
        .array(),
    ).toEqual([0, 1, 1]);
  });
  it('topK takes no position twice', async () => {
    const low = Number.NEGATIVE_INFINITY;
    expect(await o.topK(f([low, low, 1]), 3).indices.array()).toEqual([2, 0, 1]);
    expect(
      await o
        .topK(
          f([
            [5, 7, 7],
            [1, 2, 3],
          ]),
          2,
        )
        .values.array(),
    ).toEqual([
      [7, 7],
      [3, 2],
    ]);
  });
  it('large seeds are seeds of their own', () => {
    const keys = [0, 1, 2 ** 24, 0x9e3779, 2 ** 32, 2 ** 47].map((seed) =>
      new o.RandomSource(seed).next().join(),
    );
    expect(new Set(keys).size).toBe(6);
    expect(() => new o.RandomSource(2 ** 48)).toThrow(/from 0 to 2\^48 - 1/);
  });
});

describe('nested gradients', () => {
  it('see what flows through the inner function from outside', async () => {
    const x = f([2, 3]);
    const y = f([5, 7]);
    const through = o.grad((x) => o.add(o.sum(o.grad((y) => o.sum(o.mul(x, y)))(y)), o.sum(x)));
    expect(await through(x).array()).toEqual([2, 2]);
    const shared = o.grad((x) => {
      const square = o.mul(x, x);
      return o.add(o.sum(o.grad((y) => o.sum(o.mul(square, y)))(y)), o.sum(square));
    });
    expect(await shared(x).array()).toEqual([8, 12]);
  });
  it('are zeros where nothing depends', async () => {
    expect(
      await o
        .grad(() => f(1))(f([1, 2]))
        .array(),
    ).toEqual([0, 0]);
    expect(
      await o
        .grad((_, b) => o.sum(b!))(f([1, 2]), f([1]))
        .array(),
    ).toEqual([0, 0]);
  });
});

describe('composed operations', () => {
  it('leave nothing behind outside of tidy', async () => {
    const backend = await init(reference());
    const x = o.ones([2, 3, 4]);
    const w = o.ones([4, 5]);
    const before = backend.memory();
    const results = [
      o.matmul(x, w),
      o.linear(x, w, o.keep(o.ones([5]))),
      o.logSumExp(x, 1),
      o.variance(x, 1),
      o.max(x, 1),
      o.norm(x),
      o.layerNorm(x),
      o.cumsum(x, 1),
      o.argmax(x),
      o.stack([x, x]),
      o.pick(x, i([0, 1, 2, 3, 0, 1], [2, 3])),
      o.oneHot(i([1, 2]), 3),
      o.squeeze(o.ones([1, 2])),
    ];
    o.dispose(results);
    // The bias, two tensors of indices and the argument of squeeze were made here.
    expect(backend.memory().liveStorages - before.liveStorages).toBe(4);
  });
});
