import { flipView, permuteView } from '@ostinato/kernel';
import { describe, expect, it } from 'vitest';
import { layerNorm } from './layer-norm.js';
import { defaultLimits, recordingContext, view } from './recurrence/recorded.fixture.js';
import { softmax } from './softmax.js';

function softmaxOf(
  shape: readonly number[],
  logarithm = false,
  adapt = (x: ReturnType<typeof view>) => x,
  features: readonly GPUFeatureName[] = [],
) {
  const { context, recorded } = recordingContext(defaultLimits, features);
  softmax(context, { x: adapt(view(shape)), out: view(shape), logarithm });
  return recorded;
}

function layerNormOf(shape: readonly number[]) {
  const { context, recorded } = recordingContext();
  const inverseDeviation = view(shape.with(-1, 1));
  layerNorm(context, { x: view(shape), out: view(shape), inverseDeviation, epsilon: 1e-5 });
  return recorded;
}

describe('shaders that work on rows', () => {
  it.each([
    ['softmax', softmaxOf([6, 100])],
    ['softmax-short', softmaxOf([6, 3])],
    ['log-softmax-long', softmaxOf([6, 10_000], true)],
    ['softmax-subgroup', softmaxOf([6, 100], false, (x) => x, ['subgroups'])],
    ['softmax-workgroup', softmaxOf([6, 10_000], false, (x) => x, ['subgroups'])],
    ['layer-norm', layerNormOf([6, 100])],
  ])('are as reviewed: %s', async (name, recorded) => {
    expect(recorded).toHaveLength(1);
    await expect(recorded[0]!.code()).toMatchFileSnapshot(`__snapshots__/${name}.wgsl`);
  });

  it('depend on the rank of leading axes that do not merge, not on sizes', () => {
    const key = softmaxOf([6, 100])[0]!.key;
    expect(softmaxOf([2, 3, 500])[0]!.key).toBe(key);
    const turned = softmaxOf([4, 4, 100], false, (x) => permuteView(x, [1, 0, 2]));
    expect(turned[0]!.key).not.toBe(key);
    expect(softmaxOf([6, 100], false, (x) => flipView(x, 1))[0]!.key).toBe(key);
  });

  it('do nothing without rows', () => {
    expect(softmaxOf([0, 5])).toEqual([]);
    expect(layerNormOf([0, 5])).toEqual([]);
  });

  it('spread more rows than one dimension of workgroups has', () => {
    const { groups } = softmaxOf([200_000, 2000])[0]!;
    expect(groups[0]).toBeLessThan(65536);
    expect(groups[0]! * groups[1]!).toBeGreaterThanOrEqual(200_000);
  });
});
