import { BackendError, MemoryError, type Storage } from '@ostinato/kernel';
import { Bindings } from './bindings.js';
import { GpuClock } from './clock.js';
import type { GpuMemory } from './memory.js';
import type { PooledBuffer } from './storage.js';
import { UniformRing } from './uniforms.js';

/** A buffer that a kernel reads, or reads and writes. One buffer stands in a dispatch only once: written, if it is written at all. */
export interface BufferUse {
  readonly storage: Storage;
  readonly write: boolean;
}

/** One run of a compute shader. */
export interface Dispatch {
  /** Which kernel it belongs to, for errors and profiles: `matmul`. */
  readonly label: string;
  /** Equal for equal shaders. */
  readonly key: string;
  /**
   * WGSL with the entry point `main`. Binding 0 of group 0 is `var<uniform>` with `words`, bindings 1, 2, ... are the buffers:
   * `var<storage, read>` or `var<storage, read_write>`. Called when the key is new.
   */
  readonly code: () => string;
  readonly buffers: readonly BufferUse[];
  /** What changes from call to call: strides, sizes, scalars (see `floatBits`). Shaders see a struct of `i32` and `f32`. */
  readonly words: ArrayLike<number>;
  /** Workgroups along x, y, z; see `spread` for many. */
  readonly groups: readonly [x: number, y?: number, z?: number];
}

/** Dispatches that are recorded before they are submitted. */
const mostRecorded = 64;

/** Records dispatches in one encoder and pass, and submits them every few dozen, and before anything is read. */
export class Recorder {
  /** Measures kernels, where the device has timestamps. */
  readonly clock: GpuClock | undefined;
  readonly #device: GPUDevice;
  readonly #pipelines = new Map<string, GPUComputePipeline>();
  readonly #uniforms: UniformRing;
  readonly #bindings: Bindings;
  /** What went wrong where something was made, since the last read. */
  readonly #problems: Error[] = [];
  /** What else the device has reported; most of it follows from the above. */
  readonly #reports: Error[] = [];
  /** Error scopes that have not been answered yet. */
  readonly #outcomes = new Set<Promise<void>>();
  readonly #staging: GPUBuffer[] = [];
  #memory!: GpuMemory;
  #encoder: GPUCommandEncoder | undefined;
  #pass: GPUComputePassEncoder | undefined;
  /** The kernels of what is recorded. */
  readonly #labels = new Set<string>();
  #recorded = 0;
  #submission = 0;
  #dispatches = 0;
  #lost: string | undefined;

  constructor(device: GPUDevice) {
    this.#device = device;
    this.#uniforms = new UniformRing(device);
    this.#bindings = new Bindings(device, this.#uniforms.buffer);
    if (device.features.has('timestamp-query')) this.clock = new GpuClock(device, this, mostRecorded);
    device.onuncapturederror = ({ error }) => {
      this.#reports.push(problem('validation', `the device reported an error: ${error.message}`));
    };
    void device.lost.then(({ reason, message }) => {
      this.#lost = `${reason === 'destroyed' ? 'it was destroyed' : 'the browser or driver took it away'}${message ? ` (${message})` : ''}`;
    });
  }

  /** The memory whose buffers are used. */
  attach(memory: GpuMemory): void {
    this.#memory = memory;
  }

  /** The number of the submission that is being recorded. */
  get submission(): number {
    return this.#submission;
  }
  /** Dispatches recorded so far, for tests and profiles. */
  get dispatches(): number {
    return this.#dispatches;
  }

