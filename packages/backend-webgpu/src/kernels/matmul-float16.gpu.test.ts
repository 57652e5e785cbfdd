import { conformanceChecks } from '@ostinato/conformance';
import { viewOf } from '@ostinato/kernel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findAdapter } from '../adapter.js';
import type { GpuBackend } from '../backend.js';
import type { Plan } from './matmul-plan.js';
import { plannedBackend } from './planned.fixture.js';
import { errorOf, largest, RoundingReference, roundingOfSum } from './rounding.fixture.js';

/** Software drivers never choose workgroup memory, and are slow to compile what uses it. */
const shared = (side: 8 | 16): Plan => ({ kind: 'shared', rows: 4, columns: 4, side });

const plans: readonly { readonly plan: Plan; readonly checks: readonly string[] }[] = [
  { plan: shared(8), checks: ['operands of every arrangement', 'gradient of the weight'] },
  { plan: shared(16), checks: ['[130, 70] · [70, 90]'] },
];

const adapter = await findAdapter({});
const isMissing = 'unavailable' in adapter || !adapter.features.has('shader-f16');
const groups = ['matmul', 'fused: projection'];

for (const { plan, checks } of plans) {
  describe.skipIf(isMissing)(`products of float16 factors by the plan ${JSON.stringify(plan)}`, () => {
    const oracle = new RoundingReference();
    let backend: GpuBackend;
    beforeAll(async () => {
      backend = await plannedBackend(plan, { precision: 'float16' });
    });
    afterAll(() => {
      backend?.dispose();
      oracle.dispose();
    });

    it.each(checks)('%s, as exact as float32 but for the rounding of factors', async (name) => {
      const check = conformanceChecks().find((one) => groups.includes(one.group) && one.name === name)!;
      await check.run(backend, oracle);
    });
  });
}

describe.skipIf(isMissing)('a product of float16 factors', () => {
  let backend: GpuBackend;
  beforeAll(async () => {
    backend = await plannedBackend(shared(8), { precision: 'float16' });
  });
  afterAll(() => backend?.dispose());

  /** a [M, K] · b [K, N] */
  async function multiply(
    [M, K, N]: readonly [number, number, number],
    a: readonly number[],
    b: readonly number[],
    ofGradients = false,
  ): Promise<Float32Array> {
    const storages = [a, b].map((numbers) => {
      const storage = backend.alloc(numbers.length * 4);
      backend.write(storage, Float32Array.from(numbers));
      return storage;
    });
    const out = backend.alloc(M * N * 4);
    const [left, right] = [viewOf(storages[0]!, [M, K]), viewOf(storages[1]!, [K, N])];
    backend.matmul(left, right, viewOf(out, [M, N]), { ofGradients });
    const result = new Float32Array(await backend.read(out));
    for (const storage of [...storages, out]) backend.free(storage);
    return result;
  }

  it('is as near to the exact one as the format allows', async () => {
    const [M, K, N] = [20, 70, 24];
    // Of many sizes, also below the smallest normal float16 number.
    const numbers = (count: number, seed: number): number[] =>
      Array.from({ length: count }, (_, index) =>
        Math.fround(Math.sin(index * 12.9898 + seed) * 2 ** (-17 + ((index * 7) % 19))),
      );
    const [a, b] = [numbers(M * K, 1), numbers(K * N, 2)];
    const result = await multiply([M, K, N], a, b);
    let isRounded = false;
    for (let row = 0; row < M; row++) {
      for (let column = 0; column < N; column++) {
        let [exact, bound, size] = [0, 0, 0];
        for (let k = 0; k < K; k++) {
          const [left, right] = [a[row * K + k]!, b[k * N + column]!];
          exact += left * right;
          bound +=
            errorOf(left) * Math.abs(right) +
            Math.abs(left) * errorOf(right) +
            errorOf(left) * errorOf(right);
          size += Math.abs(left * right);
        }
        const error = Math.abs(result[row * N + column]! - exact);
        expect(error).toBeLessThanOrEqual(bound + roundingOfSum(K, size + bound));
        isRounded ||= error > roundingOfSum(K, size);
      }
    }
    // Farther than float32 would be.
    expect(isRounded).toBe(true);
  });

  it('loses what float16 cannot hold, before it multiplies', async () => {
    // 1 + 2^-12 lies between 1 and the next float16 number, nearer to 1.
    const [a, b] = [
      [1 + 2 ** -12, -1],
      [4096, 4096],
    ];
    expect([...(await multiply([1, 2, 1], a, b))]).toEqual([0]);
    expect([...(await multiply([1, 2, 1], a, b, true))]).toEqual([1]);
  });

  it('takes factors that are too large for the largest ones', async () => {
    expect([...(await multiply([1, 2, 1], [1e6, 3], [0, 1]))]).toEqual([3]);
    expect([...(await multiply([1, 2, 1], [1e6, -1e38], [1, 1]))]).toEqual([0]);
    expect([...(await multiply([1, 1, 2], [70_000], [1, -2]))]).toEqual([largest, -2 * largest]);
  });

  it('hands NaN on', async () => {
    expect([...(await multiply([2, 2, 1], [Number.NaN, 1, 2, 1], [1, 1]))]).toEqual([Number.NaN, 3]);
  });

  it('keeps tiny gradients', async () => {
    const tiny = Math.fround(1e-12);
    expect([...(await multiply([1, 1, 1], [tiny], [2], true))]).toEqual([2 * tiny]);
    expect([...(await multiply([1, 1, 1], [tiny], [2]))]).toEqual([0]);
  });
});
