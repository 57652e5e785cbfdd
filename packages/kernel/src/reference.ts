import type {
  Backend,
  BackendFactory,
  FusedKernels,
  Kernels,
  MatmulOptions,
  MemoryUse,
  NumberArray,
  ReduceOp,
} from './backend.js';
import { BackendError, IndexError, LifetimeError } from './errors.js';
import { evaluate } from './evaluate.js';
import type { MapProgram } from './program.js';
import { type DType, ELEMENT_BYTES, type Storage, sizeOf, type View } from './view.js';

/** A backend in plain JavaScript that computes in float64: slow, simple, and what all other backends are held against. */
export function reference(): BackendFactory {
  return async () => new ReferenceBackend();
}

/** Numbers of a storage in float64, and the type with which they were last written. */
class ReferenceStorage implements Storage {
  readonly numbers: Float64Array;
  dtype: DType = 'f32';
  freed = false;

  constructor(readonly bytes: number) {
    this.numbers = new Float64Array(Math.ceil(bytes / ELEMENT_BYTES));
  }
}

/** All positions of a shape in row-major order. */
function* positionsOf(shape: readonly number[]): Generator<readonly number[]> {
  const size = sizeOf(shape);
  const position = shape.map(() => 0);
  for (let count = 0; count < size; count++) {
    yield [...position];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (++position[axis]! < shape[axis]!) break;
      position[axis] = 0;
    }
  }
}

/** The numbers behind a view. Throws LifetimeError when its storage was freed. */
function numbersOf(view: View, kernel: string): Float64Array {
  return open(view.storage, kernel).numbers;
}

function open(storage: Storage, where: string): ReferenceStorage {
  if (!(storage instanceof ReferenceStorage)) {
    throw new BackendError(
      `${where}: the storage belongs to another backend; copy the tensor to this one first`,
    );
  }
  if (storage.freed) throw new LifetimeError(`${where}: the storage was freed already`);
  return storage;
}

/** Index in the storage of the element at `position`. */
function locate(view: View, position: readonly number[]): number {
  return position.reduce((index, step, axis) => index + step * view.strides[axis]!, view.offset);
}

function load(view: View, position: readonly number[], kernel: string): number {
  return numbersOf(view, kernel)[locate(view, position)]!;
}

function store(view: View, position: readonly number[], value: number, kernel: string): void {
  const storage = open(view.storage, kernel);
  storage.dtype = view.dtype;
  storage.numbers[locate(view, position)] = view.dtype === 'i32' ? value | 0 : value;
}

const neutral: Record<ReduceOp, number> = { sum: 0, max: -Infinity, min: Infinity };
const combine: Record<ReduceOp, (a: number, b: number) => number> = {
  sum: (a, b) => a + b,
  max: Math.max,
  min: Math.min,
};

/** The oracle: see `reference`. It has no fused kernels, so that everything runs through the fallbacks. */
export class ReferenceBackend implements Backend {
  readonly name = 'reference';
  readonly fused: Partial<FusedKernels> = {};
  readonly #live = new Set<ReferenceStorage>();

  map(...[program, inputs, scalars, outs]: Parameters<Kernels['map']>): void {
    let index = 0;
    for (const position of positionsOf(outs[0]!.shape)) {
      const element = {
        inputs: inputs.map((input) => load(input, position, 'map')),
        scalars,
        coordinates: position,
        position: index++,
      };
      for (const [output, value] of evaluate(program, element).entries())
        store(outs[output]!, position, value, 'map');
    }
  }

  reduce(
    op: ReduceOp,
    program: MapProgram,
    inputs: readonly View[],
    scalars: readonly number[],
    axes: readonly number[],
    out: View,
  ): void {
    const shape = out.shape.map((length, axis) => (axes.includes(axis) ? inputs[0]!.shape[axis]! : length));
    for (const position of positionsOf(out.shape)) store(out, position, neutral[op], 'reduce');
    let index = 0;
    for (const position of positionsOf(shape)) {
      const element = {
        inputs: inputs.map((input) => load(input, position, 'reduce')),
        scalars,
        coordinates: position,
        position: index++,
      };
      const target = position.map((step, axis) => (axes.includes(axis) ? 0 : step));
      store(out, target, combine[op](load(out, target, 'reduce'), evaluate(program, element)[0]!), 'reduce');
    }
  }

  matmul(a: View, b: View, out: View, options: MatmulOptions = {}): void {
    const inner = a.shape.at(-1)!;
    for (const position of positionsOf(out.shape)) {
      const batch = position.slice(0, -2);
      const [row, column] = position.slice(-2) as [number, number];
      let sum = options.accumulate ? load(out, position, 'matmul') : 0;
      for (let k = 0; k < inner; k++) {
        sum += load(a, [...batch, row, k], 'matmul') * load(b, [...batch, k, column], 'matmul');
      }
      store(out, position, sum, 'matmul');
    }
  }

  gather(table: View, indices: View, out: View): void {
    for (const position of positionsOf(out.shape)) {
      const row = rowAt(indices, position.slice(0, -1), table, 'gather');
      store(out, position, load(table, [row, position.at(-1)!], 'gather'), 'gather');
    }
  }

  scatterAdd(updates: View, indices: View, out: View): void {
    for (const position of positionsOf(updates.shape)) {
      const target = [rowAt(indices, position.slice(0, -1), out, 'scatterAdd'), position.at(-1)!];
      store(
        out,
        target,
        load(out, target, 'scatterAdd') + load(updates, position, 'scatterAdd'),
        'scatterAdd',
      );
    }
  }

  alloc(bytes: number): Storage {
    const storage = new ReferenceStorage(bytes);
    this.#live.add(storage);
    return storage;
  }

  free(storage: Storage): void {
    const opened = open(storage, 'free');
    opened.freed = true;
    this.#live.delete(opened);
  }

  write(storage: Storage, data: NumberArray, byteOffset = 0): void {
    const opened = open(storage, 'write');
    opened.dtype = data instanceof Int32Array ? 'i32' : 'f32';
    opened.numbers.set(data, byteOffset / ELEMENT_BYTES);
  }

  async read(storage: Storage, byteOffset = 0, bytes = storage.bytes - byteOffset): Promise<ArrayBuffer> {
    const { numbers, dtype } = open(storage, 'read');
    const part = numbers.slice(byteOffset / ELEMENT_BYTES, (byteOffset + bytes) / ELEMENT_BYTES);
    return (dtype === 'i32' ? new Int32Array(part) : new Float32Array(part)).buffer;
  }

  /** The numbers of a view, row by row, in float64: what `read` rounds to float32. */
  values(view: View): Float64Array {
    return Float64Array.from(positionsOf(view.shape), (position) => load(view, position, 'values'));
  }

  flush(): void {}

  memory(): MemoryUse {
    const liveBytes = [...this.#live].reduce((sum, storage) => sum + storage.bytes, 0);
    return { liveBytes, liveStorages: this.#live.size, pooledBytes: 0 };
  }

  dispose(): void {
    for (const storage of this.#live) storage.freed = true;
    this.#live.clear();
  }
}

function rowAt(indices: View, position: readonly number[], table: View, kernel: string): number {
  const row = load(indices, position, kernel);
  const rows = table.shape[0]!;
  if (row >= 0 && row < rows) return row;
  throw new IndexError(
    `${kernel}: index ${row} at position [${position.join(', ')}] is outside the table of ${rows} rows; ` +
      `give whole numbers from 0 to ${rows - 1}`,
  );
}
