import type { GpuMemory } from '../device/memory.js';
import type { Recorder } from '../device/recorder.js';
import type { Precision } from './factor-format.js';
import type { RecurrenceForm } from './recurrence/form.js';

/** What people choose about kernels. */
export interface KernelSettings {
  /** How recurrences run; left out, each is chosen by its sizes. Another form is taken where a device has no room for this one. */
  readonly recurrence?: RecurrenceForm | undefined;
  /** What the factors of forward products are rounded to where they pass through workgroup memory; `float32` where left out. */
  readonly precision?: Precision | undefined;
}

/** What kernels run on. */
export interface KernelContext extends KernelSettings {
  readonly recorder: Recorder;
  readonly memory: GpuMemory;
  readonly device: GPUDevice;
  readonly limits: GPUSupportedLimits;
}
