import { broadcastView, permuteView, type View } from '@ostinato/kernel';
import { describe, expect, it } from 'vitest';
import type { Dispatch } from '../device/recorder.js';
import type { Precision } from './factor-format.js';
import { type Plan, planOf, type RegisterPlan } from './matmul-plan.js';
import { type Product, productOf, projectionGradOf, projectionOf } from './matmul-product.js';
import { runProduct } from './matmul-run.js';
import { recordingContext, view } from './recurrence/recorded.fixture.js';

const transposed = (of: View): View => permuteView(of, [1, 0]);

function recorded(product: Product, plan: Plan = planOf(product, true), precision?: Precision): Dispatch {
  const { context, recorded } = recordingContext();
  runProduct({ ...context, precision }, 'matmul', product, plan);
  return recorded[0]!;
}

const plain = (M: number, K: number, N: number): Product =>
  productOf(view([M, K]), view([K, N]), view([M, N]), false);

const x = view([20, 8, 12]);
const lengths = view([8], 'i32');

describe('shaders of matrix products', () => {
  it.each([
    ['matmul', recorded(plain(64, 64, 64))],
    ['matmul-any-strides', recorded(plain(65, 65, 65))],
    [
      'matmul-transposed',
      recorded(productOf(transposed(view([64, 64])), transposed(view([64, 64])), view([64, 64]), false)),
    ],
    ['matmul-vector', recorded(plain(1, 256, 64))],
    [
      'matmul-batched',
      recorded(productOf(view([3, 2, 8, 8]), view([3, 2, 8, 8]), view([3, 2, 8, 8]), false), {
        kind: 'registers',
        rows: 4,
        columns: 4,
        across: 8,
        down: 8,
        slices: 1,
      }),
    ],
    ['matmul-shared', recorded(plain(64, 64, 64), { kind: 'shared', rows: 4, columns: 4, side: 16 })],
    [
      'matmul-shared-any-strides',
      recorded(productOf(view([65, 65]), transposed(view([65, 65])), view([65, 65]), false), {
        kind: 'shared',
        rows: 4,
        columns: 4,
        side: 8,
      }),
    ],
    [
      'matmul-shared-float16',
      recorded(plain(64, 64, 64), { kind: 'shared', rows: 4, columns: 4, side: 16 }, 'float16'),
    ],
    ['projection', recorded(projectionOf(x, view([12, 16]), lengths, view([20, 8, 16]), false))],
    [
      'projection-shared',
      recorded(projectionOf(x, view([12, 16]), lengths, view([20, 8, 16]), false), {
        kind: 'shared',
        rows: 4,
        columns: 4,
        side: 8,
      }),
    ],
    ['projection-grad', recorded(projectionGradOf(x, view([20, 8, 16]), lengths, view([12, 16])))],
    [
      'projection-grad-shared',
      recorded(projectionGradOf(x, view([20, 8, 16]), lengths, view([12, 16])), {
        kind: 'shared',
        rows: 4,
        columns: 4,
        side: 8,
      }),
    ],
  ])('are as reviewed: %s', async (name, dispatch) => {
    await expect(dispatch.code()).toMatchFileSnapshot(`__snapshots__/${name}.wgsl`);
  });

  it('depend on layouts, not on sizes and offsets', () => {
    const shifted = { ...view([128, 64]), offset: 8 };
    expect(recorded(productOf(shifted, view([64, 32]), view([128, 32]), true)).key).toBe(
      recorded(plain(64, 64, 64)).key,
    );
    expect(recorded(plain(64, 63, 64)).key).not.toBe(recorded(plain(64, 64, 64)).key);
  });

  it('round no factors where gradients would vanish, or where it would help nothing', () => {
    const shared: Plan = { kind: 'shared', rows: 4, columns: 4, side: 8 };
    const ofGradients = { ...plain(64, 64, 64), ofGradients: true };
    const project = (...last: [ofGradients?: boolean]): Product =>
      projectionOf(x, view([12, 16]), lengths, view([20, 8, 16]), false, ...last);
    const weightGradient = projectionGradOf(x, view([20, 8, 16]), lengths, view([12, 16]));
    for (const [product, plan] of [
      [ofGradients, shared],
      [project(true), shared],
      [weightGradient, shared],
      [plain(64, 64, 64), planOf(plain(64, 64, 64), true)],
    ] as const) {
      expect(recorded(product, plan, 'float16').key).toBe(recorded(product, plan).key);
      expect(recorded(product, plan, 'float16').code()).toBe(recorded(product, plan).code());
    }
    for (const product of [plain(64, 64, 64), project()]) {
      expect(recorded(product, shared, 'float16').key).not.toBe(recorded(product, shared).key);
      expect(recorded(product, shared, 'float16').code()).toContain('enable f16;');
    }
  });

  it('read no vectors from a storage that is read or written in another way', () => {
    const both = view([64, 64]);
    const gram = recorded(productOf(both, transposed(both), view([64, 64]), false));
    expect(gram.buffers).toHaveLength(2);
    expect(gram.code()).not.toContain('array<vec4');
  });
});

