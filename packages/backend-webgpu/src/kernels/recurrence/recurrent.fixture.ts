import { findAdapter } from '../../adapter.js';
import { GpuBackend } from '../../backend.js';
import type { KernelContext, KernelSettings } from '../context.js';
import { recurrenceKernels } from './recurrence.js';

/**
 * A backend on the adapter of the tests, whose only fused kernels are recurrences.
 * @param limits what kernels take for the limits of the device, where they shall be lower
 * @param wide whether the device gets the widest workgroups that its adapter has
 */
export async function recurrentBackend(
  settings: KernelSettings = {},
  limits: Partial<GPUSupportedLimits> = {},
  wide = false,
): Promise<GpuBackend> {
  const found = await findAdapter({});
  if ('unavailable' in found) throw new Error(found.unavailable);
  const requiredFeatures: GPUFeatureName[] = settings.precision === 'float16' ? ['shader-f16'] : [];
  const { maxComputeInvocationsPerWorkgroup, maxComputeWorkgroupSizeX, maxComputeWorkgroupStorageSize } =
    found.limits;
  const requiredLimits: Record<string, number> = wide
    ? { maxComputeInvocationsPerWorkgroup, maxComputeWorkgroupSizeX, maxComputeWorkgroupStorageSize }
    : {};
  const device = await found.requestDevice({ requiredFeatures, requiredLimits });
  return new GpuBackend(device, found.info, settings, (context: KernelContext) => {
    // Numbers of an object of the browser, which cannot be spread.
    const limited = { ...defaultsOf(context.limits), ...limits } as GPUSupportedLimits;
    return recurrenceKernels({ ...context, limits: limited });
  });
}

function defaultsOf(limits: GPUSupportedLimits): Partial<GPUSupportedLimits> {
  const {
    maxComputeInvocationsPerWorkgroup,
    maxComputeWorkgroupSizeX,
    maxComputeWorkgroupStorageSize,
    maxStorageBuffersPerShaderStage,
  } = limits;
  return {
    maxComputeInvocationsPerWorkgroup,
    maxComputeWorkgroupSizeX,
    maxComputeWorkgroupStorageSize,
    maxStorageBuffersPerShaderStage,
  };
}
