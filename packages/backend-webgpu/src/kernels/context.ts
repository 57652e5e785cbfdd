import type { GpuMemory } from '../device/memory.js';
import type { Recorder } from '../device/recorder.js';

/** What kernels run on. */
export interface KernelContext {
  readonly recorder: Recorder;
  readonly memory: GpuMemory;
  readonly device: GPUDevice;
  readonly limits: GPUSupportedLimits;
}
