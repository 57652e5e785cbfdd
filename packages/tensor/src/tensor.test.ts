import { init, LifetimeError, ShapeError } from '@ostinato/kernel';
import { reference } from '@ostinato/kernel/reference';
import { beforeAll, describe, expect, it } from 'vitest';
import * as o from './index.js';

beforeAll(async () => {
  await init(reference());
});

const t = (values: o.NestedNumbers) => o.tensor(values);

describe('tensor', () => {
  it('is made of nested numbers and read back', async () => {
    expect(
      await t([
        [1, 2],
        [3, 4],
      ]).array(),
    ).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(await t(7).item()).toBe(7);
    expect(await o.tensor(new Int32Array([1, 2, 3]), [3, 1]).array()).toEqual([[1], [2], [3]]);
  });
  it('refuses ragged rows and wrong sizes', () => {
    expect(() => t([[1, 2], [3]])).toThrow(/row 1 has shape \[1\]/);
    expect(() => o.tensor(new Float32Array(5), [2, 3])).toThrow(ShapeError);
  });
  it('broadcasts', async () => {
    expect(await o.add(t([[1], [2]]), t([10, 20])).array()).toEqual([
      [11, 21],
      [12, 22],
    ]);
    expect(() => o.add(t([1, 2]), t([1, 2, 3]))).toThrow(/do not broadcast/);
  });
  it('throws after disposal and inside tidy', async () => {
    const x = t([1]);
    x.dispose();
    expect(() => o.neg(x)).toThrow(LifetimeError);
    await expect(x.data()).rejects.toThrow(/was disposed/);
    let read: Promise<unknown> = Promise.resolve();
    o.tidy(() => {
      read = t([1]).data();
      read.catch(() => {});
    });
    await expect(read).rejects.toThrow(/inside tidy/);
    expect(() => o.tidy(async () => 1)).toThrow(/returned a promise/);
  });
  it('prints', async () => {
    expect(
      await t([
        [1, 2.5],
        [-3, 4],
      ]).print(),
    ).toBe('[[  1, 2.5],\n [ -3,   4]]');
    expect(`${t([[1, 2]])}`).toBe('Tensor(f32 [1, 2] on reference)');
  });
});

describe('gradients', () => {
  const cases: [string, (...x: o.Tensor[]) => o.Tensor, number[][]][] = [
    ['broadcast product', (a, b) => o.mul(a, b), [[2, 3], [3]]],
    [
      'division',
      (a, b) => o.div(a, o.add(o.square(b), 1)),
      [
        [2, 3],
        [2, 1],
      ],
    ],
    [
      'matmul',
      (a, b) => o.matmul(a, b),
      [
        [2, 3],
        [3, 4],
      ],
    ],
    [
      'batched matmul',
      (a, b) => o.matmul(a, b),
      [
        [2, 2, 3],
        [3, 4],
      ],
    ],
    [
      'broadcast matmul',
      (a, b) => o.matmul(a, b),
      [
        [2, 1, 2, 3],
        [3, 3, 2],
      ],
    ],
    ['linear', (x, w, b) => o.linear(x, w, b), [[2, 3, 2], [2, 4], [4]]],
    ['softmax', (x) => o.softmax(x), [[2, 4]]],
    ['logSoftmax', (x) => o.logSoftmax(x), [[2, 4]]],
    ['logSumExp', (x) => o.logSumExp(x, 0), [[3, 4]]],
    ['layerNorm', (x, g, b) => o.layerNorm(x, g, b), [[3, 5], [5], [5]]],
    ['mean and variance', (x) => o.add(o.mean(x, 1), o.variance(x, 1)), [[3, 4]]],
    ['max', (x) => o.max(x, 1), [[3, 4]]],
    ['slice and pad', (x) => o.pad(o.slice(x, 1, 1, 4, 2), 0, 1, 2), [[2, 5]]],
    [
      'concat and flip',
      (a, b) => o.flip(o.concat([a, b], 1), 1),
      [
        [2, 2],
        [2, 3],
      ],
    ],
    ['transpose and reshape', (x) => o.square(o.reshape(o.transpose(x), [-1])), [[2, 3]]],
    ['unstack', (x) => o.mul(o.unstack(x, 1)[0]!, o.unstack(x, 1)[2]!), [[2, 3]]],
    ['select', (x) => o.square(o.select(x, 0, -1)), [[2, 3]]],
    ['cumsum', (x) => o.square(o.cumsum(x, 0)), [[5, 2]]],
    ['pick', (x) => o.square(o.pick(x, o.tensor(new Int32Array([2, 0])))), [[2, 3]]],
    ['gather', (x) => o.square(o.gather(x, o.tensor(new Int32Array([2, 0, 2, 1]), [2, 2]))), [[3, 2]]],
    ['norm', (x) => o.norm(x), [[2, 3]]],
    ['where and clamp', (x) => o.where(o.less(x, 0), o.square(x), o.clamp(x, 0.1, 0.9)), [[4, 5]]],
  ];
  it.each(cases)('%s', async (_, fn, shapes) => {
    const source = new o.RandomSource(5);
    await o.gradcheck(
      fn,
      shapes.map((shape) => source.normal(shape)),
    );
  });

  it.each(cases)('of gradients: %s', async (_, fn, shapes) => {
    const source = new o.RandomSource(6);
    const inputs = shapes.map((shape) => source.normal(shape));
    const slope = (...x: o.Tensor[]): o.Tensor => {
      const gradients = o.valueAndGrad((...y) => o.sum(o.square(fn(...y))))(...x).gradients;
      return o.sum(
        o.concat(
          gradients.map((g) => o.reshape(o.square(g), [-1])),
          0,
        ),
      );
    };
    await o.gradcheck(slope, inputs, { tolerance: 1e-3 });
  });

  it('flow through scan', async () => {
    const source = new o.RandomSource(7);
    const step = (x: o.Tensor, h: o.Tensor) => {
      const next = o.tanh(o.add(x, o.mul(h, 0.5)));
      return { carry: next, output: next };
    };
    await o.gradcheck(
      (x, h) => o.scan(step, x, h, { reverse: true }).output,
      [source.normal([4, 2]), source.normal([2])],
    );
  });

  it('backward passes once', () => {
    const x = o.variable(t([1, 2]));
    const y = o.sum(o.square(x));
    o.gradients(y, [x]);
    expect(() => o.gradients(y, [x])).toThrow(/already passed/);
    expect(() => o.gradients(o.square(x), [x])).toThrow(/reduce it to one number/);
    expect(() => o.backward(o.noGrad(() => o.sum(x)))).toThrow(/does not depend/);
  });

  it('notices overwritten values', () => {
    const p = new o.Parameter(t([1, 2]));
    const y = o.sum(o.square(p));
    p.assign(new Float32Array([3, 4]));
    expect(() => o.backward(y)).toThrow(/overwritten/);
  });
});

