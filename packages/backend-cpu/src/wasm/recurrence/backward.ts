import type { CellProgram, Expr } from '@ostinato/kernel';
import { ArgumentBlock } from '../arguments.js';
import { call, f32, i32, select } from '../assembler.js';
import { type KernelBody, shareOf } from '../kernel.js';
import { multiplyFunction, productFields } from '../matmul/multiply.js';
import { panelWidth } from '../matmul/tiles.js';
import { writeCopy, writeUnits } from './cell.js';
import { cellAddresses, sequenceNames } from './forward.js';

/** The argument block of a backward sweep. */
export const backwardBlock = new ArgumentBlock([
  ...sequenceNames,
  'dx',
  'dxStep',
  'dxRow',
  'dxGate',
  /** 0 where it is the same as dx, or where there is no R. */
  'dr',
  'drStep',
  'drRow',
  'drGate',
  /** 0 where there is none. */
  'dOutput',
  'dOutputStep',
  'dOutputRow',
  /** The gradients of the states on their way back: [S, B, H]. */
  'carried',
  'carriedState',
  /** Gradients of the parameters, of each row by itself: [B, P, H]. */
  'dParameters',
  /** Where each row that runs begins among the rows of dr (or dx), and among those of `carried`. */
  'gradientStarts',
  'carriedStarts',
  'backwardProduct',
] as const);

/** Which gradients a backward sweep writes: with R, and whether dr is another than dx. */
export type BackwardForm = 'no product' | 'shared' | 'separate';

