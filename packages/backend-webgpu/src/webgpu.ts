import { BackendError, type Unavailable } from '@ostinato/kernel';
import { type AdapterOptions, findAdapter } from './adapter.js';
import { GpuBackend, type WebGpuBackend } from './backend.js';
import type { Precision } from './kernels/factor-format.js';
import type { RecurrenceForm } from './kernels/recurrence/form.js';
import { isSoftwareAdapter } from './kernels/software.js';

/** How the WebGPU backend is set up. */
export interface WebGpuOptions extends AdapterOptions {
  /**
   * Limits of the device by their names in WebGPU, such as `maxBufferSize`. By default buffers are as large and as many, and workgroups of
   * GPUs as wide as the adapter allows, and all else is what every device has.
   */
  readonly limits?: Readonly<Record<string, number>>;
  /**
   * How recurrences run: `'sequence'`, a workgroup takes a row through all steps, or `'steps'`, a dispatch for each step. By default
   * each is chosen by its sizes.
   */
  readonly recurrence?: RecurrenceForm;
  /**
   * `'float16'` rounds the factors of forward products (h · R of recurrences, large projections and matrix products) to float16, which
   * halves what they take of workgroup memory and packed weights. Sums, products of gradients, tensors and all else stay float32, so
   * that training needs no loss scaling. A factor is then off by up to 2^-11 of itself; one below 2^-14 may count as 0, and one beyond
   * 65504 counts as 65504. It takes a GPU with the feature `shader-f16`. By default `'float32'`.
   */
  readonly precision?: Precision;
}

/** Limits of which the backend takes all that the adapter offers: how large tensors may be. */
const sizes = ['maxBufferSize', 'maxStorageBufferBindingSize', 'maxStorageBuffersPerShaderStage'] as const;

/** The same, but not from processors that play a GPU: they take the invocations of a workgroup one by one. */
const widths = [
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupStorageSize',
] as const;

/** What kernels may use where the adapter has it. */
const features: readonly GPUFeatureName[] = ['subgroups', 'shader-f16', 'timestamp-query'];

/**
 * The WebGPU backend, to be started by `init`: in browsers, in Deno, and in Node and Bun with the package `webgpu`.
 * It resolves to `{ unavailable }` with the reason where there is no GPU that WebGPU can use.
 * @example await init([webgpu(), cpu()]);
 */
export function webgpu(options: WebGpuOptions = {}): () => Promise<WebGpuBackend | Unavailable> {
  for (const [name, value] of Object.entries(options.limits ?? {})) {
    if (!(Number.isInteger(value) && value >= 0)) {
      throw new BackendError(`webgpu: the limit ${name} must be a whole number from 0, got ${value}`);
    }
  }
  const { recurrence, precision } = options;
  if (recurrence !== undefined && !['sequence', 'steps'].includes(recurrence)) {
    throw new BackendError(`webgpu: recurrence must be 'sequence' or 'steps', got ${recurrence}`);
  }
  if (precision !== undefined && !['float32', 'float16'].includes(precision)) {
    throw new BackendError(`webgpu: precision must be 'float32' or 'float16', got ${precision}`);
  }
  return async () => {
    const adapter = await findAdapter(options);
    if ('unavailable' in adapter) return adapter;
    if (precision === 'float16' && !adapter.features.has('shader-f16')) {
      return {
        unavailable:
          `the GPU ${nameOf(adapter.info)} does not compute with float16 (WebGPU feature shader-f16); ` +
          "leave out precision: 'float16' to compute with float32",
      };
    }
    const wanted = isSoftwareAdapter(adapter.info) ? sizes : [...sizes, ...widths];
    try {
      const device = await adapter.requestDevice({
        label: 'ostinato',
        requiredFeatures: features.filter((name) => adapter.features.has(name)),
        requiredLimits: {
          ...Object.fromEntries(wanted.map((name) => [name, adapter.limits[name]])),
          ...options.limits,
        },
      });
      return new GpuBackend(device, adapter.info, options);
    } catch (error) {
      const reason = error instanceof Error ? error.message : error;
      return { unavailable: `the GPU ${nameOf(adapter.info)} gives no device: ${reason}` };
    }
  };
}

function nameOf({ description, device, architecture, vendor }: GPUAdapterInfo): string {
  return description || device || architecture || vendor || 'without a name';
}
