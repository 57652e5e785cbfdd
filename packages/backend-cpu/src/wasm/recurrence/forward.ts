import type { CellProgram } from '@ostinato/kernel';
import { ArgumentBlock } from '../arguments.js';
import { call, i32, select } from '../assembler.js';
import { type KernelBody, shareOf } from '../kernel.js';
import { multiplyFunction, productFields } from '../matmul/multiply.js';
import { panelWidth } from '../matmul/tiles.js';
import { writeCopy, writeUnits } from './cell.js';

/** Fields that both directions in time have. Addresses and strides count bytes. */
export const sequenceNames = [
  'steps',
  'batch',
  'units',
  'reverse',
  'x',
  'xStep',
  'xRow',
  'xGate',
  'states',
  'slotStride',
  'stateRow',
  'stateStride',
  'parameters',
  'parameterStride',
  /** 0 where all rows run for all steps. */
  'lengths',
  'lengthStride',
  /** Room for the numbers of the rows that run, and where they begin among their like: two words for each row. */
  'rows',
  'starts',
  /** r of the rows that run: [B, G, H]. */
  'product',
  /** An argument block for the product with R, one for each part. */
  'forwardProduct',
  'productBlock',
  /** Scratch of products, one for each part. */
  'scratch',
  'scratchBytes',
] as const;

/** The argument block of a forward sweep. */
export const forwardBlock = new ArgumentBlock(sequenceNames);

/** A whole sequence, for the rows that belong to the part. */
export function forwardKernel(cell: CellProgram, mixes: boolean): KernelBody {
  const { gates, states } = cell;
  return (f, args, part, parts, module) => {
    const multiply = mixes ? multiplyFunction(module) : undefined;
    const at = forwardBlock.load(f, args);
    const { begin, end } = shareOf(f, at.batch, part, parts);
    const gateBytes = f.i32(i32.shl(at.units, 2));
    const rowBytes = f.i32(i32.mul(gateBytes, gates));
    const productArgs = f.i32(i32.add(at.forwardProduct, i32.mul(part, at.productBlock)));
    const scratch = f.i32(i32.add(at.scratch, i32.mul(part, at.scratchBytes)));
    const rows = f.i32(i32.add(at.rows, i32.shl(begin, 2)));
    const starts = f.i32(i32.add(at.starts, i32.shl(begin, 2)));
    const product = f.i32(i32.add(at.product, i32.mul(begin, rowBytes)));
    const panels = f.i32(i32.div_u(i32.add(i32.mul(at.units, gates), panelWidth - 1), panelWidth));
    const [count, step, row, running, index] = [1, 2, 3, 4, 5].map(() => f.local('i32')) as [
      ReturnType<typeof f.i32>,
      ReturnType<typeof f.i32>,
      ReturnType<typeof f.i32>,
      ReturnType<typeof f.i32>,
      ReturnType<typeof f.i32>,
    ];
    f.for(count, 0, at.steps, 1, () => {
      f.set(step, select(at.reverse, i32.sub(i32.sub(at.steps, 1), count), count));
      const slot = (after: boolean) => i32.add(step, after ? i32.eqz(at.reverse) : i32.ne(at.reverse, 0));
      const before = f.i32(i32.add(at.states, i32.mul(slot(false), at.slotStride)));
      const after = f.i32(i32.add(at.states, i32.mul(slot(true), at.slotStride)));
      f.set(running, 0);
      f.for(row, begin, end, 1, () => {
        const start = f.i32(i32.mul(row, at.stateRow));
        const length = i32.load(i32.add(at.lengths, i32.mul(row, at.lengthStride)));
        const runs = f.i32(1);
        f.if(at.lengths, () => f.set(runs, i32.lt_s(step, length)));
        f.if(
          runs,
          () => {
            const place = f.i32(i32.shl(running, 2));
            f.do(i32.store(i32.add(rows, place), row));
            f.do(i32.store(i32.add(starts, place), start));
            f.increase(running, 1);
          },
          () => {
            for (let state = 0; state < states; state++) {
              const offset = f.i32(i32.add(start, i32.mul(at.stateStride, state)));
              writeCopy(f, at.units, i32.add(before, offset), i32.add(after, offset));
            }
          },
        );
      });
      if (multiply) {
        f.do(i32.store(productArgs, starts, productFields.leftStarts));
        f.do(i32.store(productArgs, before, productFields.leftOffset));
        f.do(i32.store(productArgs, product, productFields.outOffset));
        f.do(call(multiply, productArgs, scratch, 0, running, 0, panels));
      }
      f.for(index, 0, running, 1, () => {
        const place = f.i32(i32.shl(index, 2));
        const own = f.i32(i32.load(i32.add(rows, place)));
        const start = f.i32(i32.load(i32.add(starts, place)));
        const x = f.i32(i32.add(i32.add(at.x, i32.mul(step, at.xStep)), i32.mul(own, at.xRow)));
        const r = f.i32(i32.add(product, i32.mul(index, rowBytes)));
        const from = f.i32(i32.add(before, start));
        const to = f.i32(i32.add(after, start));
        const addresses = cellAddresses(f, cell, {
          x,
          xGate: at.xGate,
          r,
          rGate: gateBytes,
          s: from,
          stateStride: at.stateStride,
          parameters: at.parameters,
          parameterStride: at.parameterStride,
        });
        const targets = Array.from({ length: states }, (_, state) => ({
          address: f.i32(i32.add(to, i32.mul(at.stateStride, state))),
        }));
        writeUnits(f, at.units, cell.forward.outputs, addresses, targets);
      });
    });
  };
}

type I32 = ReturnType<Parameters<KernelBody>[0]['i32']>;

/** Where the inputs x, r, s, p of a cell lie for one row. */
export function cellAddresses(
  f: Parameters<KernelBody>[0],
  cell: CellProgram,
  at: {
    x: I32;
    xGate: I32;
    r: I32;
    rGate: I32;
    s: I32;
    stateStride: I32;
    parameters: I32;
    parameterStride: I32;
  },
): (index: number) => I32 {
  const { gates, states } = cell;
  const made = new Map<number, I32>();
  const address = (index: number): I32 => {
    if (index < gates) return f.i32(i32.add(at.x, i32.mul(at.xGate, index)));
    if (index < 2 * gates) return f.i32(i32.add(at.r, i32.mul(at.rGate, index - gates)));
    const own = index - 2 * gates;
    if (own < states) return f.i32(i32.add(at.s, i32.mul(at.stateStride, own)));
    return f.i32(i32.add(at.parameters, i32.mul(at.parameterStride, own - states)));
  };
  // All are made here, before any loop: a variable that is set inside one loop must not be read in another.
  for (let index = 0; index < 2 * gates + states + cell.parameters; index++) made.set(index, address(index));
  return (index) => made.get(index)!;
}
