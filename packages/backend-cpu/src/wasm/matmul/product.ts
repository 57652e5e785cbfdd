import { ArgumentBlock } from '../arguments.js';
import { call, i32, select } from '../assembler.js';
import { type KernelBody, shareOf, smaller } from '../kernel.js';
import { multiplyBlock, multiplyFunction } from './multiply.js';
import { packFunction } from './pack.js';
import { panelRowBytes, panelWidth, tileRows } from './tiles.js';

/** Steps of the depth and columns that are packed at a time, at most, so that the panels stay in the second-level cache. */
const mostDepth = 384;
const mostColumns = 256;

/** The size of equal blocks of at most `most`, a multiple of `grain`. */
function evenly(count: number, most: number, grain: number): number {
  const blocks = Math.max(1, Math.ceil(count / most));
  return Math.max(grain, Math.ceil(count / blocks / grain) * grain);
}

/** How many steps of a depth are packed at a time. */
export const blockDepth = (depth: number): number => evenly(depth, mostDepth, 8);
/** How many columns are packed at a time. */
export const blockColumns = (columns: number): number => evenly(columns, mostColumns, panelWidth);

/**
 * The argument block of a product. Element (m, k) of the left factor lies at leftOffset + leftStarts[m] + leftSteps[k], element
 * (k, n) of the right one at rightOffset + rightStarts[n] + rightSteps[k], element (m, n) of the result at
 * outOffset + outStarts[m] + n · outStride. Offsets count bytes.
 */
export const productBlock = new ArgumentBlock([
  'leftStarts',
  'leftOffset',
  'leftSteps',
  'leftContiguous',
  'rightStarts',
  'rightOffset',
  'rightSteps',
  'rightContiguous',
  'outStarts',
  'outOffset',
  'outStride',
  'rows',
  'columns',
  'depth',
  'depthBlock',
  'columnBlock',
  'accumulate',
  /** Scratch of the parts: panels, then what multiplying needs. */
  'scratch',
  'panelBytes',
  'scratchBytes',
] as const);

/**
 * A whole product, block by block. Parts share the columns, each packing those of its own, or the rows where there are few columns: so
 * none has to wait for another.
 */
export const productKernel: KernelBody = (f, args, part, parts, module) => {
  const pack = packFunction(module);
  const multiply = multiplyFunction(module);
  const at = productBlock.load(f, args);
  const panels = f.i32(i32.add(at.scratch, i32.mul(part, at.scratchBytes)));
  const block = f.i32(i32.add(panels, at.panelBytes));
  const scratch = f.i32(i32.add(block, multiplyBlock.paddedBytes));

  const height = tileRows();
  const allPanels = f.i32(i32.div_u(i32.add(at.columns, panelWidth - 1), panelWidth));
  const allTiles = f.i32(i32.div_u(i32.add(at.rows, height - 1), height));
  const sharesRows = f.i32(i32.and(i32.lt_s(allPanels, i32.shl(parts, 2)), i32.gt_s(allTiles, allPanels)));
  const share = shareOf(f, select(sharesRows, allTiles, allPanels), part, parts);
  const [columnBegin, columnEnd, rowBegin, rowEnd] = [f.i32(0), f.i32(at.columns), f.i32(0), f.i32(at.rows)];
  f.if(
    sharesRows,
    () => {
      f.set(rowBegin, i32.mul(share.begin, height));
      f.set(rowEnd, smaller(f, i32.mul(share.end, height), at.rows));
    },
    () => {
      f.set(columnBegin, i32.mul(share.begin, panelWidth));
      f.set(columnEnd, smaller(f, i32.mul(share.end, panelWidth), at.columns));
    },
  );

  const { leftStarts, leftOffset, leftContiguous, outStarts, outStride } = at;
  multiplyBlock.store(f, block, { leftStarts, leftOffset, leftContiguous, outStarts, outStride, panels });

  const [column, start, panel] = [f.local('i32'), f.local('i32'), f.local('i32')];
  f.for(column, columnBegin, columnEnd, at.columnBlock, () => {
    const columns = f.i32(smaller(f, i32.sub(columnEnd, column), at.columnBlock));
    const panelCount = f.i32(i32.div_u(i32.add(columns, panelWidth - 1), panelWidth));
    const starts = f.i32(i32.add(at.rightStarts, i32.shl(column, 2)));
    const outOffset = i32.add(at.outOffset, i32.mul(column, at.outStride));
    multiplyBlock.store(f, block, { outOffset, columns });
    f.set(start, 0);
    // A product without depth still has to write its zeros.
    f.loop((again) => {
      const depth = f.i32(smaller(f, i32.sub(at.depth, start), at.depthBlock));
      const startBytes = f.i32(i32.shl(start, 2));
      const steps = f.i32(i32.add(at.rightSteps, startBytes));
      const bytes = f.i32(i32.mul(depth, panelRowBytes));
      f.for(panel, 0, panelCount, 1, () => {
        const first = f.i32(i32.mul(panel, panelWidth));
        const width = f.i32(smaller(f, i32.sub(columns, first), i32.const(panelWidth)));
        const from = i32.add(starts, i32.shl(first, 2));
        const to = i32.add(panels, i32.mul(panel, bytes));
        f.do(call(pack, from, at.rightOffset, steps, at.rightContiguous, depth, width, panelWidth, to));
      });
      const leftSteps = i32.add(at.leftSteps, startBytes);
      const accumulate = i32.or(at.accumulate, i32.gt_s(start, 0));
      multiplyBlock.store(f, block, { leftSteps, depth, accumulate });
      f.do(call(multiply, block, scratch, rowBegin, rowEnd, 0, panelCount));
      f.increase(start, at.depthBlock);
      f.branch(again, i32.lt_s(start, at.depth));
    });
  });
};
