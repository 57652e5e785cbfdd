import type { DeviceClock } from '@ostinato/kernel';

/** What the clock has to know of the recorder. */
interface Recording {
  endPass(): void;
  submit(): void;
}

/** Bytes of the timestamps at both ends of a pass. */
const passBytes = 2 * 8;

/**
 * How long kernels run on a device, by timestamps at the beginning and the end of passes; each kernel gets passes of its own while it is
 * measured. Browsers round timestamps, some to 0.1 ms, so that only many calls together say something there.
 */
export class GpuClock implements DeviceClock {
  readonly #device: GPUDevice;
  readonly #recording: Recording;
  readonly #queries: GPUQuerySet;
  readonly #resolved: GPUBuffer;
  readonly #staging: GPUBuffer[] = [];
  readonly #pending = new Set<Promise<void>>();
  #kernel: string | undefined;
  /** The kernels of the measured passes that are being recorded. */
  #passes: string[] = [];
  #nanoseconds = new Map<string, number>();

  /**
   * @param device with the feature `timestamp-query`
   * @param mostPasses of one submission
   */
  constructor(device: GPUDevice, recording: Recording, mostPasses: number) {
    this.#device = device;
    this.#recording = recording;
    this.#queries = device.createQuerySet({ type: 'timestamp', count: 2 * mostPasses });
    this.#resolved = device.createBuffer({
      size: mostPasses * passBytes,
      usage: 0x200 | 0x04, // QUERY_RESOLVE | COPY_SRC
    });
  }

  measure(kernel: string, run: () => void): void {
    this.#recording.endPass();
    this.#kernel = kernel;
    try {
      run();
    } finally {
      this.#recording.endPass();
      this.#kernel = undefined;
    }
  }

  /** How the next pass begins; it belongs to the kernel that is being measured. */
  passDescriptor(): GPUComputePassDescriptor {
    if (this.#kernel === undefined) return {};
    const begin = 2 * this.#passes.push(this.#kernel) - 2;
    return {
      timestampWrites: {
        querySet: this.#queries,
        beginningOfPassWriteIndex: begin,
        endOfPassWriteIndex: begin + 1,
      },
    };
  }

  /** Records that timestamps are copied to where they can be read. Returns what to call once that is submitted. */
  resolve(encoder: GPUCommandEncoder): () => void {
    const kernels = this.#passes;
    if (kernels.length === 0) return () => {};
    this.#passes = [];
    const bytes = kernels.length * passBytes;
    const staging = this.#staging.pop() ?? this.#newStaging();
    encoder.resolveQuerySet(this.#queries, 0, 2 * kernels.length, this.#resolved, 0);
    encoder.copyBufferToBuffer(this.#resolved, 0, staging, 0, bytes);
    return () => {
      const pending = this.#collect(kernels, staging, bytes)
        // The device is lost; the next read tells that.
        .catch(() => {})
        .finally(() => this.#pending.delete(pending));
      this.#pending.add(pending);
    };
  }

  #newStaging(): GPUBuffer {
    const usage = 0x01 | 0x08; // MAP_READ | COPY_DST
    return this.#device.createBuffer({ size: this.#resolved.size, usage });
  }

  async #collect(kernels: readonly string[], staging: GPUBuffer, bytes: number): Promise<void> {
    await staging.mapAsync(0x01, 0, bytes);
    const times = new BigUint64Array(staging.getMappedRange(0, bytes));
    for (const [index, kernel] of kernels.entries()) {
      const spent = Number(times[2 * index + 1]! - times[2 * index]!);
      // WebGPU allows clocks that are set back in between.
      if (spent > 0) this.#nanoseconds.set(kernel, (this.#nanoseconds.get(kernel) ?? 0) + spent);
    }
    staging.unmap();
    this.#staging.push(staging);
  }

  async take(): Promise<ReadonlyMap<string, number>> {
    this.#recording.submit();
    await Promise.all(this.#pending);
    const milliseconds = new Map([...this.#nanoseconds].map(([kernel, spent]) => [kernel, spent / 1e6]));
    this.#nanoseconds = new Map();
    return milliseconds;
  }
}
