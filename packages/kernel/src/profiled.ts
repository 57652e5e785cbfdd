import type { Backend, FusedKernels, Kernels, NumberArray } from './backend.js';
import { type AnyFusedArgs, BackendDecorator } from './decorate.js';
import { ELEMENT_BYTES, type Storage, sizeOf, type View } from './view.js';

/** What one kernel did so far. */
export interface ProfileRow {
  readonly kernel: string;
  readonly calls: number;
  /** Time spent in calls; where a backend only enqueues work, the work itself shows up in `read`. */
  readonly milliseconds: number;
  /** Bytes that the calls read and wrote, each element of a view once. */
  readonly bytes: number;
}

/**
 * A backend that counts calls, time and bytes of each kernel of another.
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
  readonly #rows = new Map<string, { calls: number; milliseconds: number; bytes: number }>();

  /** One row for each kernel that was called, the one that took longest first. */
  report(): ProfileRow[] {
    return [...this.#rows]
      .map(([kernel, row]) => ({ kernel, ...row }))
      .sort((a, b) => b.milliseconds - a.milliseconds);
  }

  /** The report as a table for people. */
  table(): string {
    const rows = this.report();
    const total = rows.reduce((sum, row) => sum + row.milliseconds, 0);
    return formatTable([
      ['kernel', 'calls', 'ms', 'share', 'MB', 'GB/s'],
      ...rows.map(({ kernel, calls, milliseconds, bytes }) => [
        kernel,
        `${calls}`,
        milliseconds.toFixed(1),
        `${(total > 0 ? (100 * milliseconds) / total : 0).toFixed(1)}%`,
        (bytes / 1e6).toFixed(1),
        milliseconds > 0 ? (bytes / milliseconds / 1e6).toFixed(2) : '',
      ]),
    ]);
  }

  /** Begins to count anew. */
  reset(): void {
    this.#rows.clear();
  }

  override map(...args: Parameters<Kernels['map']>): void {
    const [, inputs, , outs] = args;
    this.#measure('map', bytesOf(...inputs, ...outs), () => this.inner.map(...args));
  }

  override reduce(...args: Parameters<Kernels['reduce']>): void {
    const [, , inputs, , , out] = args;
    this.#measure('reduce', bytesOf(...inputs, out), () => this.inner.reduce(...args));
  }

  override matmul(...args: Parameters<Kernels['matmul']>): void {
    const [a, b, out, options] = args;
    const bytes = options?.accumulate ? bytesOf(a, b, out, out) : bytesOf(a, b, out);
    this.#measure('matmul', bytes, () => this.inner.matmul(...args));
  }

  override gather(...args: Parameters<Kernels['gather']>): void {
    const [, indices, out] = args;
    this.#measure('gather', bytesOf(indices, out, out), () => this.inner.gather(...args));
  }

  override scatterAdd(...args: Parameters<Kernels['scatterAdd']>): void {
    const [updates, indices] = args;
    this.#measure('scatterAdd', bytesOf(indices, updates, updates, updates), () =>
      this.inner.scatterAdd(...args),
    );
  }

  override write(storage: Storage, data: NumberArray, byteOffset?: number): void {
    this.#measure('write', data.byteLength, () => this.inner.write(storage, data, byteOffset));
  }

  override async read(storage: Storage, byteOffset?: number, bytes?: number): Promise<ArrayBuffer> {
    const begin = performance.now();
    const data = await this.inner.read(storage, byteOffset, bytes);
    this.#count('read', data.byteLength, performance.now() - begin);
    return data;
  }

  protected override aroundFused(name: keyof FusedKernels, args: AnyFusedArgs, run: () => void): void {
    const views = Object.values(args).filter(isView);
    this.#measure(name, bytesOf(...views), run);
  }

  #measure(kernel: string, bytes: number, run: () => void): void {
    const begin = performance.now();
    run();
    this.#count(kernel, bytes, performance.now() - begin);
  }

  #count(kernel: string, bytes: number, milliseconds: number): void {
    const row = this.#rows.get(kernel) ?? { calls: 0, milliseconds: 0, bytes: 0 };
    row.calls++;
    row.bytes += bytes;
    row.milliseconds += milliseconds;
    this.#rows.set(kernel, row);
  }
}

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
