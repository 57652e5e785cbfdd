import type { CellProgram } from '@ostinato/kernel';
import { ArgumentBlock } from '../arguments.js';
import { call, type FunctionBuilder, i32, type Local, select } from '../assembler.js';
import { type KernelBody, shareOf } from '../kernel.js';
import { multiplyBlock, multiplyFunction } from '../matmul/multiply.js';
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
  /** The numbers of all rows, those of each part next to each other. */
  'order',
  /** Room for the numbers of the rows that run. */
  'rows',
  /** r: [T, B, G, H], or [B, G, H] with `productStep` 0. */
  'product',
  'productStep',
  'productRow',
  'productGate',
  /** Room for where the rows that run begin among the left and the result's rows of a product. */
  'leftStarts',
  'outStarts',
  /** Argument blocks for products, one for each part; and those for inner products. */
  'products',
  'innerProducts',
  /** Scratch of products, one for each part. */
  'scratch',
  'scratchBytes',
] as const;

/** The argument block of a forward sweep. */
export const forwardBlock = new ArgumentBlock([
  ...sequenceNames,
  /** Whether r is wanted, and so has to be 0 in the padding. */
  'keepsProducts',
  /** What the inner product multiplies: [B, H]; 0 where there is none. */
  'values',
  /** Room for where the rows that run begin there. */
  'valueStarts',
] as const);

/** A whole sequence, for the rows that belong to the part. */
export function forwardKernel(cell: CellProgram, mixes: boolean): KernelBody {
  const { gates, states, inner } = cell;
  const outer = gates - (inner?.gates ?? 0);
  return (f, args, part, parts, module) => {
    const multiply = mixes ? multiplyFunction(module) : undefined;
    const at = forwardBlock.load(f, args);
    const { begin, end } = shareOf(f, at.batch, part, parts);
    const ofPart = (base: typeof at.rows) => f.i32(i32.add(base, i32.mul(part, multiplyBlock.paddedBytes)));
    const productArgs = ofPart(at.products);
    const scratch = f.i32(i32.add(at.scratch, i32.mul(part, at.scratchBytes)));
    const ofRows = (base: typeof at.rows) => f.i32(i32.add(base, i32.shl(begin, 2)));
    const [rows, leftStarts, outStarts] = [ofRows(at.rows), ofRows(at.leftStarts), ofRows(at.outStarts)];
    const valueStarts = inner && ofRows(at.valueStarts);
    const panelsOf = (count: number) =>
      f.i32(i32.div_u(i32.add(i32.mul(at.units, count), panelWidth - 1), panelWidth));
    const panels = panelsOf(outer);
    const innerPanels = panelsOf(gates - outer);
    const innerArgs = ofPart(at.innerProducts);
    const [count, step, row, running, index] = locals(f);
    f.for(count, 0, at.steps, 1, () => {
      f.set(step, select(at.reverse, i32.sub(i32.sub(at.steps, 1), count), count));
      const slot = (after: boolean) => i32.add(step, after ? i32.eqz(at.reverse) : i32.ne(at.reverse, 0));
      const before = f.i32(i32.add(at.states, i32.mul(slot(false), at.slotStride)));
      const after = f.i32(i32.add(at.states, i32.mul(slot(true), at.slotStride)));
      const product = f.i32(i32.add(at.product, i32.mul(step, at.productStep)));
      f.set(running, 0);
      f.for(index, begin, end, 1, () => {
        f.set(row, i32.load(i32.add(at.order, i32.shl(index, 2))));
        const start = f.i32(i32.mul(row, at.stateRow));
        const productStart = f.i32(i32.mul(row, at.productRow));
        f.if(
          runs(f, at, step, row),
          () => {
            const place = f.i32(i32.shl(running, 2));
            f.do(i32.store(i32.add(rows, place), row));
            f.do(i32.store(i32.add(leftStarts, place), start));
            f.do(i32.store(i32.add(outStarts, place), productStart));
            if (valueStarts) {
              f.do(i32.store(i32.add(valueStarts, place), i32.mul(row, i32.shl(at.units, 2))));
            }
            f.increase(running, 1);
          },
          () => {
            for (let state = 0; state < states; state++) {
              const offset = f.i32(i32.add(start, i32.mul(at.stateStride, state)));
              writeCopy(f, at.units, i32.add(before, offset), i32.add(after, offset));
            }
            f.if(at.keepsProducts, () => {
              for (let gate = 0; gate < gates; gate++) {
                const offset = i32.add(productStart, i32.mul(at.productGate, gate));
                writeCopy(f, at.units, undefined, i32.add(product, offset));
              }
            });
          },
        );
      });
      if (multiply) {
        const [leftOffset, outOffset] = [before, product];
        multiplyBlock.store(f, productArgs, { leftStarts, leftOffset, outStarts, outOffset });
        f.do(call(multiply, productArgs, scratch, 0, running, 0, panels));
      }
      const eachRunning = (
        body: (addresses: (input: number) => Local<'i32'>, start: Local<'i32'>, place: Local<'i32'>) => void,
      ): void =>
        f.for(index, 0, running, 1, () => {
          const place = f.i32(i32.shl(index, 2));
          const own = f.i32(i32.load(i32.add(rows, place)));
          const start = f.i32(i32.load(i32.add(leftStarts, place)));
          const addresses = cellAddresses(f, cell, {
            x: f.i32(i32.add(i32.add(at.x, i32.mul(step, at.xStep)), i32.mul(own, at.xRow))),
            xGate: at.xGate,
            r: f.i32(i32.add(product, i32.load(i32.add(outStarts, place)))),
            rGate: at.productGate,
            s: f.i32(i32.add(before, start)),
            stateStride: at.stateStride,
            parameters: at.parameters,
            parameterStride: at.parameterStride,
          });
          body(addresses, start, place);
        });
      if (multiply && inner && valueStarts) {
        eachRunning((addresses, _, place) => {
          const address = f.i32(i32.add(at.values, i32.load(i32.add(valueStarts, place))));
          writeUnits(f, at.units, inner.forward.outputs, addresses, [{ address }]);
        });
        multiplyBlock.store(f, innerArgs, {
          leftStarts: valueStarts,
          leftOffset: at.values,
          outStarts,
          outOffset: f.i32(i32.add(product, i32.mul(at.productGate, outer))),
        });
        f.do(call(multiply, innerArgs, scratch, 0, running, 0, innerPanels));
      }
      eachRunning((addresses, start) => {
        const to = f.i32(i32.add(after, start));
        const targets = Array.from({ length: states }, (_, state) => ({
          address: f.i32(i32.add(to, i32.mul(at.stateStride, state))),
        }));
        writeUnits(f, at.units, cell.forward.outputs, addresses, targets);
      });
    });
  };
}

