import type { DeviceClock } from '@ostinato/kernel';

/** What the clock has to know of the recorder. */
interface Recording {
  endPass(): void;
  submit(): void;
}

interface Meter {
  nanoseconds: number;
}

/** Bytes of the timestamps at both ends of a pass. */
const passBytes = 2 * 8;

/**
 * How long kernels run on a device, by timestamps at the beginning and the end of passes; each kernel gets passes of its own while it is
 * measured. Browsers round timestamps, some to 0.1 ms, so that only longer work says something there.
 */
export class GpuClock implements DeviceClock {
  readonly #device: GPUDevice;
  readonly #recording: Recording;
  readonly #queries: GPUQuerySet;
  readonly #resolved: GPUBuffer;
  readonly #staging: GPUBuffer[] = [];
  readonly #pending = new Set<Promise<void>>();
  /** What is being measured. */
  #meter: Meter | undefined;
  /** What measures the passes that are being recorded. */
  #passes: Meter[] = [];
  readonly #meters = new Map<string, Meter>();

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
    const meter = this.#meters.get(kernel) ?? { nanoseconds: 0 };
    this.#meters.set(kernel, meter);
    this.#measure(meter, run);
  }

  /** Runs calls and submits them; resolves to the milliseconds that their work took. What measures around this leaves them out. */
  async time(run: () => void): Promise<number> {
    const meter = { nanoseconds: 0 };
    this.#measure(meter, run);
    this.#recording.submit();
    await Promise.all(this.#pending);
    return meter.nanoseconds / 1e6;
  }

  #measure(meter: Meter, run: () => void): void {
    const outer = this.#meter;
    this.#recording.endPass();
    this.#meter = meter;
    try {
      run();
    } finally {
      this.#recording.endPass();
      this.#meter = outer;
    }
  }

  /** How the next pass begins; it belongs to what is being measured. */
  passDescriptor(): GPUComputePassDescriptor {
    if (!this.#meter) return {};
    const begin = 2 * this.#passes.push(this.#meter) - 2;
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
    const meters = this.#passes;
    if (meters.length === 0) return () => {};
    this.#passes = [];
    const bytes = meters.length * passBytes;
    const staging = this.#staging.pop() ?? this.#newStaging();
    encoder.resolveQuerySet(this.#queries, 0, 2 * meters.length, this.#resolved, 0);
    encoder.copyBufferToBuffer(this.#resolved, 0, staging, 0, bytes);
    return () => {
      const pending = this.#collect(meters, staging, bytes)
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

  async #collect(meters: readonly Meter[], staging: GPUBuffer, bytes: number): Promise<void> {
    await staging.mapAsync(0x01, 0, bytes);
    const times = new BigUint64Array(staging.getMappedRange(0, bytes));
    for (const [index, meter] of meters.entries()) {
      const spent = Number(times[2 * index + 1]! - times[2 * index]!);
      // WebGPU allows clocks that are set back in between.
      if (spent > 0) meter.nanoseconds += spent;
    }
    staging.unmap();
    this.#staging.push(staging);
  }

  async take(): Promise<ReadonlyMap<string, number>> {
    this.#recording.submit();
    await Promise.all(this.#pending);
    // Meters stay: what is measured meanwhile counts the next time.
    const times = new Map<string, number>();
    for (const [kernel, meter] of this.#meters) {
      if (meter.nanoseconds > 0) times.set(kernel, meter.nanoseconds / 1e6);
      meter.nanoseconds = 0;
    }
    return times;
  }
}
