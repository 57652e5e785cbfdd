import { Accumulator } from '../accumulator.js';
import { ArgumentBlock } from '../arguments.js';
import { call, f32, f32x4, i32, memory, v128 } from '../assembler.js';
import { type KernelBody, shareOf } from '../kernel.js';
import { multiplyBlock, multiplyFunction } from '../matmul/multiply.js';
import { panelRowBytes, panelWidth } from '../matmul/tiles.js';
import { exp } from '../numerics/exponential.js';
import { rescueFunction, writeTargets } from './advance.js';
import { chainNames } from './forward.js';
import { eachFour, logSumExpOf, writeFill } from './rows.js';

/**
 * How far above the pairs' common logarithm a factor may lie. Pairs of tags are counted as products u_k E_kk' v_k' of factors that float32
 * may round to 0: what is lost that way is below e^(most - 87) of the whole.
 */
const most = 60;

/** The argument block of the backward pass. `moves`, `peaks` and `products` are those of the transposed matrix. */
export const chainBackwardBlock = new ArgumentBlock([
  ...chainNames,
  'end',
  'gradient',
  'gradientRow',
  'dEmissions',
  'dEmissionStep',
  'dEmissionRow',
  /** Room for [batch] rows each: what follows each tag, and emissions with what follows them. */
  'following',
  'entered',
  /** The peaks of the columns of the matrix itself. */
  'forwardPeaks',
  /** [batch] i32: where the pairs of a row begin among all of them. */
  'pairStarts',
  /** Out [pairs] rows: factors for the tags of each step and of the next, the latter times the row's gradient. */
  'left',
  'right',
  /** Out [pairs]: 0, or the address of the step's row of `forward`: then `right` holds logarithms instead, and `left` zeros. */
  'apart',
  /** Out [pairs]: the row's gradient. */
  'pairGradients',
] as const);

