import { type Backend, DTypeError, init, ShapeError } from '@ostinato/kernel';
import { reference } from '@ostinato/kernel/reference';
import { beforeAll, describe, expect, it } from 'vitest';
import * as o from '../index.js';

let backend: Backend;
beforeAll(async () => {
  backend = await init(reference());
});

const [T, B, K] = [4, 4, 3];
/** Numbers without pattern in [-2, 2]. */
const spread = (count: number, phase: number): Float32Array =>
  Float32Array.from({ length: count }, (_, index) => 2 * Math.sin(12.9898 * (index + 1) + phase));
const parts = (): [o.Tensor, o.Tensor, o.Tensor, o.Tensor] => [
  o.tensor(spread(T * B * K, 0), [T, B, K]),
  o.tensor(spread(K * K, 1), [K, K]),
  o.tensor(spread(K, 2), [K]),
  o.tensor(spread(K, 3), [K]),
];
const lengths = (): o.Tensor => o.tensor(new Int32Array([4, 2, 0, 1]), [B]);
const chainOf = (x: readonly o.Tensor[]): o.LinearChain => {
  const [emissions, transitions, start, end] = x as [o.Tensor, o.Tensor, o.Tensor, o.Tensor];
  return { emissions, transitions, start, end, lengths: lengths() };
};

describe('logPartition', () => {
  it('is log Σ exp of the scores of single steps, and 0 where there is none', async () => {
    const [emissions, , start, end] = parts();
    const single = o.select(emissions, 0, 0);
    const scores = o.logSumExp(o.add(o.add(single, start), end), 1);
    const values = await o.logPartition(chainOf(parts())).data();
    expect(values[3]).toBeCloseTo((await scores.data())[3]!, 6);
    expect(values[2]).toBe(0);
  });
  it('has the gradients that differences give', async () => {
    await o.gradcheck((...x) => o.logPartition(chainOf(x)), parts());
  });
  it('has gradients of gradients, of every part by every part', async () => {
    for (const which of [0, 1, 2, 3]) {
      const slope = (...x: o.Tensor[]): o.Tensor => {
        const order = x.toSpliced(which, 1);
        return o.grad((own, ...rest) => o.sum(o.logPartition(chainOf(rest.toSpliced(which, 0, own)))))(
          x[which]!,
          ...order,
        );
      };
      await o.gradcheck(slope, parts());
    }
  });
  it('has the same first gradients whether they are recorded or not', async () => {
    const chain = parts().map(o.variable);
    const weights = o.tensor([1, -2, 0.5, 3]);
    const loss = () => o.sum(o.mul(o.logPartition(chainOf(chain)), weights));
    const plain = o.gradients(loss(), chain);
    const recorded = o.gradients(loss(), chain, { createGraph: true });
    for (const [index, gradient] of plain.entries()) {
      const wanted = [...(await gradient!.data())].map((value) => expect.closeTo(value, 6));
      expect([...(await recorded[index]!.data())]).toEqual(wanted);
    }
  });
  it('counts what two parts share once, also in recorded gradients', async () => {
    const [emissions, transitions] = parts();
    const shared = (x: o.Tensor): o.Tensor => {
      const row = o.select(x, 0, 0);
      return o.sum(
        o.logPartition({ emissions, transitions: x, start: row, end: o.neg(row), lengths: lengths() }),
      );
    };
    await o.gradcheck(shared, [transitions]);
    await o.gradcheck(o.grad(shared), [transitions]);
  });
  it('does not look at padding, nor sends gradients there', async () => {
    const [emissions, ...rest] = parts();
    const ends = await lengths().data();
    const values = (await emissions.data()).map((value, index) =>
      Math.floor(index / (B * K)) < ends[Math.floor(index / K) % B]! ? value : Number.NaN,
    );
    const padded = o.variable(o.tensor(Float32Array.from(values), [T, B, K]));
    for (const createGraph of [false, true]) {
      const loss = o.sum(o.logPartition(chainOf([padded, ...rest])));
      const slopes = await o.gradients(loss, [padded], { createGraph })[0]!.data();
      for (const [index, value] of values.entries()) {
        if (Number.isNaN(value)) expect(slopes[index]).toBe(0);
        else expect(slopes[index]).toBeGreaterThan(0);
      }
    }
  });
  it('leaves no memory behind', () => {
    const before = backend.memory().liveStorages;
    o.tidy(() => {
      const chain = parts().map(o.variable);
      o.gradients(o.sum(o.logPartition(chainOf(chain))), chain);
      o.logPartition(chainOf(chain));
      o.chainMarginals(chainOf(chain));
      o.noGrad(() => o.chainMarginals(chainOf(chain)));
    });
    expect(backend.memory().liveStorages).toBe(before);
  });
  it.each<[string, (chain: o.LinearChain) => Partial<o.LinearChain>, typeof ShapeError, RegExp]>([
    ['emissions', () => ({ emissions: o.full([4, 3], 0) }), ShapeError, /emissions must have shape \[time/],
    ['no tags', () => ({ emissions: o.full([4, 4, 0], 0) }), ShapeError, /at least one tag/],
    ['transitions', () => ({ transitions: o.full([3, 4], 0) }), ShapeError, /transitions must .* \[3, 3\]/],
    ['start', () => ({ start: o.full([4], 0) }), ShapeError, /start must have shape \[3\]/],
    [
      'lengths',
      () => ({ lengths: o.tensor(new Int32Array(3)) }),
      ShapeError,
      /lengths must have shape \[4\]/,
    ],
    ['floats as lengths', () => ({ lengths: o.full([4], 1) }), DTypeError, /lengths must be i32, got f32/],
  ])('refuses %s that do not fit', (_, wrong, type, message) => {
    const chain = chainOf(parts());
    for (const run of [o.logPartition, o.chainMarginals]) {
      expect(() => run({ ...chain, ...wrong(chain) })).toThrow(type);
      expect(() => run({ ...chain, ...wrong(chain) })).toThrow(message);
    }
  });
});

describe('chainMarginals', () => {
  it('adds up to 1 at each real step and is 0 elsewhere, recorded or not', async () => {
    const chain = parts();
    const plain = await o.chainMarginals(chainOf(chain)).data();
    const recorded = await o.chainMarginals(chainOf(chain.map(o.variable))).data();
    const ends = await lengths().data();
    for (let step = 0; step < T * B; step++) {
      const total = [...plain.slice(step * K, (step + 1) * K)].reduce((a, b) => a + b, 0);
      expect(total).toBeCloseTo(Math.floor(step / B) < ends[step % B]! ? 1 : 0, 6);
    }
    expect([...recorded]).toEqual([...plain].map((value) => expect.closeTo(value, 6)));
  });
  it('has the gradients that differences give, by every part, and only where they are wanted', async () => {
    await o.gradcheck((...x) => o.chainMarginals(chainOf(x)), parts());
    const [emissions, transitions, start, end] = parts();
    await o.gradcheck((x) => o.chainMarginals(chainOf([emissions, x, start, end])), [transitions]);
  });
});
