import type { SoftmaxArgs } from '@ostinato/kernel';
import { Accumulator } from './accumulator.js';
import { f32x4, type Local } from './assembler.js';
import { exp } from './numerics/exponential.js';
import { log } from './numerics/logarithm.js';
import type { RowCode, RowKernels } from './rows.js';

const [from, to] = [0, 1];

/** Softmax of x - max(x) over the last axis, or its logarithm. The sum runs in float64. */
export function softmax(rows: RowKernels, { x, out, logarithm }: SoftmaxArgs): void {
  rows.run(logarithm ? 'logSoftmax' : 'softmax', [x, out], [], 40, (code) => {
    const { f } = code;
    const largest = largestOf(code);
    const sum = new Accumulator(f, 'sum');
    const exponential = (value: Local<'v128'>, left?: Local<'i32'>): Local<'v128'> => {
      const result = f.v128(exp(f, f32x4.sub(value, largest)));
      sum.add(result, left);
      return result;
    };
    if (logarithm) {
      code.read(from, exponential);
      const shift = f.v128(log(f, sum.total('f32')));
      code.write(from, to, (value) => f32x4.sub(f32x4.sub(value, largest), shift));
    } else {
      code.write(from, to, exponential);
      const total = sum.total('f32');
      code.write(to, to, (value) => f32x4.div(value, total));
    }
  });
}

function largestOf(code: RowCode): Local<'v128'> {
  const largest = new Accumulator(code.f, 'max');
  code.read(from, (value, left) => largest.add(value, left));
  return largest.total('f32');
}
