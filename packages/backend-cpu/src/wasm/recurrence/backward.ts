import { type CellProgram, type Expr, expr, innerGradients } from '@ostinato/kernel';
import { ArgumentBlock } from '../arguments.js';
import { call, f32x4, i32, type Local, select } from '../assembler.js';
import { type KernelBody, shareOf } from '../kernel.js';
import { multiplyBlock, multiplyFunction } from '../matmul/multiply.js';
import { panelWidth } from '../matmul/tiles.js';
import { type CellOutput, eachVector, writeCopy, writeUnits } from './cell.js';
import { cellAddresses, locals, runs, sequenceNames } from './forward.js';

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
  'dOutput',
  'dOutputStep',
  'dOutputRow',
  /** The gradients of the states on their way back: [S, B, H]. */
  'carried',
  'carriedState',
  /** Gradients of the parameters, of each row by itself: [B, P, H]. */
  'dParameters',
  /** The gradient of what the inner product multiplies: [B, H]; 0 where there is none. */
  'dValues',
] as const);

/** What a backward sweep is compiled for. */
export interface BackwardForm {
  /** Whether there is R, and whether dr is another than dx. */
  readonly product: 'none' | 'shared' | 'separate';
  /** Whether the output has a gradient. */
  readonly output: boolean;
}

/** The outputs of a cell's backward program that are wanted; the gradient of the output comes in as one more input. */
function wantedOutputs(cell: CellProgram, { product, output }: BackwardForm): readonly Expr[] {
  const { gates, states, backward } = cell;
  const wanted = backward.outputs.filter(
    (_, index) => product === 'separate' || index < gates || index >= 2 * gates,
  );
  const seed = backward.inputs - states + cell.output;
  if (!output) return wanted;
  return expr.substitute(wanted, (leaf) =>
    leaf.kind === 'input' && leaf.index === seed ? expr.add(leaf, expr.input(backward.inputs)) : undefined,
  );
}

