import { findAdapter } from '../adapter.js';
import { GpuBackend } from '../backend.js';

/** Backends on devices with subgroups and without, since kernels differ; those that cannot be had say why. */
export const variants = [
  { variant: 'with subgroups', features: ['subgroups'] },
  { variant: 'without subgroups', features: [] },
] as const satisfies readonly { variant: string; features: readonly GPUFeatureName[] }[];

const adapter = await findAdapter({});

/** Why there is no device with certain features here; undefined where there is one. */
export function reasonAgainst(features: readonly GPUFeatureName[]): string | undefined {
  if ('unavailable' in adapter) return adapter.unavailable;
  const missing = features.filter((name) => !adapter.features.has(name));
  return missing.length > 0 ? `the adapter has no ${missing.join()}` : undefined;
}

/** A backend on a device with certain features and no others. */
export async function backendWith(features: readonly GPUFeatureName[]): Promise<GpuBackend> {
  const found = await findAdapter({});
  if ('unavailable' in found) throw new Error(found.unavailable);
  return new GpuBackend(await found.requestDevice({ requiredFeatures: features }), found.info);
}