/** The backward pass of whole sequences, for the rows that belong to the part. */
export const chainBackwardKernel: KernelBody = (f, args, part, parts, module) => {
  const multiply = multiplyFunction(module);
  const rescue = rescueFunction(module);
  const at = chainBackwardBlock.load(f, args);
  const { begin, end } = shareOf(f, at.batch, part, parts);
  const { rowBytes } = at;
  const ofPart = (base: typeof at.rows) => f.i32(i32.add(base, i32.mul(begin, rowBytes)));
  const [factors, sums, entered] = [ofPart(at.factors), ofPart(at.sums), ofPart(at.entered)];
  const own = f.i32(i32.add(at.own, i32.mul(part, rowBytes)));
  const productArgs = f.i32(i32.add(at.products, i32.mul(part, multiplyBlock.paddedBytes)));
  const scratch = f.i32(i32.add(at.scratch, i32.mul(part, at.scratchBytes)));
  const panels = f.i32(i32.div_u(rowBytes, panelRowBytes));
  const tagBytes = f.i32(i32.shl(at.tags, 2));
  multiplyBlock.store(f, productArgs, { leftOffset: factors, outOffset: sums });
  const [index, count, running, row] = [f.local('i32'), f.local('i32'), f.local('i32'), f.local('i32')];
  const [step, next, length] = [f.local('i32'), f.local('i32'), f.local('i32')];
  /** Runs `body` for each row of the part; `following` is the address of what follows the row's tags. */
  const eachRow = (body: (following: typeof row) => void): void =>
    f.for(index, begin, end, 1, () => {
      f.set(row, i32.load(i32.add(at.order, i32.shl(index, 2))));
      f.set(length, i32.load(i32.add(at.lengths, i32.shl(row, 2))));
      body(f.i32(i32.add(at.following, i32.mul(row, rowBytes))));
    });
  // Tags in the padding of a row have no probability.
  writeFill(f, rowBytes, own, f.splat(-Infinity));
  f.for(count, 0, at.steps, 1, () => {
    f.set(next, i32.sub(at.steps, count));
    f.set(step, i32.sub(next, 1));
    f.set(running, 0);
    eachRow((following) => {
      f.if(i32.lt_s(next, length), () => {
        const ownEntered = f.i32(i32.add(entered, i32.mul(running, rowBytes)));
        const factor = f.i32(i32.add(factors, i32.mul(running, rowBytes)));
        const emission = i32.add(i32.mul(next, at.emissionStep), i32.mul(row, at.emissionRow));
        f.do(memory.copy(own, i32.add(at.emissions, emission), tagBytes));
        const highest = new Accumulator(f, 'max');
        eachFour(f, rowBytes, (offset) => {
          const sum = f32x4.add(v128.load(i32.add(own, offset)), v128.load(i32.add(following, offset)));
          const value = f.v128(sum);
          f.do(v128.store(i32.add(ownEntered, offset), value));
          highest.add(value);
        });
        const shift = highest.total('f32');
        eachFour(f, rowBytes, (offset) => {
          const shifted = f32x4.sub(v128.load(i32.add(ownEntered, offset)), shift);
          const value = f.v128(exp(f, shifted));
          f.do(v128.store(i32.add(factor, offset), value));
        });
        f.do(f32.store(i32.add(at.rows, i32.shl(row, 2)), f32x4.extract_lane(shift, 0)));
        f.increase(running, 1);
      });
    });
    f.do(call(multiply, productArgs, scratch, 0, running, 0, panels));
    f.set(running, 0);
    eachRow((following) => {
      const address = f.i32(
        i32.add(at.dEmissions, i32.add(i32.mul(step, at.dEmissionStep), i32.mul(row, at.dEmissionRow))),
      );
      f.if(
        i32.lt_s(step, length),
        () => {
          const ownEntered = f.i32(i32.add(entered, i32.mul(running, rowBytes)));
          f.if(
            i32.lt_s(next, length),
            () => {
              const ownSums = f.i32(i32.add(sums, i32.mul(running, rowBytes)));
              const shift = f.v128(v128.load32_splat(i32.add(at.rows, i32.shl(row, 2))));
              eachFour(f, rowBytes, (offset) => {
                const value = writeTargets(f, rescue, {
                  sums: ownSums,
                  offset,
                  peaks: at.peaks,
                  shift,
                  weights: ownEntered,
                  moves: at.moves,
                  sources: at.tags,
                  rowBytes,
                });
                f.do(v128.store(i32.add(following, offset), value));
              });
              f.increase(running, 1);
            },
            () => f.do(memory.copy(following, at.end, rowBytes)),
          );
          const forward = f.i32(
            i32.add(at.forward, i32.add(i32.mul(step, at.forwardStep), i32.mul(row, at.forwardRow))),
          );
          f.do(memory.copy(own, forward, tagBytes));
          const gradient = f.v128(v128.load32_splat(i32.add(at.gradient, i32.mul(row, at.gradientRow))));
          // The gradient of the emissions takes the place of the factors, which have been used.
          const marked = f.i32(i32.add(factors, i32.mul(i32.sub(index, begin), rowBytes)));
          const { largest, sum, logarithm } = logSumExpOf(
            f,
            rowBytes,
            (offset) => f32x4.add(v128.load(i32.add(own, offset)), v128.load(i32.add(following, offset))),
            (offset, numbers) => f.do(v128.store(i32.add(marked, offset), numbers)),
          );
          const share = f.v128(f32x4.div(gradient, sum));
          eachFour(f, rowBytes, (offset) => {
            const place = f.i32(i32.add(marked, offset));
            f.do(v128.store(place, f32x4.mul(v128.load(place), share)));
          });
          f.do(memory.copy(address, marked, tagBytes));
          const normalizer = f.v128(f32x4.add(largest, logarithm));
          eachFour(f, rowBytes, (offset) => {
            const place = f.i32(i32.add(following, offset));
            f.do(v128.store(place, f32x4.sub(v128.load(place), normalizer)));
          });
          f.if(i32.lt_s(next, length), () => {
            const pair = f.i32(i32.add(i32.load(i32.add(at.pairStarts, i32.shl(row, 2))), step));
            const pairBytes = f.i32(i32.mul(pair, rowBytes));
            const left = f.i32(i32.add(at.left, pairBytes));
            const right = f.i32(i32.add(at.right, pairBytes));
            const ofPair = f.i32(i32.shl(pair, 2));
            const score = (offset: typeof row) =>
              f32x4.sub(
                f32x4.add(
                  v128.load(i32.add(ownEntered, offset)),
                  v128.load(i32.add(at.forwardPeaks, offset)),
                ),
                normalizer,
              );
            const highest = new Accumulator(f, 'max');
            eachFour(f, rowBytes, (offset) => highest.add(score(offset)));
            f.do(f32.store(i32.add(at.pairGradients, ofPair), f32x4.extract_lane(gradient, 0)));
            f.if(
              f32.le(f32x4.extract_lane(highest.total('f32'), 0), most),
              () => {
                eachFour(f, rowBytes, (offset) => {
                  const before = f.v128(exp(f, v128.load(i32.add(own, offset))));
                  f.do(v128.store(i32.add(left, offset), before));
                  const after = f.v128(f32x4.mul(gradient, exp(f, score(offset))));
                  f.do(v128.store(i32.add(right, offset), after));
                });
                f.do(i32.store(i32.add(at.apart, ofPair), 0));
              },
              () => {
                writeFill(f, rowBytes, left, f.splat(0));
                eachFour(f, rowBytes, (offset) => {
                  const value = f32x4.sub(v128.load(i32.add(ownEntered, offset)), normalizer);
                  f.do(v128.store(i32.add(right, offset), value));
                });
                f.do(i32.store(i32.add(at.apart, ofPair), forward));
              },
            );
          });
        },
        () => f.do(memory.fill(address, 0, tagBytes)),
      );
    });
  });
};

