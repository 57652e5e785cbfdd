import { init } from '@ostinato/kernel';
import { reference } from '@ostinato/kernel/reference';
import { beforeAll, describe, expect, it } from 'vitest';
import { tensor } from '../create.js';
import { grad } from '../grad.js';
import { logSigmoid, softplus } from './elementwise.js';
import { sum } from './reduce.js';

beforeAll(async () => {
  await init(reference());
});

const points = [-1e4, -3, -0.5, 0, 0.5, 3, 1e4];
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

describe('softplus and logSigmoid', () => {
  it('have the right value and slope everywhere, at 0 too', async () => {
    const x = tensor(points);
    const close = (numbers: number[]) => numbers.map((value) => expect.closeTo(value, 5));
    const plus = points.map((value) => Math.max(value, 0) + Math.log1p(Math.exp(-Math.abs(value))));
    expect(await softplus(x).array()).toEqual(close(plus));
    expect(await logSigmoid(x).array()).toEqual(close(points.map((value, index) => value - plus[index]!)));
    expect(await grad((at) => sum(softplus(at)))(x).array()).toEqual(close(points.map(sigmoid)));
    expect(await grad((at) => sum(logSigmoid(at)))(x).array()).toEqual(
      close(points.map((value) => sigmoid(-value))),
    );
  });
  it('have their limits at infinity', async () => {
    const x = tensor([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]);
    expect(await softplus(x).array()).toEqual([0, Number.POSITIVE_INFINITY]);
    expect(await logSigmoid(x).array()).toEqual([Number.NEGATIVE_INFINITY, 0]);
  });
});