/** Back through a whole sequence, for the rows that belong to the part. */
export function backwardKernel(cell: CellProgram, form: BackwardForm): KernelBody {
  const { gates, states, parameters, inner } = cell;
  const outputs = wantedOutputs(cell, form);
  const isSeparate = form.product === 'separate';
  const gradients = innerGradients(cell, isSeparate);
  const outer = gates - (inner?.gates ?? 0);
  return (f, args, part, parts, module) => {
    const multiply = form.product === 'none' ? undefined : multiplyFunction(module);
    const at = backwardBlock.load(f, args);
    const { begin, end } = shareOf(f, at.batch, part, parts);
    const unitBytes = f.i32(i32.shl(at.units, 2));
    const ofPart = (base: typeof at.rows) => f.i32(i32.add(base, i32.mul(part, multiplyBlock.paddedBytes)));
    const productArgs = ofPart(at.products);
    const innerArgs = ofPart(at.innerProducts);
    const scratch = f.i32(i32.add(at.scratch, i32.mul(part, at.scratchBytes)));
    const ofRows = (base: typeof at.rows) => f.i32(i32.add(base, i32.shl(begin, 2)));
    const [rows, leftStarts, outStarts] = [ofRows(at.rows), ofRows(at.leftStarts), ofRows(at.outStarts)];
    const panels = f.i32(i32.div_u(i32.add(at.units, panelWidth - 1), panelWidth));
    const [count, step, row, running, index] = locals(f);

    f.for(count, 0, at.steps, 1, () => {
      // The opposite of the forward order.
      f.set(step, select(at.reverse, count, i32.sub(i32.sub(at.steps, 1), count)));
      const slot = i32.add(step, i32.ne(at.reverse, 0));
      const before = f.i32(i32.add(at.states, i32.mul(slot, at.slotStride)));
      const product = f.i32(i32.add(at.product, i32.mul(step, at.productStep)));
      const dx = f.i32(i32.add(at.dx, i32.mul(step, at.dxStep)));
      const dr = f.i32(i32.add(at.dr, i32.mul(step, at.drStep)));
      const dOutput = f.i32(i32.add(at.dOutput, i32.mul(step, at.dOutputStep)));
      const ofOutput = (own: Local<'i32'>) => i32.add(dOutput, i32.mul(own, at.dOutputRow));
      f.set(running, 0);
      f.for(index, begin, end, 1, () => {
        f.set(row, i32.load(i32.add(at.order, i32.shl(index, 2))));
        const start = f.i32(i32.mul(row, unitBytes));
        f.if(
          runs(f, at, step, row),
          () => {
            const place = f.i32(i32.shl(running, 2));
            f.do(i32.store(i32.add(rows, place), row));
            f.do(i32.store(i32.add(leftStarts, place), i32.mul(row, isSeparate ? at.drRow : at.dxRow)));
            f.do(i32.store(i32.add(outStarts, place), start));
            f.increase(running, 1);
          },
          () => {
            // The output of a finished row is the state that it keeps.
            if (form.output) {
              const from = f.i32(ofOutput(row));
              const to = f.i32(i32.add(i32.add(at.carried, i32.mul(at.carriedState, cell.output)), start));
              eachVector(f, at.units, (load, store, place) => {
                const target = f.i32(i32.add(to, place));
                f.do(store(target, f32x4.add(load(target), load(i32.add(from, place)))));
              });
            }
            for (let gate = 0; gate < gates; gate++) {
              const zero = (base: typeof dx, ofRow: typeof dx, ofGate: typeof dx): void =>
                writeCopy(
                  f,
                  at.units,
                  undefined,
                  i32.add(i32.add(base, i32.mul(row, ofRow)), i32.mul(ofGate, gate)),
                );
              zero(dx, at.dxRow, at.dxGate);
              if (isSeparate) zero(dr, at.drRow, at.drGate);
            }
          },
        );
      });
      const eachRunning = (body: (row: RunningRow) => void): void =>
        f.for(index, 0, running, 1, () => {
          const place = f.i32(i32.shl(index, 2));
          const own = f.i32(i32.load(i32.add(rows, place)));
          const start = f.i32(i32.load(i32.add(outStarts, place)));
          const inputs = cellAddresses(f, cell, {
            x: f.i32(i32.add(i32.add(at.x, i32.mul(step, at.xStep)), i32.mul(own, at.xRow))),
            xGate: at.xGate,
            r: f.i32(i32.add(product, i32.mul(own, at.productRow))),
            rGate: at.productGate,
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
            ...(isSeparate ? ofGates(dr, at.drRow, at.drGate) : []),
            ...carried.map((address) => ({ address })),
            ...Array.from({ length: parameters }, (_, parameter) => ({
              address: f.i32(
                i32.add(at.dParameters, i32.mul(i32.add(i32.mul(own, parameters), parameter), unitBytes)),
              ),
              accumulate: true,
            })),
          ];
          body({ own, start, inputs, carried, targets });
        });
      const leaves = cell.backward.inputs - states;
      eachRunning(({ own, inputs, carried, targets }) => {
        const output = f.i32(form.output ? ofOutput(own) : i32.const(0));
        const address = (leaf: number) => {
          if (leaf === cell.backward.inputs) return output;
          return leaf < leaves ? inputs(leaf) : carried[leaf - leaves]!;
        };
        writeUnits(f, at.units, outputs, address, targets);
      });
      if (!multiply) return;
      const left = isSeparate ? dr : dx;
      const gate = isSeparate ? at.drGate : at.dxGate;
      if (inner) {
        const leftOffset = f.i32(i32.add(left, i32.mul(gate, outer)));
        multiplyBlock.store(f, innerArgs, { leftStarts, leftOffset, outStarts, outOffset: at.dValues });
        f.do(call(multiply, innerArgs, scratch, 0, running, 0, panels));
        eachRunning(({ start, inputs, targets }) => {
          const value = f.i32(i32.add(at.dValues, start));
          const address = (leaf: number) => (leaf < leaves ? inputs(leaf) : value);
          // Without dr, what follows it comes earlier.
          const places = gradients.map(({ output }) => {
            const target = targets[isSeparate || output < gates ? output : output - gates]!;
            return { address: target.address, accumulate: true };
          });
          const values = gradients.map(({ value }) => value);
          writeUnits(f, at.units, values, address, places);
        });
      }
      multiplyBlock.store(f, productArgs, {
        leftStarts,
        leftOffset: left,
        outStarts,
        outOffset: at.carried,
      });
      f.do(call(multiply, productArgs, scratch, 0, running, 0, panels));
    });
  };
}

/** A row that runs at a step: its number, where it begins in [B, H], and where a cell finds and writes its numbers. */
interface RunningRow {
  readonly own: Local<'i32'>;
  readonly start: Local<'i32'>;
  readonly inputs: (index: number) => Local<'i32'>;
  readonly carried: readonly Local<'i32'>[];
  readonly targets: readonly CellOutput[];
}
