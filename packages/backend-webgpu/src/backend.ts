import {
  type Backend,
  CallChecks,
  checkBytes,
  checkSize,
  type DeviceClock,
  type FusedKernels,
  type Kernels,
  type MemoryUse,
  type NumberArray,
  type Storage,
} from '@ostinato/kernel';
import { GpuMemory } from './device/memory.js';
import { Recorder } from './device/recorder.js';
import { fusedKernels } from './fused.js';
import type { KernelContext, KernelSettings } from './kernels/context.js';
import { gather } from './kernels/gather.js';
import { map } from './kernels/map.js';
import { matmul } from './kernels/matmul.js';
import { reduce } from './kernels/reduce.js';
import { scatterAdd } from './kernels/scatter-add.js';

/** The WebGPU backend, which can say what it runs on. */
export interface WebGpuBackend extends Backend {
  /** Runs of shaders recorded so far. */
  readonly dispatches: number;
  /** For people: the adapter, how large a tensor may be, and what the device has besides. */
  describe(): string;
}

/**
 * Kernels as compute shaders, compiled once for each program and layout. Calls record work; it starts every few dozen calls,
 * and before anything is read. What goes wrong on the device meanwhile is thrown by the next read.
 */
export class GpuBackend implements WebGpuBackend {
  readonly name = 'webgpu';
  readonly fused: Partial<FusedKernels>;
  readonly device: GPUDevice;
  readonly #info: GPUAdapterInfo;
  readonly #recorder: Recorder;
  readonly #memory: GpuMemory;
  readonly #context: KernelContext;
  readonly #checks: CallChecks;

  /** @param fused makes the fused kernels; tests choose some */
  constructor(
    device: GPUDevice,
    info: GPUAdapterInfo,
    settings: KernelSettings = {},
    fused: (context: KernelContext) => Partial<FusedKernels> = fusedKernels,
  ) {
    this.device = device;
    this.#info = info;
    this.#recorder = new Recorder(device);
    this.#memory = new GpuMemory(device, this.#recorder);
    this.#context = {
      ...settings,
      recorder: this.#recorder,
      memory: this.#memory,
      device,
      limits: device.limits,
    };
    this.#checks = new CallChecks((storage, where) => this.#memory.open(storage, where));
    this.fused = this.#checks.guard(fused(this.#context));
  }

  get clock(): DeviceClock | undefined {
    return this.#recorder.clock;
  }

  get dispatches(): number {
    return this.#recorder.dispatches;
  }

  map(...args: Parameters<Kernels['map']>): void {
    this.#checks.map(...args);
    map(this.#context, ...args);
  }

  reduce(...args: Parameters<Kernels['reduce']>): void {
    this.#checks.reduce(...args);
    reduce(this.#context, ...args);
  }

  matmul(...args: Parameters<Kernels['matmul']>): void {
    this.#checks.matmul(...args);
    matmul(this.#context, ...args);
  }

  /** An index outside the table gives NaN, or 0 in int32 tables. */
  gather(...args: Parameters<Kernels['gather']>): void {
    this.#checks.gather(...args);
    gather(this.#context, ...args);
  }

  /** Indices outside the table add nothing. */
  scatterAdd(...args: Parameters<Kernels['scatterAdd']>): void {
    this.#checks.scatterAdd(...args);
    scatterAdd(this.#context, ...args);
  }

  alloc(bytes: number): Storage {
    checkSize(bytes);
    return this.#memory.alloc(bytes);
  }

  free(storage: Storage): void {
    this.#memory.free(storage);
  }

  write(storage: Storage, data: NumberArray, byteOffset = 0): void {
    const pooled = this.#memory.open(storage, 'write');
    checkBytes(storage, 'write', byteOffset, data.byteLength);
    this.#recorder.write(pooled, data, byteOffset);
  }

  /** Throws BackendError for what went wrong on the device since the last read, and where the device is lost. */
  async read(storage: Storage, byteOffset = 0, bytes = storage.bytes - byteOffset): Promise<ArrayBuffer> {
    const pooled = this.#memory.open(storage, 'read');
    checkBytes(storage, 'read', byteOffset, bytes);
    return this.#recorder.read(pooled, byteOffset, bytes);
  }

  flush(): void {
    this.#recorder.submit();
  }

  memory(): MemoryUse {
    return this.#memory.use();
  }

  describe(): string {
    const { vendor, architecture, device, description } = this.#info;
    const name = [vendor, architecture, device, description].filter((part) => part !== '').join(' ');
    const { maxStorageBufferBindingSize, maxStorageBuffersPerShaderStage } = this.device.limits;
    const features = ['subgroups', 'shader-f16'].filter((feature) => this.device.features.has(feature));
    return [
      `WebGPU on ${name || 'a GPU without a name'}`,
      `tensors of up to ${Math.floor(maxStorageBufferBindingSize / 2 ** 20)} MiB`,
      `${maxStorageBuffersPerShaderStage} buffers for each shader`,
      ...features,
      ...(this.#context.precision === 'float16' ? ['forward products of float16 factors'] : []),
    ].join(', ');
  }

  dispose(): void {
    this.#memory.close();
    this.#recorder.dispose();
  }
}
