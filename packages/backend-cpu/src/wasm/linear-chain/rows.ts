import { Accumulator } from '../accumulator.js';
import { type FunctionBuilder, f32x4, i32, type Local, type Value, v128 } from '../assembler.js';
import { panelWidth } from '../matmul/tiles.js';
import { exp } from '../numerics/exponential.js';
import { log } from '../numerics/logarithm.js';

/** Tags of a row in scratch: rounded up to whole panels, so that no loop has an end of fewer than four. */
export function paddedTags(tags: number): number {
  return Math.ceil(tags / panelWidth) * panelWidth;
}

/** Writes a loop over a row in scratch; `body` gets the offset of four numbers. */
export function eachFour(
  f: FunctionBuilder,
  rowBytes: Local<'i32'>,
  body: (offset: Local<'i32'>) => void,
): void {
  const offset = f.local('i32');
  f.for(offset, 0, rowBytes, 16, () => body(offset));
}

/** Fills a row in scratch with a number. */
export function writeFill(
  f: FunctionBuilder,
  rowBytes: Local<'i32'>,
  row: Local<'i32'>,
  number: Local<'v128'>,
): void {
  eachFour(f, rowBytes, (offset) => f.do(v128.store(i32.add(row, offset), number)));
}

/** The largest number of what `value` gives for each four of a row, and log Σ exp(value - largest), in every lane. */
export function logSumExpOf(
  f: FunctionBuilder,
  rowBytes: Local<'i32'>,
  value: (offset: Local<'i32'>) => Value<'v128'>,
  exponential: (offset: Local<'i32'>, numbers: Local<'v128'>) => void = () => {},
): { largest: Local<'v128'>; sum: Local<'v128'>; logarithm: Local<'v128'> } {
  const most = new Accumulator(f, 'max');
  eachFour(f, rowBytes, (offset) => most.add(value(offset)));
  const largest = most.total('f32');
  const total = new Accumulator(f, 'sum');
  eachFour(f, rowBytes, (offset) => {
    const numbers = f.v128(exp(f, f32x4.sub(value(offset), largest)));
    total.add(numbers);
    exponential(offset, numbers);
  });
  const sum = total.total('f32');
  return { largest, sum, logarithm: f.v128(log(f, sum)) };
}