/** The argument block of the kernel that makes the gradient of the transitions out of pairs. */
export const pairsBlock = new ArgumentBlock([
  'tags',
  'rowBytes',
  'pairs',
  /** exp(A - peak) in panels, and A itself. */
  'panels',
  'moves',
  /** [tags] rows: the product of the factors of all pairs. Overwritten. */
  'products',
  'right',
  'apart',
  'pairGradients',
  'dTransitions',
  'dTransitionRow',
] as const);

/** The gradient of the transitions; parts share the tags that come first. */
export const pairsKernel: KernelBody = (f, args, part, parts) => {
  const at = pairsBlock.load(f, args);
  const { begin, end } = shareOf(f, at.tags, part, parts);
  const tagBytes = f.i32(i32.shl(at.tags, 2));
  const panelBytes = f.i32(i32.mul(at.tags, panelRowBytes));
  const [tag, pair] = [f.local('i32'), f.local('i32')];
  f.for(tag, begin, end, 1, () => {
    const start = f.i32(i32.mul(tag, at.rowBytes));
    const sums = f.i32(i32.add(at.products, start));
    const moves = f.i32(i32.add(at.moves, start));
    const panel = f.i32(i32.add(at.panels, i32.mul(tag, panelRowBytes)));
    eachFour(f, at.rowBytes, (offset) => {
      const place = f.i32(i32.add(sums, offset));
      const half = f.i32(i32.and(offset, 4 * panelWidth - 16));
      f.do(v128.store(place, f32x4.mul(v128.load(place), v128.load(i32.add(panel, half)))));
      f.if(half, () => f.increase(panel, panelBytes));
    });
    f.for(pair, 0, at.pairs, 1, () => {
      const ofPair = f.i32(i32.shl(pair, 2));
      const forward = f.i32(i32.load(i32.add(at.apart, ofPair)));
      f.if(forward, () => {
        const before = f.v128(v128.load32_splat(i32.add(forward, i32.shl(tag, 2))));
        const gradient = f.v128(v128.load32_splat(i32.add(at.pairGradients, ofPair)));
        const right = f.i32(i32.add(at.right, i32.mul(pair, at.rowBytes)));
        eachFour(f, at.rowBytes, (offset) => {
          const place = f.i32(i32.add(sums, offset));
          const score = f32x4.add(
            f32x4.add(before, v128.load(i32.add(moves, offset))),
            v128.load(i32.add(right, offset)),
          );
          const probability = exp(f, score);
          f.do(v128.store(place, f32x4.add(v128.load(place), f32x4.mul(gradient, probability))));
        });
      });
    });
    f.do(memory.copy(i32.add(at.dTransitions, i32.mul(tag, at.dTransitionRow)), sums, tagBytes));
  });
};
