import { ELEMENT_BYTES, type Kernels, sizeOf, type View, viewOf } from '@ostinato/kernel';
import { helperText } from '../wgsl/helpers.js';
import type { KernelContext } from './context.js';
import { type IndexedRows, walkIndices } from './indexed-rows.js';
import { fromBits, toBits, toBitsHelpers } from './numbers.js';
import { Operands } from './operands.js';
import { type ElementCode, runElements } from './run.js';
import { withScratch } from './scratch.js';
import { sortPositions } from './sort-positions.js';
import { indented } from './text.js';

/** Rows that an invocation adds up: one running total of very many would lose digits. */
const block = 32;

/**
 * Adds rows to rows of a table by index; see `Kernels.scatterAdd`. Indices outside the table add nothing.
 *
 * The positions of indices are sorted by row of the table and cut into blocks. An invocation takes a column of a block, and adds up what
 * goes to each row. Where a row begins in one block and goes on in others, the parts in those are added up first. So the order of
 * additions depends on the indices only, and many equal indices are shared among invocations.
 */
export function scatterAdd(
  context: KernelContext,
  ...[updates, indices, out]: Parameters<Kernels['scatterAdd']>
): void {
  const positions = sizeOf(indices.shape);
  const width = out.shape[1]!;
  if (positions === 0 || width === 0) return;
  const call = { table: out, indices, rows: updates };
  const blocks = Math.ceil(positions / block);
  withScratch(context, (scratch) => {
    const sorted = sortPositions(context, scratch, indices, out.shape[0]!);
    const carried = viewOf(scratch(blocks * width * ELEMENT_BYTES), [blocks, width]);
    if (blocks > 1) addContinued(context, call, sorted, carried);
    addRows(context, call, sorted, carried);
  });
}

/** A kernel with an invocation for each `column` of each `block`; `body` gets to `begin` and `end`. */
function forBlocks(
  context: KernelContext,
  { key, writes, firstBlock }: { key: string; writes: 'carried' | 'table'; firstBlock: number },
  call: IndexedRows,
  sorted: View,
  carried: View,
  body: (operands: Operands) => string,
): void {
  const { table, rows } = call;
  const [blocks, width] = carried.shape as [number, number];
  const { loops, operands } = walkIndices(call);
  const code = (all: Operands): ElementCode => ({
    module: `${helperText(toBitsHelpers([table]))}
fn rowAt(at: i32) -> i32 {
  return ${all.element('sorted', 0, 'at')};
}

fn updateAt(at: i32, column: i32) -> f32 {
  let position = ${all.element('sorted', 1, 'at')};
${indented(loops.coordinates('position'), '  ')}
  return ${fromBits(all.element('rows', ...loops.axes, 'column'), rows)};
}
`,
    body: `  let column = index % u.width;
  let block = index / u.width + u.firstBlock;
  let begin = block * u.blockLength;
  let end = min(begin + u.blockLength, u.positions);
${body(all)}`,
  });
  runElements(
    context,
    {
      label: 'scatterAdd',
      key,
      operands: new Operands({
        sorted: { view: sorted, axes: ['part', 'at'] },
        rows: operands.rows,
        carried: { view: carried, axes: ['block', 'column'], write: writes === 'carried' },
        table: writes === 'table' ? { ...operands.table, write: true } : null,
      }),
      numbers: {
        width,
        firstBlock,
        blockLength: block,
        blocks,
        positions: sorted.shape[1]!,
        tableRows: table.shape[0]!,
        ...loops.numbers,
      },
      code,
    },
    (blocks - firstBlock) * width,
  );
}

/** Adds up what each block begins with, where that belongs to the row with which the block before it ended. */
function addContinued(context: KernelContext, call: IndexedRows, sorted: View, carried: View): void {
  forBlocks(
    context,
    { key: 'continued', writes: 'carried', firstBlock: 1 },
    call,
    sorted,
    carried,
    (all) => `  let row = rowAt(begin);
  if (row == u.tableRows || rowAt(begin - 1) != row) { return; }
  var sum = 0f;
  for (var at = begin; at < end && rowAt(at) == row; at++) { sum += updateAt(at, column); }
  ${all.element('carried', 'block', 'column')} = sum;`,
  );
}

/** Adds the rows that begin in each block to the table, and what the blocks behind have carried on of the last one. */
function addRows(context: KernelContext, call: IndexedRows, sorted: View, carried: View): void {
  const { table } = call;
  forBlocks(
    context,
    { key: 'rows', writes: 'table', firstBlock: 0 },
    call,
    sorted,
    carried,
    (all) => `  var at = begin;
  if (begin > 0) {
    let before = rowAt(begin - 1);
    while (at < end && rowAt(at) == before) { at++; }
  }
  while (at < end) {
    let row = rowAt(at);
    if (row == u.tableRows) { return; }
    var sum = 0f;
    while (at < end && rowAt(at) == row) {
      sum += updateAt(at, column);
      at++;
    }
    if (at == end) {
      for (var next = block + 1; next < u.blocks && rowAt(next * u.blockLength) == row; next++) {
        sum += ${all.element('carried', 'next', 'column')};
      }
    }
    let place = ${all.place('table', 'row', 'column')};
    let total = ${fromBits(all.elementAt('table', 'place'), table)} + sum;
    ${all.elementAt('table', 'place')} = ${toBits('total', table)};
  }`,
  );
}
