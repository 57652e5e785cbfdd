import type { Expr } from '@ostinato/kernel';
import {
  type FunctionBuilder,
  f32x4,
  i32,
  type Local,
  type Statement,
  type Value,
  v128,
} from '../assembler.js';
import { emitExpressions } from '../expression.js';

/** Where one number of a cell is read or written: the address for unit 0, units being neighbours. */
export type UnitAddress = Value<'i32'>;

/** What a cell program does with its outputs: stores them, or adds them to what is there. */
export interface CellOutput {
  readonly address: UnitAddress;
  readonly accumulate?: boolean;
}

/**
 * Writes a loop over the units of one row: four at a time, then one by one what is left over. Everything is read before
 * anything is written, so an output may lie where an input does.
 * @param inputs the address of each input leaf that the outputs use
 */
export function writeUnits(
  f: FunctionBuilder,
  units: Local<'i32'>,
  outputs: readonly Expr[],
  inputs: (index: number) => UnitAddress,
  targets: readonly CellOutput[],
): void {
  eachVector(f, units, (load, store, at) => {
    const loaded = new Map<number, Local<'v128'>>();
    const input = (index: number): Local<'v128'> => {
      const found = loaded.get(index) ?? f.v128(load(i32.add(inputs(index), at)));
      loaded.set(index, found);
      return found;
    };
    const values = emitExpressions(f, outputs, { input }).map((value) => f.v128(value));
    for (const [index, { address, accumulate }] of targets.entries()) {
      const target = f.i32(i32.add(address, at));
      f.do(store(target, accumulate ? f32x4.add(load(target), values[index]!) : values[index]!));
    }
  });
}

/** Writes a loop over the units of one row: four at a time, then one by one. `body` gets how to load and store, and the byte offset. */
export function eachVector(
  f: FunctionBuilder,
  units: Local<'i32'>,
  body: (
    load: (address: Value<'i32'>) => Value<'v128'>,
    store: (address: Value<'i32'>, value: Value<'v128'>) => Statement,
    at: Local<'i32'>,
  ) => void,
): void {
  const at = f.local('i32');
  const vectorBytes = f.i32(i32.shl(i32.and(units, ~3), 2));
  const allBytes = f.i32(i32.shl(units, 2));
  f.for(at, 0, vectorBytes, 16, () => body(v128.load, v128.store, at));
  f.for(at, vectorBytes, allBytes, 4, () =>
    body(v128.load32_zero, (address, value) => v128.store32_lane(address, value, 0), at),
  );
}

/** Writes a loop that copies the units of a row, or fills them with zeros where there is no source. */
export function writeCopy(
  f: FunctionBuilder,
  units: Local<'i32'>,
  from: UnitAddress | undefined,
  to: UnitAddress,
): void {
  const source = from && f.i32(from);
  const target = f.i32(to);
  eachVector(f, units, (load, store, at) =>
    f.do(store(i32.add(target, at), source ? load(i32.add(source, at)) : f32x4.const(0, 0, 0, 0))),
  );
}
