import type { Backend, FusedKernels, MatmulOptions, NumberArray, ReduceOp } from './backend.js';
import { checkFused } from './check-fused.js';
import { CheckedIndices } from './check-indices.js';
import { checkApart, checkView, type Expected } from './check-views.js';
import { type AnyFusedArgs, BackendDecorator } from './decorate.js';
import { formatShape, LifetimeError, ProgramError, ShapeError } from './errors.js';
import type { MapProgram } from './program.js';
import { ELEMENT_BYTES, type Storage, type View } from './view.js';

/**
 * A backend that looks at every call before another runs it: shapes, dtypes and reach of views, numbers of inputs and
 * scalars of programs, overlaps, freed storages, and indices outside their table as far as they were written from
 * JavaScript. Errors are raised where the call is made. For development: it costs time.
 * @example useBackend(checked(await init(cpu())));
 */
export function checked(backend: Backend): Backend {
  return new CheckedBackend(backend);
}

/** See `checked`. */
class CheckedBackend extends BackendDecorator {
  readonly #freed = new WeakSet<Storage>();
  readonly #indices = new CheckedIndices();

  override map(
    program: MapProgram,
    inputs: readonly View[],
    scalars: readonly number[],
    outs: readonly View[],
  ): void {
    checkArity('map', program, inputs, scalars);
    if (outs.length !== program.outputs.length || outs.length === 0) {
      throw new ProgramError(
        `map: the program has ${program.outputs.length} outputs, but ${outs.length} views are given`,
      );
    }
    const shape = outs[0]!.shape;
    for (const [index, view] of inputs.entries()) this.#read(view, `map: input ${index}`, { shape });
    for (const [index, view] of outs.entries()) {
      this.#written(view, `map: output ${index}`, { shape });
      for (const [other, input] of inputs.entries()) {
        checkApart(input, `input ${other}`, view, `map: output ${index}`, true);
      }
      for (const [other, earlier] of outs.slice(0, index).entries()) {
        checkApart(earlier, `output ${other}`, view, `map: output ${index}`);
      }
    }
    this.inner.map(program, inputs, scalars, outs);
  }

