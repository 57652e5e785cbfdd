import type { LayerNormArgs } from '@ostinato/kernel';
import { Accumulator } from './accumulator.js';
import { f32, f32x4, f64, type Value } from './assembler.js';
import type { RowKernels } from './rows.js';

const [from, to, inverseDeviationOf] = [0, 1, 2];

/**
 * Layer normalisation over the last axis. Deviations are taken from the mean as float32 has it, and what that is off is
 * taken from their own mean; sums run in float64.
 */
export function layerNorm(rows: RowKernels, { x, epsilon, out, inverseDeviation }: LayerNormArgs): void {
  rows.run('layerNorm', [x, out, inverseDeviation], [epsilon], 12, (code) => {
    const { f } = code;
    const width = f.f64(f64.convert_i32_s(code.width));
    const splat = (value: Value<'f64'>) => f.v128(f32x4.splat(f32.demote_f64(value)));
    const sum = new Accumulator(f, 'sum');
    code.read(from, (value, left) => sum.add(value, left));
    const mean = splat(f64.div(sum.sum(), width));
    const [deviations, squares] = [new Accumulator(f, 'sum'), new Accumulator(f, 'sum')];
    code.read(from, (value, left) => {
      const deviation = f.v128(f32x4.sub(value, mean));
      deviations.add(deviation, left);
      squares.add(f32x4.mul(deviation, deviation), left);
    });
    const off = f.f64(f64.div(deviations.sum(), width));
    const variance = f64.sub(f64.div(squares.sum(), width), f64.mul(off, off));
    const epsilonValue = f64.promote_f32(f32.load(code.scalar(0)));
    const inverse = splat(f64.div(1, f64.sqrt(f64.add(variance, epsilonValue))));
    code.lanes.storeOne(inverseDeviationOf, inverse);
    const correction = splat(off);
    code.write(from, to, (value) => f32x4.mul(f32x4.sub(f32x4.sub(value, mean), correction), inverse));
  });
}
