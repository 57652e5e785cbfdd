import { init } from '@ostinato/kernel';
import { describe, expect, it } from 'vitest';
import { findAdapter } from './adapter.js';
import { webgpu } from './index.js';

const adapter = await findAdapter({});
const reason = 'unavailable' in adapter ? adapter.unavailable : undefined;
const hasFloat16 = !('unavailable' in adapter) && adapter.features.has('shader-f16');

describe.skipIf(reason)('float16 factors', () => {
  it.runIf(hasFloat16)('are there where the GPU has float16, on request', async () => {
    const backend = await webgpu({ precision: 'float16' })();
    if ('unavailable' in backend) throw new Error(backend.unavailable);
    expect(backend.describe()).toContain('forward products of float16 factors');
    backend.dispose();
    const usual = await webgpu()();
    if ('unavailable' in usual) throw new Error(usual.unavailable);
    expect(usual.describe()).not.toContain('float16');
    usual.dispose();
  });

  it.skipIf(hasFloat16)('are refused with advice where the GPU has no float16', async () => {
    expect(await webgpu({ precision: 'float16' })()).toEqual({
      unavailable: expect.stringMatching(
        /^the GPU .+ does not compute with float16 \(WebGPU feature shader-f16\); leave out precision/,
      ),
    });
    const backend = await init([webgpu({ precision: 'float16' }), webgpu()]);
    expect(backend.name).toBe('webgpu');
    backend.dispose();
  });
});
