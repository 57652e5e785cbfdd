import type { CtcLossArgs } from '@ostinato/kernel';
import { describe, expect, it } from 'vitest';
import { defaultLimits, recordingContext, view } from '../recurrence/recorded.fixture.js';
import { ctcLoss } from './ctc-loss.js';
import { workgroupFor } from './workgroup.js';

const limits = { ...defaultLimits, maxBufferSize: 2 ** 28, maxStorageBufferBindingSize: 2 ** 27 };

interface Sizes {
  readonly T?: number;
  readonly B?: number;
  readonly S?: number;
  readonly C?: number;
  readonly alone?: boolean;
}

function argsOf({ T = 7, B = 3, S = 4, C = 5, alone = false }: Sizes): CtcLossArgs {
  return {
    logits: view([T, B, C]),
    targets: view([B, S], 'i32'),
    inputLengths: view([B], 'i32'),
    targetLengths: view([B], 'i32'),
    blank: 0,
    loss: view([B]),
    gradient: alone ? null : view([T, B, C]),
  };
}

function recordedOf(sizes: Sizes, lower: Partial<typeof limits> = {}) {
  const { context, recorded } = recordingContext({ ...limits, ...lower });
  ctcLoss(context).run(argsOf(sizes));
  return recorded;
}

const supports = (sizes: Sizes, lower: Partial<typeof limits> = {}): boolean =>
  ctcLoss(recordingContext({ ...limits, ...lower }).context).supports(argsOf(sizes));

describe('shaders of CTC loss', () => {
  it.each([
    ['norms', {}, 0],
    ['forward', {}, 1],
    ['backward', {}, 2],
    ['occurrences', {}, 3],
    ['gradient', {}, 4],
    ['gradient-shared', { C: 100 }, 4],
    ['forward-loss-alone', { alone: true }, 1],
    ['forward-pairs', { S: 500 }, 1],
    ['backward-pairs', { S: 500 }, 2],
  ])('are as reviewed: %s', async (name, sizes, index) => {
    await expect(recordedOf(sizes)[index]!.code()).toMatchFileSnapshot(`__snapshots__/${name}.wgsl`);
  });

  it('are five for a loss with its gradient, two for a loss alone', () => {
    expect(recordedOf({})).toHaveLength(5);
    expect(recordedOf({ alone: true })).toHaveLength(2);
  });

  it('do not depend on sizes, but on how many pairs of states an invocation has', () => {
    const keys = (sizes: Sizes): string[] => recordedOf(sizes).map(({ key }) => key);
    expect(keys({ T: 90, B: 8, S: 31 })).toEqual(keys({}));
    expect(keys({ S: 400 })).toEqual(keys({ S: 500 }));
    expect(keys({ S: 500 })).not.toEqual(keys({}));
  });

  it('bind no more storages than every device has', () => {
    for (const { buffers } of recordedOf({})) expect(buffers.length).toBeLessThanOrEqual(8);
    expect(Math.max(...recordedOf({}).map(({ buffers }) => buffers.length))).toBe(7);
  });

  it('take a workgroup for each row, and some rows after the others where α of all would take too much', () => {
    const rows = (sizes: Sizes) =>
      recordedOf(sizes)
        .filter(({ key }) => key.includes('forward'))
        .map(({ groups }) => groups[0]);
    expect(rows({ B: 40 })).toEqual([40]);
    // 8 MiB for a row.
    expect(rows({ T: 1024, S: 511, B: 20 })).toEqual([8, 8, 4]);
    expect(rows({ T: 1024, S: 511, B: 20, alone: true })).toEqual([20]);
  });
});

describe('CTC loss', () => {
  it('supports what has room on the device', () => {
    expect(supports({ T: 2000, S: 500 })).toBe(true);
    expect(supports({ T: 10_000, S: 4095, alone: true })).toBe(true);
    expect(supports({ T: 10_000, S: 4096, alone: true })).toBe(false);
    // 128 MiB of α.
    expect(supports({ T: 8192, S: 1023 })).toBe(true);
    expect(supports({ T: 8193, S: 1023 })).toBe(false);
    expect(supports({ T: 8193, S: 1023, alone: true })).toBe(true);
    expect(supports({}, { maxStorageBuffersPerShaderStage: 6 })).toBe(false);
  });

  it.each([
    [1, 32, 1],
    [41, 64, 1],
    [256, 256, 1],
    [257, 256, 2],
    [501, 256, 2],
    [1025, 256, 8],
  ])('gives %i pairs of states %i invocations, and each of those %i', (pairs, lanes, owned) => {
    expect(workgroupFor(defaultLimits, pairs)).toEqual({ lanes, owned });
  });

  it('takes wider workgroups as far as their memory goes', () => {
    const wide = { maxComputeInvocationsPerWorkgroup: 1024, maxComputeWorkgroupSizeX: 1024 };
    expect(workgroupFor({ ...defaultLimits, ...wide }, 2000)).toEqual({ lanes: 512, owned: 4 });
    const memory = { maxComputeWorkgroupStorageSize: 32768 };
    expect(workgroupFor({ ...defaultLimits, ...wide, ...memory }, 2000)).toEqual({ lanes: 1024, owned: 2 });
  });
});
