import { BackendError, init } from '@ostinato/kernel';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { webgpu } from './index.js';

afterEach(() => vi.unstubAllGlobals());

/** A browser whose WebGPU gives this adapter. */
function inBrowserWith(adapter: object | null): { requestAdapter: ReturnType<typeof vi.fn> } {
  const gpu = { requestAdapter: vi.fn(async () => adapter) };
  vi.stubGlobal('navigator', { gpu });
  return gpu;
}

describe('webgpu', () => {
  it('tells why it cannot run where there is no adapter', async () => {
    const gpu = inBrowserWith(null);
    expect(await webgpu({ powerPreference: 'low-power' })()).toEqual({
      unavailable: expect.stringMatching(/^WebGPU finds no GPU here: it needs a driver/),
    });
    expect(gpu.requestAdapter).toHaveBeenCalledWith({ powerPreference: 'low-power' });
    await expect(init(webgpu())).rejects.toThrow(
      /init: no backend can run here \(backend 1: WebGPU finds no GPU here/,
    );
  });

  it('tells why it cannot run where an adapter gives no device', async () => {
    const adapter = {
      features: new Set(),
      limits: { maxBufferSize: 2 ** 28 },
      info: { description: 'Old GPU' },
      requestDevice: vi.fn(() => Promise.reject(new Error('out of luck'))),
    };
    inBrowserWith(adapter);
    expect(await webgpu()()).toEqual({ unavailable: 'the GPU Old GPU gives no device: out of luck' });
    expect(await webgpu({ adapter, limits: { maxBufferSize: 1 } })()).toHaveProperty('unavailable');
    const asked = adapter.requestDevice.mock.calls as unknown as [GPUDeviceDescriptor][];
    expect(asked.map(([{ requiredLimits }]) => requiredLimits!.maxBufferSize)).toEqual([2 ** 28, 1]);
  });

  it('refuses limits that are no whole numbers', () => {
    expect(() => webgpu({ limits: { maxBufferSize: 0.5 } })).toThrow(BackendError);
    expect(() => webgpu({ limits: { maxBufferSize: 0.5 } })).toThrow(
      /the limit maxBufferSize must be a whole number/,
    );
  });

  it('refuses a form of recurrences that there is not', () => {
    expect(() => webgpu({ recurrence: 'spiral' as 'steps' })).toThrow(
      "webgpu: recurrence must be 'sequence' or 'steps', got spiral",
    );
  });

  it('refuses a precision that there is not', () => {
    expect(() => webgpu({ precision: 'float8' as 'float16' })).toThrow(
      "webgpu: precision must be 'float32' or 'float16', got float8",
    );
  });

  it('tells why it cannot run where float16 is asked of a GPU without it', async () => {
    const requestDevice = vi.fn();
    const adapter = { features: new Set(['subgroups']), info: { description: 'Old GPU' }, requestDevice };
    expect(await webgpu({ adapter, precision: 'float16' })()).toEqual({
      unavailable:
        'the GPU Old GPU does not compute with float16 (WebGPU feature shader-f16); ' +
        "leave out precision: 'float16' to compute with float32",
    });
    expect(requestDevice).not.toHaveBeenCalled();
  });

  it('runs in Node through the package webgpu, here on its backend that computes nothing', async () => {
    const backend = await webgpu({ flags: ['backend=null'] })();
    if ('unavailable' in backend) throw new Error(backend.unavailable);
    expect(backend.name).toBe('webgpu');
    expect(backend.describe()).toMatch(
      /^WebGPU on .*, tensors of up to \d+ MiB, \d+ buffers for each shader/,
    );
    expect(backend.dispatches).toBe(0);
    backend.dispose();
  });
});
