import { ArgumentBlock } from '../arguments.js';
import { call, f32, f32x4, f64, i32, memory, v128 } from '../assembler.js';
import { type KernelBody, shareOf } from '../kernel.js';
import { multiplyBlock, multiplyFunction } from '../matmul/multiply.js';
import { panelRowBytes } from '../matmul/tiles.js';
import { exp } from '../numerics/exponential.js';
import { rescueFunction, writeTargets } from './advance.js';
import { eachFour, logSumExpOf, writeFill } from './rows.js';

/** Fields that both directions have. Addresses and strides count bytes; rows of scratch are `rowBytes` long. */
export const chainNames = [
  'steps',
  'batch',
  'tags',
  'rowBytes',
  'emissions',
  'emissionStep',
  'emissionRow',
  'forward',
  'forwardStep',
  'forwardRow',
  /** [batch] i32 */
  'lengths',
  /** The numbers of all rows, those of each part next to each other. */
  'order',
  /** What a step multiplies with: the matrix itself, the peaks of its columns, and the argument blocks of products, one for each part. */
  'moves',
  'peaks',
  'products',
  /** Scratch of products, one for each part. */
  'scratch',
  'scratchBytes',
  /** Room for the numbers of the rows that run, and [batch] rows each for both factors' product. */
  'rows',
  'factors',
  'sums',
  /** Room for the row that is being worked on, one for each part. */
  'own',
] as const;

/** The argument block of the forward pass. */
export const chainForwardBlock = new ArgumentBlock([
  ...chainNames,
  'start',
  'end',
  /** Room for [batch] rows: log probabilities of the last step so far. */
  'states',
  /** Room for [batch] float64 numbers: what has been taken out of them. */
  'totals',
  'logPartition',
  'logPartitionRow',
] as const);

/** The forward pass of whole sequences, for the rows that belong to the part. */
export const chainForwardKernel: KernelBody = (f, args, part, parts, module) => {
  const multiply = multiplyFunction(module);
  const rescue = rescueFunction(module);
  const at = chainForwardBlock.load(f, args);
  const { begin, end } = shareOf(f, at.batch, part, parts);
  const { rowBytes } = at;
  const ofPart = (base: typeof at.rows) => f.i32(i32.add(base, i32.mul(begin, rowBytes)));
  const [factors, sums] = [ofPart(at.factors), ofPart(at.sums)];
  const rows = f.i32(i32.add(at.rows, i32.shl(begin, 2)));
  const own = f.i32(i32.add(at.own, i32.mul(part, rowBytes)));
  const productArgs = f.i32(i32.add(at.products, i32.mul(part, multiplyBlock.paddedBytes)));
  const scratch = f.i32(i32.add(at.scratch, i32.mul(part, at.scratchBytes)));
  const panels = f.i32(i32.div_u(rowBytes, panelRowBytes));
  const tagBytes = f.i32(i32.shl(at.tags, 2));
  multiplyBlock.store(f, productArgs, { leftOffset: factors, outOffset: sums });
  // Tags in the padding of a row have no probability.
  writeFill(f, rowBytes, own, f.splat(-Infinity));
  const [index, step, running, row] = [f.local('i32'), f.local('i32'), f.local('i32'), f.local('i32')];
  f.for(step, 0, at.steps, 1, () => {
    const emissions = f.i32(i32.add(at.emissions, i32.mul(step, at.emissionStep)));
    const forward = f.i32(i32.add(at.forward, i32.mul(step, at.forwardStep)));
    f.set(running, 0);
    f.for(index, begin, end, 1, () => {
      f.set(row, i32.load(i32.add(at.order, i32.shl(index, 2))));
      f.if(
        i32.lt_s(step, i32.load(i32.add(at.lengths, i32.shl(row, 2)))),
        () => {
          f.do(i32.store(i32.add(rows, i32.shl(running, 2)), row));
          const state = f.i32(i32.add(at.states, i32.mul(row, rowBytes)));
          const factor = f.i32(i32.add(factors, i32.mul(running, rowBytes)));
          f.if(step, () =>
            eachFour(f, rowBytes, (offset) => {
              const value = f.v128(exp(f, v128.load(i32.add(state, offset))));
              f.do(v128.store(i32.add(factor, offset), value));
            }),
          );
          f.increase(running, 1);
        },
        () => f.do(memory.fill(i32.add(forward, i32.mul(row, at.forwardRow)), 0, tagBytes)),
      );
    });
    f.if(step, () => f.do(call(multiply, productArgs, scratch, 0, running, 0, panels)));
    f.for(index, 0, running, 1, () => {
      f.set(row, i32.load(i32.add(rows, i32.shl(index, 2))));
      const state = f.i32(i32.add(at.states, i32.mul(row, rowBytes)));
      const ownSums = f.i32(i32.add(sums, i32.mul(index, rowBytes)));
      f.do(memory.copy(own, i32.add(emissions, i32.mul(row, at.emissionRow)), tagBytes));
      const before = f.local('v128');
      eachFour(f, rowBytes, (offset) => {
        f.if(
          step,
          () =>
            f.set(
              before,
              writeTargets(f, rescue, {
                sums: ownSums,
                offset,
                peaks: at.peaks,
                weights: state,
                moves: at.moves,
                sources: at.tags,
                rowBytes,
              }),
            ),
          () => f.set(before, v128.load(i32.add(at.start, offset))),
        );
        const place = f.i32(i32.add(own, offset));
        f.do(v128.store(place, f32x4.add(v128.load(place), before)));
      });
      const { largest, logarithm } = logSumExpOf(f, rowBytes, (offset) => v128.load(i32.add(own, offset)));
      eachFour(f, rowBytes, (offset) => {
        const value = f32x4.sub(f32x4.sub(v128.load(i32.add(own, offset)), largest), logarithm);
        f.do(v128.store(i32.add(state, offset), value));
      });
      f.do(memory.copy(i32.add(forward, i32.mul(row, at.forwardRow)), state, tagBytes));
      const total = f.i32(i32.add(at.totals, i32.shl(row, 3)));
      const added = f64.add(
        f64.promote_f32(f32x4.extract_lane(largest, 0)),
        f64.promote_f32(f32x4.extract_lane(logarithm, 0)),
      );
      f.do(f64.store(total, f64.add(f64.load(total), added)));
    });
  });
  f.for(index, begin, end, 1, () => {
    f.set(row, i32.load(i32.add(at.order, i32.shl(index, 2))));
    const result = f.i32(i32.add(at.logPartition, i32.mul(row, at.logPartitionRow)));
    f.if(
      i32.load(i32.add(at.lengths, i32.shl(row, 2))),
      () => {
        const state = f.i32(i32.add(at.states, i32.mul(row, rowBytes)));
        const { largest, logarithm } = logSumExpOf(f, rowBytes, (offset) =>
          f32x4.add(v128.load(i32.add(state, offset)), v128.load(i32.add(at.end, offset))),
        );
        const total = f64.add(
          f64.load(i32.add(at.totals, i32.shl(row, 3))),
          f64.add(
            f64.promote_f32(f32x4.extract_lane(largest, 0)),
            f64.promote_f32(f32x4.extract_lane(logarithm, 0)),
          ),
        );
        f.do(f32.store(result, f32.demote_f64(total)));
      },
      () => f.do(f32.store(result, 0)),
    );
  });
};