describe('memory', () => {
  it('returns to where it was', async () => {
    const backend = await init(reference());
    const p = new o.Parameter(
      t([
        [1, 2],
        [3, 4],
      ]),
    );
    const before = backend.memory();
    for (let step = 0; step < 5; step++) {
      o.tidy(() => {
        const loss = o.sum(o.square(o.softmax(o.matmul(p, o.tanh(p)))));
        o.backward(loss);
        p.clearGradient();
      });
      o.tidy(() => o.sum(o.square(p))).dispose();
      const inner = o.exp(p);
      const unused = o.sum(inner);
      inner.dispose();
      unused.dispose();
    }
    expect(backend.memory()).toEqual(before);
  });
  it('is left as it was by gradcheck', async () => {
    const backend = await init(reference());
    const x = t([1, 2, 3]);
    const before = backend.memory();
    await o.gradcheck((v) => o.tanh(v), [x]);
    expect(backend.memory()).toEqual(before);
  });
  it('keeps what tidy returns', async () => {
    const result = o.tidy(() => ({ a: [o.tensor([1])], n: 3 }));
    expect(await result.a[0]!.item()).toBe(1);
  });
});

describe('random', () => {
  it('has the right mean and spread', async () => {
    const source = new o.RandomSource(1);
    const u = await source.uniform([10000]).data();
    const n = await source.normal([10000]).data();
    const average = (x: Iterable<number>) => [...x].reduce((a, b) => a + b) / 10000;
    expect(average(u)).toBeCloseTo(0.5, 1);
    expect(average(n)).toBeCloseTo(0, 1);
    expect(average(n.map((v) => v * v))).toBeCloseTo(1, 1);
    expect(Math.min(...u)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...u)).toBeLessThan(1);
  });
  it('goes on from a saved state', async () => {
    const source = new o.RandomSource(3);
    source.uniform([2]);
    const state = source.state;
    const first = await source.uniform([4]).data();
    source.restore(state);
    expect(await source.uniform([4]).data()).toEqual(first);
  });
  it('drops and scales, the same mask backward', async () => {
    const x = o.variable(o.ones([1000]));
    const y = o.dropout(x, 0.25, new o.RandomSource(4));
    const values = await y.data();
    expect(new Set(values)).toEqual(new Set([0, Math.fround(4 / 3)]));
    const [g] = o.gradients(o.sum(y), [x]);
    expect(await g!.data()).toEqual(values);
  });
});
