import { ArgumentBlock } from '../arguments.js';
import {
  call,
  type FunctionBuilder,
  type FunctionReference,
  f32x4,
  i32,
  i32x4,
  type Local,
  type ModuleBuilder,
  type Value,
  v128,
} from '../assembler.js';
import { type KernelBody, shareOf } from '../kernel.js';
import { panelRowBytes, panelWidth } from '../matmul/tiles.js';
import { exp } from '../numerics/exponential.js';
import { log } from '../numerics/logarithm.js';

/**
 * One step along a chain is log Σ_s exp(w_s + A_st) for each target tag t. It is computed as a product of matrices, w and A as
 * exponentials, each column of A with its peak taken out. Float32 holds no number below e^-87, so where the sum of a target is smaller
 * than `least` the terms that were lost might count: such targets are computed again, in the logarithm.
 */
const least = 1e-28;

/** The argument block of the kernel that prepares a matrix for steps. */
export const prepareBlock = new ArgumentBlock([
  /** A [sources, padded targets], with 0 in the padding. */
  'moves',
  'sources',
  'rowBytes',
  /** Out: exp(A - peak) in panels of targets, as products read their right factor. */
  'panels',
  /** Out [padded targets]: the largest number of each column. */
  'peaks',
] as const);

/** Takes the peaks out of the columns of a matrix and packs the exponentials; parts share columns. */
export const prepareKernel: KernelBody = (f, args, part, parts) => {
  const at = prepareBlock.load(f, args);
  const panelBytes = f.i32(i32.mul(at.sources, panelRowBytes));
  const count = i32.div_u(at.rowBytes, panelRowBytes);
  const { begin, end } = shareOf(f, count, part, parts);
  const [panel, source] = [f.local('i32'), f.local('i32')];
  f.for(panel, begin, end, 1, () => {
    const column = f.i32(i32.mul(panel, panelRowBytes));
    const halves = Array.from({ length: panelWidth / 4 }, (_, half) => 16 * half);
    const peaks = halves.map(() => f.v128(f.splat(-Infinity)));
    const address = f.i32(i32.add(at.moves, column));
    f.for(source, 0, at.sources, 1, () => {
      for (const [half, peak] of peaks.entries())
        f.set(peak, f32x4.max(peak, v128.load(address, halves[half]!)));
      f.increase(address, at.rowBytes);
    });
    for (const [half, peak] of peaks.entries())
      f.do(v128.store(i32.add(at.peaks, column), peak, halves[half]!));
    f.set(address, i32.add(at.moves, column));
    const target = f.i32(i32.add(at.panels, i32.mul(panel, panelBytes)));
    f.for(source, 0, at.sources, 1, () => {
      for (const [half, peak] of peaks.entries()) {
        const shifted = f32x4.sub(v128.load(address, halves[half]!), peak);
        f.do(v128.store(target, exp(f, shifted), halves[half]!));
      }
      f.increase(address, at.rowBytes);
      f.increase(target, panelRowBytes);
    });
  });
};

/** Computes four targets in the logarithm. */
export type RescueFunction = FunctionReference<readonly ['i32', 'i32', 'i32', 'i32'], 'v128'>;

/**
 * Adds the function log Σ_s exp(w_s + A_st) for four targets t to a module. Its parameters: the addresses of w and of the four columns of
 * A, the number of sources, and bytes from row to row of A.
 */
export function rescueFunction(module: ModuleBuilder): RescueFunction {
  const parameters = ['i32', 'i32', 'i32', 'i32'] as const;
  return module.function(
    undefined,
    { parameters, result: 'v128' },
    (f, weights, columns, sources, rowBytes) => {
      const largest = f.v128(f.splat(-Infinity));
      const sum = f.v128(f.splat(0));
      const eachSource = (body: (score: Value<'v128'>) => void): void => {
        const [source, weight, address] = [f.local('i32'), f.i32(weights), f.i32(columns)];
        f.for(source, 0, sources, 1, () => {
          body(f32x4.add(v128.load32_splat(weight), v128.load(address)));
          f.increase(weight, 4);
          f.increase(address, rowBytes);
        });
      };
      eachSource((score) => f.set(largest, f32x4.max(largest, score)));
      eachSource((score) => f.set(sum, f32x4.add(sum, exp(f, f32x4.sub(score, largest)))));
      return f32x4.add(largest, log(f, sum));
    },
  );
}

/** Four targets of a step: the logarithm of their sums, with the peaks, and with what was taken out of w, put back. */
export function writeTargets(
  f: FunctionBuilder,
  rescue: RescueFunction,
  at: {
    /** The sums of the row, four of which lie `offset` bytes behind. */
    readonly sums: Local<'i32'>;
    readonly offset: Local<'i32'>;
    readonly peaks: Local<'i32'>;
    readonly shift?: Local<'v128'>;
    readonly weights: Local<'i32'>;
    readonly moves: Local<'i32'>;
    readonly sources: Local<'i32'>;
    readonly rowBytes: Local<'i32'>;
  },
): Local<'v128'> {
  const sum = f.v128(v128.load(i32.add(at.sums, at.offset)));
  const result = f.v128(f32x4.add(log(f, sum), v128.load(i32.add(at.peaks, at.offset))));
  if (at.shift) f.set(result, f32x4.add(result, at.shift));
  f.if(i32.eqz(i32x4.all_true(f32x4.ge(sum, f.splat(least)))), () =>
    f.set(result, call(rescue, at.weights, i32.add(at.moves, at.offset), at.sources, at.rowBytes)),
  );
  return result;
}
