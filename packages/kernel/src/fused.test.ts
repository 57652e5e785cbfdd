import { describe, expect, it, vi } from 'vitest';
import type { FusedKernels, SoftmaxArgs } from './backend.js';
import { runFused } from './fused.js';
import { ReferenceBackend } from './reference.js';
import { viewOf } from './view.js';

class BackendWithSoftmax extends ReferenceBackend {
  override readonly fused: Partial<FusedKernels>;

  constructor(softmax: FusedKernels['softmax']) {
    super();
    this.fused = { softmax };
  }
}

function argumentsOn(backend: ReferenceBackend): SoftmaxArgs {
  const view = () => viewOf(backend.alloc(8), [2]);
  const args = { x: view(), out: view(), logarithm: false };
  backend.write(args.x.storage, new Float32Array([0, Math.log(3)]));
  return args;
}

describe('runFused', () => {
  it("runs the backend's own kernel where it takes the arguments", () => {
    const own = { supports: vi.fn(() => true), run: vi.fn() };
    const backend = new BackendWithSoftmax(own);
    const args = argumentsOn(backend);
    runFused(backend, 'softmax', args);
    expect(own.run).toHaveBeenCalledExactlyOnceWith(args);
  });

  it('falls back to the required kernels where it does not', () => {
    const own = { supports: () => false, run: vi.fn() };
    const backend = new BackendWithSoftmax(own);
    const args = argumentsOn(backend);
    runFused(backend, 'softmax', args);
    expect(own.run).not.toHaveBeenCalled();
    expect(backend.values(args.out)[1]).toBeCloseTo(0.75, 6);
  });

  it('falls back where there is no such kernel, and leaves no memory behind', () => {
    const backend = new ReferenceBackend();
    const args = argumentsOn(backend);
    runFused(backend, 'softmax', args);
    expect(backend.values(args.out)[1]).toBeCloseTo(0.75, 6);
    expect(backend.memory().liveStorages).toBe(2);
  });
});