/** Back through a whole sequence, for the rows that belong to the part. */
export function backwardKernel(cell: CellProgram, form: BackwardForm): KernelBody {
  const { gates, states, parameters } = cell;
  const outputs = cell.backward.outputs.filter(
    (_, index) => form === 'separate' || index < gates || index >= 2 * gates,
  );
  return (f, args, part, parts, module) => {
    const multiply = form === 'no product' ? undefined : multiplyFunction(module);
    const at = backwardBlock.load(f, args);
    const { begin, end } = shareOf(f, at.batch, part, parts);
    const unitBytes = f.i32(i32.shl(at.units, 2));
    const rowBytes = f.i32(i32.mul(unitBytes, gates));
    const ofPart = (base: typeof at.scratch, bytes: typeof at.scratch) =>
      f.i32(i32.add(base, i32.mul(part, bytes)));
    const forwardProduct = ofPart(at.forwardProduct, at.productBlock);
    const backwardProduct = ofPart(at.backwardProduct, at.productBlock);
    const scratch = ofPart(at.scratch, at.scratchBytes);
    const ofRows = (base: typeof at.rows) => f.i32(i32.add(base, i32.shl(begin, 2)));
    const rows = ofRows(at.rows);
    const starts = ofRows(at.starts);
    const gradientStarts = ofRows(at.gradientStarts);
    const carriedStarts = ofRows(at.carriedStarts);
    const product = f.i32(i32.add(at.product, i32.mul(begin, rowBytes)));
    const panelsOf = (columns: ReturnType<typeof i32.mul>) =>
      f.i32(i32.div_u(i32.add(columns, panelWidth - 1), panelWidth));
    const gatePanels = panelsOf(i32.mul(at.units, gates));
    const unitPanels = panelsOf(i32.mul(at.units, 1));
    const [count, step, row, running, index] = [
      f.local('i32'),
      f.local('i32'),
      f.local('i32'),
      f.local('i32'),
      f.local('i32'),
    ];

    f.for(count, 0, at.steps, 1, () => {
      // The opposite of the forward order.
      f.set(step, select(at.reverse, count, i32.sub(i32.sub(at.steps, 1), count)));
      const slot = i32.add(step, i32.ne(at.reverse, 0));
      const before = f.i32(i32.add(at.states, i32.mul(slot, at.slotStride)));
      const dx = f.i32(i32.add(at.dx, i32.mul(step, at.dxStep)));
      const dr = f.i32(i32.add(at.dr, i32.mul(step, at.drStep)));
      f.set(running, 0);
      f.for(row, begin, end, 1, () => {
        const start = f.i32(i32.mul(row, unitBytes));
        f.if(at.dOutput, () => {
          const from = f.i32(
            i32.add(i32.add(at.dOutput, i32.mul(step, at.dOutputStep)), i32.mul(row, at.dOutputRow)),
          );
          const to = f.i32(i32.add(i32.add(at.carried, i32.mul(at.carriedState, cell.output)), start));
          const place = f.local('i32');
          f.for(place, 0, unitBytes, 4, () => {
            const target = f.i32(i32.add(to, place));
            f.do(f32.store(target, f32.add(f32.load(target), f32.load(i32.add(from, place)))));
          });
        });
        const runs = f.i32(1);
        f.if(at.lengths, () => {
          f.set(runs, i32.lt_s(step, i32.load(i32.add(at.lengths, i32.mul(row, at.lengthStride)))));
        });
        f.if(
          runs,
          () => {
            const place = f.i32(i32.shl(running, 2));
            f.do(i32.store(i32.add(rows, place), row));
            f.do(i32.store(i32.add(starts, place), i32.mul(row, at.stateRow)));
            const gradientRow = form === 'separate' ? at.drRow : at.dxRow;
            f.do(i32.store(i32.add(gradientStarts, place), i32.mul(row, gradientRow)));
            f.do(i32.store(i32.add(carriedStarts, place), start));
            f.increase(running, 1);
          },
          () => {
            for (let gate = 0; gate < gates; gate++) {
              const zero = (base: typeof dx, ofRow: typeof dx, ofGate: typeof dx): void =>
                writeCopy(
                  f,
                  at.units,
                  undefined,
                  i32.add(i32.add(base, i32.mul(row, ofRow)), i32.mul(ofGate, gate)),
                );
              zero(dx, at.dxRow, at.dxGate);
              if (form === 'separate') zero(dr, at.drRow, at.drGate);
            }
          },
        );
      });
      if (multiply) {
        f.do(i32.store(forwardProduct, starts, productFields.leftStarts));
        f.do(i32.store(forwardProduct, before, productFields.leftOffset));
        f.do(i32.store(forwardProduct, product, productFields.outOffset));
        f.do(call(multiply, forwardProduct, scratch, 0, running, 0, gatePanels));
      }
      f.for(index, 0, running, 1, () => {
        const place = f.i32(i32.shl(index, 2));
        const own = f.i32(i32.load(i32.add(rows, place)));
        const start = f.i32(i32.load(i32.add(carriedStarts, place)));
        const inputs = cellAddresses(f, cell, {
          x: f.i32(i32.add(i32.add(at.x, i32.mul(step, at.xStep)), i32.mul(own, at.xRow))),
          xGate: at.xGate,
          r: f.i32(i32.add(product, i32.mul(index, rowBytes))),
          rGate: unitBytes,
          s: f.i32(i32.add(before, i32.mul(own, at.stateRow))),
          stateStride: at.stateStride,
          parameters: at.parameters,
          parameterStride: at.parameterStride,
        });
        const carried = Array.from({ length: states }, (_, state) =>
          f.i32(i32.add(i32.add(at.carried, start), i32.mul(at.carriedState, state))),
        );
        const ofGates = (base: typeof dx, ofRow: typeof dx, ofGate: typeof dx) =>
          Array.from({ length: gates }, (_, gate) => ({
            address: f.i32(i32.add(i32.add(base, i32.mul(own, ofRow)), i32.mul(ofGate, gate))),
          }));
        const targets = [
          ...ofGates(dx, at.dxRow, at.dxGate),
          ...(form === 'separate' ? ofGates(dr, at.drRow, at.drGate) : []),
          ...carried.map((address) => ({ address })),
          ...Array.from({ length: parameters }, (_, parameter) => ({
            address: f.i32(
              i32.add(at.dParameters, i32.mul(i32.add(i32.mul(own, parameters), parameter), unitBytes)),
            ),
            accumulate: true,
          })),
        ];
        const leaves = cell.backward.inputs - states;
        const address = (leaf: number) => (leaf < leaves ? inputs(leaf) : carried[leaf - leaves]!);
        writeUnits(f, at.units, outputs as Expr[], address, targets);
      });
      if (multiply) {
        f.do(i32.store(backwardProduct, gradientStarts, productFields.leftStarts));
        f.do(i32.store(backwardProduct, form === 'separate' ? dr : dx, productFields.leftOffset));
        f.do(i32.store(backwardProduct, carriedStarts, productFields.outStarts));
        f.do(i32.store(backwardProduct, at.carried, productFields.outOffset));
        f.do(call(multiply, backwardProduct, scratch, 0, running, 0, unitPanels));
      }
    });
  };
}
