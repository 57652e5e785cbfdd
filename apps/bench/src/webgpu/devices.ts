/** The devices that libraries have made in this process. */
const devices: GPUDevice[] = [];

/** Sees all devices that are made from now on, whoever makes them. There has to be WebGPU already. */
export function watchDevices(): void {
  const { prototype } = GPUAdapter;
  const { requestDevice } = prototype;
  prototype.requestDevice = async function (descriptor) {
    const device = await requestDevice.call(this, descriptor);
    devices.push(device);
    return device;
  };
}

/** Waits until the devices have done all that was submitted to them: the end of a step, the same for all libraries. */
export async function devicesAreDone(): Promise<void> {
  for (const { queue } of devices) await queue.onSubmittedWorkDone();
}

/** What the devices are, each once; undefined where there are none. */
export function adapterNames(): string | undefined {
  return [...new Set(devices.map(({ adapterInfo }) => adapterName(adapterInfo)))].join(' and ') || undefined;
}

/** An adapter in words: `mesa software llvmpipe ...`. */
export function adapterName({ vendor, architecture, device, description }: AdapterWords): string {
  return (
    [vendor, architecture, device, description].filter((word) => word !== '').join(' ') || 'without a name'
  );
}

/** How an adapter describes itself. */
export type AdapterWords = Pick<GPUAdapterInfo, 'vendor' | 'architecture' | 'device' | 'description'>;