  override reduce(
    op: ReduceOp,
    program: MapProgram,
    inputs: readonly View[],
    scalars: readonly number[],
    axes: readonly number[],
    out: View,
  ): void {
    checkArity('reduce', program, inputs, scalars);
    if (program.outputs.length !== 1 || inputs.length === 0) {
      throw new ProgramError(
        `reduce: the program has ${inputs.length} inputs and ${program.outputs.length} outputs; some inputs and one output are needed`,
      );
    }
    const shape = inputs[0]!.shape;
    if (!axes.every((axis) => Number.isInteger(axis) && axis >= 0 && axis < shape.length)) {
      throw new ShapeError(
        `reduce: axes ${formatShape(axes)} do not all exist in shape ${formatShape(shape)}; count them from 0`,
      );
    }
    for (const [index, view] of inputs.entries()) {
      this.#read(view, `reduce: input ${index}`, { shape });
      checkApart(view, `input ${index}`, out, 'reduce: out');
    }
    this.#written(out, 'reduce: out', {
      shape: shape.map((length, axis) => (axes.includes(axis) ? 1 : length)),
    });
    this.inner.reduce(op, program, inputs, scalars, axes, out);
  }

  override matmul(a: View, b: View, out: View, options?: MatmulOptions): void {
    this.#read(a, 'matmul: a', { dtype: 'f32' });
    this.#read(b, 'matmul: b', { dtype: 'f32' });
    const [rank, leading] = [a.shape.length, a.shape.slice(0, -2)];
    const fits = rank >= 2 && b.shape.length === rank && a.shape[rank - 1] === b.shape[rank - 2];
    if (!fits || !leading.every((length, axis) => length === b.shape[axis])) {
      throw new ShapeError(
        `matmul: a ${formatShape(a.shape)} and b ${formatShape(b.shape)} do not fit; ` +
          'expected [..., M, K] and [..., K, N] with equal leading axes',
      );
    }
    const shape = [...leading, a.shape[rank - 2]!, b.shape[rank - 1]!];
    this.#written(out, 'matmul: out', { shape, dtype: 'f32' });
    checkApart(a, 'a', out, 'matmul: out');
    checkApart(b, 'b', out, 'matmul: out');
    this.inner.matmul(a, b, out, options);
  }

  override gather(table: View, indices: View, out: View): void {
    this.#rows('gather', table, 'table', indices, out, 'out');
    this.#read(table, 'gather: table');
    this.#written(out, 'gather: out', { dtype: table.dtype });
    checkApart(table, 'table', out, 'gather: out');
    this.inner.gather(table, indices, out);
  }

  override scatterAdd(updates: View, indices: View, out: View): void {
    this.#rows('scatterAdd', out, 'out', indices, updates, 'updates');
    this.#read(updates, 'scatterAdd: updates', { dtype: out.dtype });
    this.#written(out, 'scatterAdd: out');
    checkApart(updates, 'updates', out, 'scatterAdd: out');
    this.inner.scatterAdd(updates, indices, out);
  }

  /** A table [N, D], indices [...] inside it, and one row [..., D] for each of them. */
  #rows(kernel: string, table: View, tableName: string, indices: View, rows: View, rowsName: string): void {
    if (table.shape.length !== 2) {
      throw new ShapeError(
        `${kernel}: ${tableName} has shape ${formatShape(table.shape)}; [rows, width] is expected`,
      );
    }
    this.#read(indices, `${kernel}: indices`, { dtype: 'i32' });
    checkView(rows, `${kernel}: ${rowsName}`, { shape: [...indices.shape, table.shape[1]!] });
    this.#indices.check(kernel, indices, table.shape[0]!, `the table of ${table.shape[0]} rows`);
  }

  protected override aroundFused(name: keyof FusedKernels, args: AnyFusedArgs, run: () => void): void {
    checkFused(name, args, {
      read: (view, where, expected) => this.#read(view, where, expected),
      written: (view, where, expected) => this.#written(view, where, expected),
      lengths: (view, steps) => this.#indices.check(name, view, steps + 1, `a sequence of ${steps} steps`),
    });
    run();
  }

  override alloc(bytes: number): Storage {
    if (!Number.isInteger(bytes) || bytes < 0) {
      throw new ShapeError(`alloc: ${bytes} bytes were asked for; give a whole number from 0`);
    }
    const storage = this.inner.alloc(bytes);
    this.#freed.delete(storage);
    this.#indices.forget(storage);
    return storage;
  }

  override free(storage: Storage): void {
    this.#alive(storage, 'free');
    this.inner.free(storage);
    this.#freed.add(storage);
    this.#indices.forget(storage);
  }

  override write(storage: Storage, data: NumberArray, byteOffset = 0): void {
    this.#alive(storage, 'write');
    checkBytes('write', storage, byteOffset, data.byteLength);
    this.inner.write(storage, data, byteOffset);
    this.#indices.write(storage, data, byteOffset / ELEMENT_BYTES);
  }

  override async read(
    storage: Storage,
    byteOffset = 0,
    bytes = storage.bytes - byteOffset,
  ): Promise<ArrayBuffer> {
    this.#alive(storage, 'read');
    checkBytes('read', storage, byteOffset, bytes);
    return this.inner.read(storage, byteOffset, bytes);
  }

  #alive(storage: Storage, where: string): void {
    if (!this.#freed.has(storage)) return;
    throw new LifetimeError(
      `${where}: a storage of ${storage.bytes} bytes is used after it was freed; free it after its last use, and once`,
    );
  }

  #read(view: View, where: string, expected?: Expected): void {
    this.#alive(view.storage, where);
    checkView(view, where, expected);
  }

  #written(view: View, where: string, expected?: Expected): void {
    this.#alive(view.storage, where);
    checkView(view, where, { ...expected, written: true });
    this.#indices.forget(view.storage);
  }
}

function checkArity(
  kernel: string,
  program: MapProgram,
  inputs: readonly View[],
  scalars: readonly number[],
): void {
  if (inputs.length === program.inputs && scalars.length === program.scalars) return;
  throw new ProgramError(
    `${kernel}: the program takes ${program.inputs} inputs and ${program.scalars} scalars, ` +
      `but ${inputs.length} inputs and ${scalars.length} scalars are given`,
  );
}

function checkBytes(where: string, storage: Storage, byteOffset: number, bytes: number): void {
  const whole = byteOffset % ELEMENT_BYTES === 0 && bytes % ELEMENT_BYTES === 0;
  if (whole && byteOffset >= 0 && bytes >= 0 && byteOffset + bytes <= storage.bytes) return;
  throw new ShapeError(
    `${where}: bytes ${byteOffset} to ${byteOffset + bytes} of a storage of ${storage.bytes} bytes; ` +
      'stay inside it, in steps of 4 bytes',
  );
}
