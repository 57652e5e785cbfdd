import { memo } from '@ostinato/kernel';

const names = /swiftshader|llvmpipe|lavapipe|software/i;

/** Whether a device is a processor that plays a GPU, as far as it says so. */
export const isSoftware = memo(({ adapterInfo }: GPUDevice): boolean => {
  // Engines that are older than this property run on GPUs.
  if (!adapterInfo) return false;
  const { isFallbackAdapter, vendor, architecture, device, description } = adapterInfo;
  return isFallbackAdapter || names.test(`${vendor} ${architecture} ${device} ${description}`);
});