/** Five variables: counted steps, the step, a row, how many rows run, and a place among those. */
export function locals(
  f: FunctionBuilder,
): [Local<'i32'>, Local<'i32'>, Local<'i32'>, Local<'i32'>, Local<'i32'>] {
  return [f.local('i32'), f.local('i32'), f.local('i32'), f.local('i32'), f.local('i32')];
}

/** Whether a row runs at a step. */
export function runs(
  f: FunctionBuilder,
  at: { readonly lengths: Local<'i32'>; readonly lengthStride: Local<'i32'> },
  step: Local<'i32'>,
  row: Local<'i32'>,
): Local<'i32'> {
  const result = f.i32(1);
  f.if(at.lengths, () => {
    f.set(result, i32.lt_s(step, i32.load(i32.add(at.lengths, i32.mul(row, at.lengthStride)))));
  });
  return result;
}

/** Where the inputs x, r, s, p of a cell lie for one row. */
export function cellAddresses(
  f: FunctionBuilder,
  cell: CellProgram,
  at: {
    x: Local<'i32'>;
    xGate: Local<'i32'>;
    r: Local<'i32'>;
    rGate: Local<'i32'>;
    s: Local<'i32'>;
    stateStride: Local<'i32'>;
    parameters: Local<'i32'>;
    parameterStride: Local<'i32'>;
  },
): (index: number) => Local<'i32'> {
  const { gates, states } = cell;
  const made = new Map<number, Local<'i32'>>();
  const address = (index: number): Local<'i32'> => {
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