describe('products', () => {
  it('take leading axes that b does not know as rows', () => {
    const weight = broadcastView(view([8, 4]), [5, 3, 8, 4]);
    const dense = productOf(view([5, 3, 2, 8]), weight, view([5, 3, 2, 4]), false);
    expect(dense).toMatchObject({ rows: 30, rowLength: 30, batch: [] });
    const strided = { ...view([5, 2, 8]), strides: [64, 8, 1], storage: { bytes: 2048 } };
    const apart = productOf(strided, broadcastView(view([8, 4]), [5, 8, 4]), view([5, 2, 4]), false);
    expect(apart).toMatchObject({ rows: 10, rowLength: 2, a: { block: 64, row: 8 }, batch: [] });
  });

  it('merge the axes of a batch', () => {
    const product = productOf(view([5, 3, 2, 8]), view([5, 3, 8, 4]), view([5, 3, 2, 4]), false);
    expect(product.batch).toEqual([{ length: 15, strides: [16, 32, 8] }]);
  });
});

describe('plans', () => {
  it('are of taller tiles on processors, where there are enough of them', () => {
    expect(planOf(plain(480, 100, 400), true)).toMatchObject({
      kind: 'registers',
      rows: 8,
      columns: 4,
      slices: 1,
    });
    expect(planOf(plain(16, 100, 100), true)).toMatchObject({ rows: 4 });
    expect(planOf(plain(480, 100, 400), false)).toMatchObject({ rows: 4 });
  });

  const slices = (product: Product, software: boolean): number =>
    (planOf(product, software) as RegisterPlan).slices;

  it('use workgroup memory on GPUs where enough workgroups have work', () => {
    expect(planOf(plain(1024, 512, 1024), false)).toMatchObject({ kind: 'shared', side: 16 });
    expect(planOf(plain(480, 100, 400), false)).toMatchObject({ kind: 'shared', side: 8 });
    expect(planOf(plain(64, 512, 256), false)).toMatchObject({ kind: 'registers' });
    expect(planOf(plain(1024, 512, 1024), true)).toMatchObject({ kind: 'registers', slices: 1 });
  });

  it('cut the inner sum where there are few numbers to compute', () => {
    expect(slices(plain(1, 4096, 1), true)).toBe(64);
    expect(slices(plain(100, 10_000, 400), false)).toBe(4);
    expect(slices(plain(16, 256, 1024), false)).toBe(16);
    expect(slices(plain(1, 8, 1), true)).toBe(1);
  });

  it('waste no rows of tiles on single vectors', () => {
    expect(planOf(plain(1, 64, 64), true)).toMatchObject({ rows: 1, columns: 4, down: 1 });
    expect(planOf(plain(64, 64, 1), true)).toMatchObject({ rows: 4, columns: 1, across: 1 });
  });

  it('never make invocations wait for lengths that lie where they write', () => {
    const out = view([2000, 64, 64]);
    const own = { ...view([64], 'i32'), storage: out.storage };
    const product = projectionOf(view([2000, 64, 64]), view([64, 64]), own, out, false);
    expect(planOf(product, false)).toMatchObject({ kind: 'registers' });
  });
});
