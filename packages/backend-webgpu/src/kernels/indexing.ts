import { ELEMENT_BYTES, type Kernels, nestOf, sizeOf, type View, viewOf } from '@ostinato/kernel';
import { helperText } from '../wgsl/helpers.js';
import type { KernelContext } from './context.js';
import { Loops } from './loops.js';
import { fromBits, toBits, toBitsHelpers } from './numbers.js';
import { type Operand, Operands } from './operands.js';
import { runElements } from './run.js';
import { indented } from './text.js';

const notANumber = 0x7fc00000;

/** What both kernels are given: a table, indices, and a row for each index. */
interface Rows {
  readonly table: View;
  readonly indices: View;
  /** [..., D], one row for each index. */
  readonly rows: View;
}

/** The loops over all indices, and the operands, to which more can be added. */
function walkIndices({ table, indices, rows }: Rows): {
  loops: Loops;
  operands: Record<keyof Rows, Operand>;
} {
  const nest = nestOf(indices.shape, [indices.strides, rows.strides.slice(0, -1)]);
  const loops = new Loops('axis', nest.lengths);
  const [indexStrides, rowStrides] = nest.strides as [number[], number[]];
  return {
    loops,
    operands: {
      table: { view: table, axes: ['row', 'column'], elements: 'u32' },
      indices: { view: indices, axes: loops.axes, strides: indexStrides, elements: 'u32' },
      rows: {
        view: rows,
        axes: [...loops.axes, 'column'],
        strides: [...rowStrides, rows.strides.at(-1)!],
        elements: 'u32',
      },
    },
  };
}

/** Rows of a table by index; see `Kernels.gather`. An index outside the table gives NaN, or 0 in int32 tables. */
export function gather(
  context: KernelContext,
  ...[table, indices, out]: Parameters<Kernels['gather']>
): void {
  const count = sizeOf(out.shape);
  if (count === 0) return;
  const { loops, operands } = walkIndices({ table, indices, rows: out });
  runElements(
    context,
    {
      label: 'gather',
      key: '',
      operands: new Operands({ ...operands, rows: { ...operands.rows, write: true } }),
      numbers: {
        width: table.shape[1]!,
        tableRows: table.shape[0]!,
        missing: table.dtype === 'f32' ? notANumber : 0,
        ...loops.numbers,
      },
      code: (all) => {
        const bits = all.element('table', 'tableRow', 'column');
        return {
          module: helperText(toBitsHelpers([out])),
          body: `  let column = index % u.width;
  let position = index / u.width;
${indented(loops.coordinates('position'), '  ')}
  let tableRow = bitcast<i32>(${all.element('indices', ...loops.axes)});
  var bits = u32(u.missing);
  if (tableRow >= 0 && tableRow < u.tableRows) {
    bits = ${table.dtype === out.dtype ? bits : toBits(fromBits(bits, table), out)};
  }
  ${all.element('rows', ...loops.axes, 'column')} = bits;`,
        };
      },
    },
    count,
  );
}

/**
 * Adds rows to rows of a table by index; see `Kernels.scatterAdd`. Indices outside the table add nothing.
 *
 * First each position of an index finds the next one with the same index, and whether it is the first one itself. Then the first
 * ones walk along these chains, so that a row is always added up in the same order, by one invocation for each column.
 */
export function scatterAdd(
  context: KernelContext,
  ...[updates, indices, out]: Parameters<Kernels['scatterAdd']>
): void {
  const positions = sizeOf(indices.shape);
  const width = out.shape[1]!;
  if (positions === 0 || width === 0) return;
  const scratch = context.memory.alloc(positions * ELEMENT_BYTES, true);
  try {
    const call = { table: out, indices, rows: updates };
    const chain = viewOf(scratch, [positions], 'i32');
    findChains(context, call, chain);
    addChains(context, call, chain);
  } finally {
    context.memory.free(scratch);
  }
}

/** Writes for each position twice the next position with the same index, plus one where it is the first; the number of positions ends a chain. */
function findChains(context: KernelContext, call: Rows, chain: View): void {
  const { loops, operands } = walkIndices(call);
  runElements(
    context,
    {
      label: 'scatterAdd',
      key: 'chains',
      operands: new Operands({
        indices: operands.indices,
        chain: { view: chain, axes: ['position'], write: true },
      }),
      numbers: loops.numbers,
      code: (all) => ({
        module: `fn indexAt(position: i32) -> u32 {
${indented(loops.coordinates('position'), '  ')}
  return ${all.element('indices', ...loops.axes)};
}
`,
        body: `  let own = indexAt(index);
  var isFirst = 1;
  for (var earlier = 0; earlier < index; earlier++) {
    if (indexAt(earlier) == own) {
      isFirst = 0;
      break;
    }
  }
  var next = index + 1;
  while (next < u.count) {
    if (indexAt(next) == own) { break; }
    next++;
  }
  ${all.element('chain', 'index')} = 2 * next + isFirst;`,
      }),
    },
    chain.shape[0]!,
  );
}

function addChains(context: KernelContext, call: Rows, chain: View): void {
  const { table, rows } = call;
  const positions = chain.shape[0]!;
  const { loops, operands } = walkIndices(call);
  runElements(
    context,
    {
      label: 'scatterAdd',
      key: '',
      operands: new Operands({
        ...operands,
        table: { ...operands.table, write: true },
        chain: { view: chain, axes: ['position'] },
      }),
      numbers: { positions, width: table.shape[1]!, tableRows: table.shape[0]!, ...loops.numbers },
      code: (all) => ({
        module: `${helperText(toBitsHelpers([table]))}
fn updateAt(position: i32, column: i32) -> f32 {
${indented(loops.coordinates('position'), '  ')}
  return ${fromBits(all.element('rows', ...loops.axes, 'column'), rows)};
}
`,
        body: `  let column = index % u.width;
  let position = index / u.width;
  var link = ${all.element('chain', 'position')};
  if ((link & 1) == 0) { return; }
${indented(loops.coordinates('position'), '  ')}
  let tableRow = bitcast<i32>(${all.element('indices', ...loops.axes)});
  if (tableRow < 0 || tableRow >= u.tableRows) { return; }
  // Parts of 8 numbers: one running total of very many would lose digits.
  var total = updateAt(position, column);
  var part = 0f;
  var length = 0;
  while (link / 2 < u.positions) {
    part += updateAt(link / 2, column);
    link = ${all.element('chain', 'link / 2')};
    length++;
    if (length % 8 == 0) {
      total += part;
      part = 0f;
    }
  }
  let at = ${all.place('table', 'tableRow', 'column')};
  let sum = ${fromBits(all.elementAt('table', 'at'), table)} + (total + part);
  ${all.elementAt('table', 'at')} = ${toBits('sum', table)};`,
      }),
    },
    positions * table.shape[1]!,
  );
}
