import type { Backend, FusedKernels, Kernels, NumberArray } from './backend.js';
import { type AnyFusedArgs, BackendDecorator } from './decorate.js';
import { ELEMENT_BYTES, type Storage, sizeOf, type View } from './view.js';

/** What one kernel did so far. */
export interface ProfileRow {
  readonly kernel: string;
  readonly calls: number;
  /** Time spent in calls; where a backend only records work, the work itself shows up in `read`. */
  readonly milliseconds: number;
  /** Time of the work on its device, up to the last `read`; null where the backend has no clock for it. */
  readonly deviceMilliseconds: number | null;
  /** Bytes that the calls read and wrote, each element of a view once. */
  readonly bytes: number;
}

/**
 * A backend that counts calls, time and bytes of each kernel of another; on a GPU with timestamps (`Backend.clock`) also the time that the
 * GPU took, as far as it is done with at a `read`.
 * @example
 * const backend = useBackend(profiled(await init(cpu())));
 * // ... train ...
 * console.log(backend.table());
 */
export function profiled(backend: Backend): ProfiledBackend {
  return new ProfiledBackend(backend);
}

/** See `profiled`. */
export class ProfiledBackend extends BackendDecorator {
  readonly #rows = new Map<string, Mutable<Omit<ProfileRow, 'kernel'>>>();

  /** One row for each kernel that was called, the one that took longest first: on the device, where that has a clock. */
  report(): ProfileRow[] {
    return [...this.#rows]
      .map(([kernel, row]) => ({ kernel, ...row }))
      .sort((a, b) => this.#cost(b) - this.#cost(a));
  }

  /** Milliseconds of a kernel. Where the device has a clock, waiting for it is no cost of its own. */
  #cost({ milliseconds, deviceMilliseconds }: ProfileRow): number {
    return this.inner.clock ? (deviceMilliseconds ?? 0) : milliseconds;
  }

  /** The report as a table for people; shares and rates are of the time on the device, where that has a clock. */
  table(): string {
    const rows = this.report();
    const total = rows.reduce((sum, row) => sum + this.#cost(row), 0);
    const hasClock = this.inner.clock !== undefined;
    return formatTable([
      ['kernel', 'calls', 'ms', ...(hasClock ? ['device ms'] : []), 'share', 'MB', 'GB/s'],
      ...rows.map((row) => [
        row.kernel,
        `${row.calls}`,
        row.milliseconds.toFixed(1),
        ...(hasClock ? [row.deviceMilliseconds?.toFixed(1) ?? ''] : []),
        `${(total > 0 ? (100 * this.#cost(row)) / total : 0).toFixed(1)}%`,
        (row.bytes / 1e6).toFixed(1),
        this.#cost(row) > 0 ? (row.bytes / this.#cost(row) / 1e6).toFixed(2) : '',
      ]),
    ]);
  }

  /** Begins to count anew. */
  reset(): void {
    this.#rows.clear();
  }

  override map(...args: Parameters<Kernels['map']>): void {
    const [, inputs, , outs] = args;
    this.#compute('map', bytesOf(...inputs, ...outs), () => this.inner.map(...args));
  }

  override reduce(...args: Parameters<Kernels['reduce']>): void {
    const [, , inputs, , , out] = args;
    this.#compute('reduce', bytesOf(...inputs, out), () => this.inner.reduce(...args));
  }

  override matmul(...args: Parameters<Kernels['matmul']>): void {
    const [a, b, out, options] = args;
    const bytes = options?.accumulate ? bytesOf(a, b, out, out) : bytesOf(a, b, out);
    this.#compute('matmul', bytes, () => this.inner.matmul(...args));
  }

  override gather(...args: Parameters<Kernels['gather']>): void {
    const [, indices, out] = args;
    this.#compute('gather', bytesOf(indices, out, out), () => this.inner.gather(...args));
  }

  override scatterAdd(...args: Parameters<Kernels['scatterAdd']>): void {
    const [updates, indices] = args;
    this.#compute('scatterAdd', bytesOf(indices, updates, updates, updates), () =>
      this.inner.scatterAdd(...args),
    );
  }

  override write(storage: Storage, data: NumberArray, byteOffset?: number): void {
    this.#measure('write', data.byteLength, () => this.inner.write(storage, data, byteOffset));
  }

  override async read(storage: Storage, byteOffset?: number, bytes?: number): Promise<ArrayBuffer> {
    const begin = performance.now();
    const data = await this.inner.read(storage, byteOffset, bytes);
    const { clock } = this.inner;
    this.#count('read', data.byteLength, performance.now() - begin);
    if (!clock) return data;
    for (const [kernel, milliseconds] of await clock.take()) {
      const row = this.#rows.get(kernel);
      if (row) row.deviceMilliseconds = (row.deviceMilliseconds ?? 0) + milliseconds;
    }
    return data;
  }

  protected override aroundFused(name: keyof FusedKernels, args: AnyFusedArgs, run: () => void): void {
    const views = Object.values(args).filter(isView);
    this.#compute(name, bytesOf(...views), run);
  }

  /** A kernel, which may do its work later. */
  #compute(kernel: string, bytes: number, run: () => void): void {
    const { clock } = this.inner;
    this.#measure(kernel, bytes, clock ? () => clock.measure(kernel, run) : run);
  }

  #measure(kernel: string, bytes: number, run: () => void): void {
    const begin = performance.now();
    run();
    this.#count(kernel, bytes, performance.now() - begin);
  }

  #count(kernel: string, bytes: number, milliseconds: number): void {
    const row = this.#rows.get(kernel) ?? { calls: 0, milliseconds: 0, deviceMilliseconds: null, bytes: 0 };
    row.calls++;
    row.bytes += bytes;
    row.milliseconds += milliseconds;
    this.#rows.set(kernel, row);
  }
}

type Mutable<Row> = { -readonly [Name in keyof Row]: Row[Name] };

function isView(value: unknown): value is View {
  return typeof value === 'object' && value !== null && 'storage' in value;
}

/** Bytes of all elements of the views; what is repeated by stride 0 counts once. */
function bytesOf(...views: readonly View[]): number {
  const elements = (view: View): number =>
    sizeOf(view.shape.map((length, axis) => (view.strides[axis] === 0 ? Math.min(length, 1) : length)));
  return views.reduce((sum, view) => sum + elements(view) * ELEMENT_BYTES, 0);
}

/** Columns under each other, the first to the left and numbers to the right. */
function formatTable(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join('  ');
  return rows.map(line).join('\n');
}