  /** Records a dispatch. Nothing happens for no workgroups. */
  dispatch({ label, key, code, buffers, words, groups: [x, y = 1, z = 1] }: Dispatch): void {
    if (x * y * z === 0) return;
    const uses = buffers.map(({ storage, write }) => ({ pooled: this.#memory.open(storage, label), write }));
    const bytes = words.length * 4;
    if (this.#recorded >= mostRecorded || !this.#uniforms.hasRoom(bytes)) this.submit();
    const offset = this.#uniforms.put(words);
    const layout = this.#bindings.layout(uses.map(({ write }) => write));
    const pipeline = this.#pipeline(label, `${layout.key} ${key}`, code, layout.pipeline);
    const group = this.#bindings.group(
      layout,
      bytes,
      uses.map(({ pooled }) => pooled),
    );
    const pass = this.#open();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group, [offset]);
    pass.dispatchWorkgroups(x, y, z);
    for (const { pooled } of uses) pooled.lastUse = this.#submission;
    this.#labels.add(label);
    this.#recorded++;
    this.#dispatches++;
  }

  #pipeline(label: string, key: string, code: () => string, layout: GPUPipelineLayout): GPUComputePipeline {
    let pipeline = this.#pipelines.get(key);
    if (!pipeline) {
      pipeline = this.guarded('validation', `${label}: its shader is refused`, (device) => {
        const module = device.createShaderModule({ label, code: code() });
        return device.createComputePipeline({ label, layout, compute: { module, entryPoint: 'main' } });
      });
      this.#pipelines.set(key, pipeline);
    }
    return pipeline;
  }

  #open(): GPUComputePassEncoder {
    this.#encoder ??= this.#device.createCommandEncoder();
    this.#pass ??= this.#encoder.beginComputePass(this.clock?.passDescriptor());
    return this.#pass;
  }

  /** Ends the pass that is being recorded; the next dispatch begins another. */
  endPass(): void {
    this.#pass?.end();
    this.#pass = undefined;
  }

  /**
   * Makes something on the device. What goes wrong meanwhile is thrown by the next read.
   * @param what begins the message
   * @param onError called when something went wrong
   */
  guarded<Result>(
    kind: GPUErrorFilter,
    what: string,
    make: (device: GPUDevice) => Result,
    onError?: () => void,
  ): Result {
    this.#device.pushErrorScope(kind);
    try {
      return make(this.#device);
    } finally {
      const outcome = this.#device.popErrorScope().then(
        (error) => {
          if (!error) return;
          this.#problems.push(problem(kind, `${what}: ${error.message}`));
          onError?.();
        },
        // Scopes of a lost device reject; the loss itself is told by `assertAlive`.
        () => {},
      );
      this.awaitBeforeReads(outcome);
    }
  }

  /** Lets reads wait for something that follows from what was recorded before; it must not reject. */
  awaitBeforeReads(outcome: Promise<void>): void {
    this.#outcomes.add(outcome);
    void outcome.then(() => this.#outcomes.delete(outcome));
  }

  /** Hands what is recorded to the device. */
  submit(): void {
    if (!this.#encoder) return;
    this.endPass();
    this.#uniforms.upload();
    const encoder = this.#encoder;
    const collect = this.clock?.resolve(encoder);
    this.guarded('validation', `${[...this.#labels].join(', ')}: the device refuses the work`, ({ queue }) =>
      queue.submit([encoder.finish()]),
    );
    this.#labels.clear();
    collect?.();
    this.#encoder = undefined;
    this.#recorded = 0;
    this.#submission++;
    this.#memory.submitted();
  }

  /** Writes numbers into a buffer, behind all work recorded so far. */
  write(pooled: PooledBuffer, data: ArrayBufferView, byteOffset: number): void {
    // Deno panics over writes of nothing.
    if (data.byteLength === 0) return;
    // What is written from outside overtakes what is recorded but not submitted.
    if (pooled.lastUse >= this.#submission) this.submit();
    this.#device.queue.writeBuffer(pooled.buffer, byteOffset, data as BufferSource);
  }

  /**
   * The bytes of a buffer as they are after all recorded work.
   * @throws BackendError for whatever went wrong on the device since the last read
   */
  async read(pooled: PooledBuffer, byteOffset: number, bytes: number): Promise<ArrayBuffer> {
    this.assertAlive();
    const size = Math.max(4, bytes);
    const staging = this.#takeStaging(size);
    this.endPass();
    this.#encoder ??= this.#device.createCommandEncoder();
    if (bytes > 0) this.#encoder.copyBufferToBuffer(pooled.buffer, byteOffset, staging, 0, bytes);
    this.submit();
    try {
      await staging.mapAsync(1 /* READ */, 0, size);
    } catch (error) {
      // Whether the device is lost is told a little later.
      await Promise.race([this.#device.lost, new Promise((resolve) => setTimeout(resolve, 100))]);
      this.assertAlive();
      throw new BackendError(
        `webgpu: results could not be read back (${error instanceof Error ? error.message : error})`,
      );
    }
    const copy = staging.getMappedRange(0, size).slice(0, bytes);
    staging.unmap();
    this.#staging.push(staging);
    await Promise.all(this.#outcomes);
    this.assertAlive();
    return copy;
  }

  #takeStaging(size: number): GPUBuffer {
    const index = this.#staging.findIndex((buffer) => buffer.size >= size);
    if (index >= 0) return this.#staging.splice(index, 1)[0]!;
    while (this.#staging.length > 3) this.#staging.shift()!.destroy();
    const rounded = 2 ** Math.ceil(Math.log2(size));
    return this.#device.createBuffer({ size: rounded, usage: 0x01 | 0x08 /* MAP_READ | COPY_DST */ });
  }

  /** Throws BackendError when the device is lost, and what it has reported since the last time: MemoryError or BackendError. */
  assertAlive(): void {
    if (this.#lost !== undefined) {
      throw new BackendError(
        `webgpu: the device is lost: ${this.#lost}; call init again and load the model from its last checkpoint`,
      );
    }
    const [first] = [...this.#problems.splice(0), ...this.#reports.splice(0)];
    if (first) throw first;
  }

  /** Gives everything of the device back. */
  dispose(): void {
    this.#device.onuncapturederror = null;
    this.#device.destroy();
  }
}

function problem(kind: GPUErrorFilter, message: string): Error {
  return new (kind === 'out-of-memory' ? MemoryError : BackendError)(`webgpu: ${message}`);
}

/** Workgroups along x and y, together at least `count`: a dimension ends at 65535. The shader has to skip the surplus. */
export function spread(count: number): readonly [number, number] {
  const most = 65535;
  if (count <= most) return [count, 1];
  const y = Math.ceil(count / most);
  return [Math.ceil(count / y), y];
}

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The bits of a float32 number, to pass it among `words`. */
export function floatBits(value: number): number {
  float[0] = value;
  return bits[0]!;
}
