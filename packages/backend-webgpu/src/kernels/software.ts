import { memo } from '@ostinato/kernel';

const names = /swiftshader|llvmpipe|lavapipe|software/i;

/** Whether an adapter is a processor that plays a GPU, as far as it says so. */
export function isSoftwareAdapter(info: GPUAdapterInfo): boolean {
  const { isFallbackAdapter, vendor, architecture, device, description } = info;
  return isFallbackAdapter || names.test(`${vendor} ${architecture} ${device} ${description}`);
}

/** The same of a device. Engines that are too old to say it run on GPUs. */
export const isSoftware = memo(
  ({ adapterInfo }: GPUDevice): boolean => adapterInfo && isSoftwareAdapter(adapterInfo),
);
