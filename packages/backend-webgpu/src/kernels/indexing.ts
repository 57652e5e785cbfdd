import { ELEMENT_BYTES, type Kernels, type Nest, nestOf, sizeOf, type View, viewOf } from '@ostinato/kernel';
import { spread } from '../device/recorder.js';
import { helperText } from '../wgsl/helpers.js';
import type { KernelContext } from './context.js';
import {
  bindViews,
  coordinates,
  declarations,
  fromBits,
  reach,
  signedWord,
  toBits,
  toBitsHelpers,
  word,
  workgroupSize,
} from './shader.js';

const notANumber = 0x7fc00000;

/** What both kernels are given: a table, indices, and a row for each index. */
interface Rows {
  readonly table: View;
  readonly indices: View;
  /** [..., D], one row for each index. */
  readonly rows: View;
}

/** The loops over all indices, and where indices and rows lie along them. */
function nestOfIndices({ indices, rows }: Rows): Nest {
  return nestOf(indices.shape, [indices.strides, rows.strides.slice(0, -1)]);
}

/** Words that both kernels begin with. */
const words = {
  count: 0,
  width: 1,
  tableRows: 2,
  table: 3,
  tableRow: 4,
  tableColumn: 5,
  indices: 6,
  rows: 7,
  rowsColumn: 8,
  extra: 9,
};
const firstLength = 10;

/** [count, ...]: `count` invocations; behind the fixed words the lengths of loops and the strides of indices and rows along them. */
function wordsOf(
  { table, indices, rows }: Rows,
  { lengths, strides }: Nest,
  count: number,
  extra: number,
): number[] {
  return [
    count,
    table.shape[1]!,
    table.shape[0]!,
    table.offset,
    ...table.strides,
    indices.offset,
    rows.offset,
    rows.strides.at(-1)!,
    extra,
    ...lengths,
    ...strides[0]!,
    ...strides[1]!,
  ];
}

/** Where the index and the row of coordinates `NAME0`, `NAME1`, ... lie. */
const indexAt = (name: string, levels: number): string =>
  `${signedWord(words.indices)} + ${reach(name, firstLength + levels, levels)}`;
const rowAt = (name: string, levels: number): string =>
  `${signedWord(words.rows)} + ${reach(name, firstLength + 2 * levels, levels)} + i32(column) * ${signedWord(words.rowsColumn)}`;
const tableAt = (row: string): string =>
  `${signedWord(words.table)} + ${row} * ${signedWord(words.tableRow)} + i32(column) * ${signedWord(words.tableColumn)}`;

const entry = `@compute @workgroup_size(${workgroupSize})
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let invocation = id.y * groups.x * ${workgroupSize}u + id.x;
  if (invocation >= ${word(words.count)}) { return; }`;

const groupsFor = (count: number): readonly [number, number] => spread(Math.ceil(count / workgroupSize));

/** Rows of a table by index; see `Kernels.gather`. An index outside the table gives NaN, or 0 in int32 tables. */
export function gather(
  { recorder }: KernelContext,
  ...[table, indices, out]: Parameters<Kernels['gather']>
): void {
  const count = sizeOf(out.shape);
  if (count === 0) return;
  const call = { table, indices, rows: out };
  const nest = nestOfIndices(call);
  const levels = nest.lengths.length;
  const bound = bindViews([table, indices], [out]);
  const [tableBuffer, indexBuffer, outBuffer] = bound.places;
  const uniforms = wordsOf(call, nest, count, table.dtype === 'f32' ? notANumber : 0);
  recorder.dispatch({
    label: 'gather',
    key: `gather ${levels} ${bound.key}`,
    code: () => {
      const bits = `b${tableBuffer}[${tableAt('index')}]`;
      return `${declarations(uniforms.length, bound.buffers)}
${helperText(toBitsHelpers([out]))}
${entry}
  let column = invocation % ${word(words.width)};
  let position = invocation / ${word(words.width)};
  ${coordinates('c', 'position', firstLength, levels).join('\n  ')}
  let index = bitcast<i32>(b${indexBuffer}[${indexAt('c', levels)}]);
  var bits = ${word(words.extra)};
  if (index >= 0 && index < ${signedWord(words.tableRows)}) {
    bits = ${table.dtype === out.dtype ? bits : toBits(fromBits(bits, table), out)};
  }
  b${outBuffer}[${rowAt('c', levels)}] = bits;
}
`;
    },
    buffers: bound.buffers,
    words: uniforms,
    groups: groupsFor(count),
  });
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
  const call = { table: out, indices, rows: updates };
  const nest = nestOfIndices(call);
  const scratch = context.memory.alloc(positions * ELEMENT_BYTES, true);
  try {
    const chain = viewOf(scratch, [positions], 'i32');
    findChains(context, call, nest, chain);
    addChains(context, call, nest, chain, positions * width);
  } finally {
    context.memory.free(scratch);
  }
}

/** Writes for each position twice the next position with the same index, plus one where it is the first; the number of positions ends a chain. */
function findChains({ recorder }: KernelContext, call: Rows, nest: Nest, chain: View): void {
  const levels = nest.lengths.length;
  const count = chain.shape[0]!;
  const bound = bindViews([call.indices], [chain]);
  const [indexBuffer, chainBuffer] = bound.places;
  const uniforms = wordsOf(call, nest, count, 0);
  recorder.dispatch({
    label: 'scatterAdd',
    key: `scatterAdd chains ${levels}`,
    code: () => `${declarations(uniforms.length, bound.buffers)}
fn indexAt(position: u32) -> u32 {
  ${coordinates('c', 'position', firstLength, levels).join('\n  ')}
  return b${indexBuffer}[${indexAt('c', levels)}];
}
${entry}
  let index = indexAt(invocation);
  var isFirst = 1u;
  for (var earlier = 0u; earlier < invocation; earlier++) {
    if (indexAt(earlier) == index) {
      isFirst = 0u;
      break;
    }
  }
  var next = invocation + 1u;
  while (next < ${word(words.count)}) {
    if (indexAt(next) == index) { break; }
    next++;
  }
  b${chainBuffer}[invocation] = 2u * next + isFirst;
}
`,
    buffers: bound.buffers,
    words: uniforms,
    groups: groupsFor(count),
  });
}

function addChains({ recorder }: KernelContext, call: Rows, nest: Nest, chain: View, count: number): void {
  const { table, indices, rows } = call;
  const levels = nest.lengths.length;
  const bound = bindViews([rows, indices, chain], [table]);
  const [rowsBuffer, indexBuffer, chainBuffer, tableBuffer] = bound.places;
  const uniforms = wordsOf(call, nest, count, chain.shape[0]!);
  recorder.dispatch({
    label: 'scatterAdd',
    key: `scatterAdd ${levels} ${bound.key}`,
    code: () => `${declarations(uniforms.length, bound.buffers)}
${helperText(toBitsHelpers([table]))}
fn updateAt(position: u32, column: u32) -> f32 {
  ${coordinates('c', 'position', firstLength, levels).join('\n  ')}
  return ${fromBits(`b${rowsBuffer}[${rowAt('c', levels)}]`, rows)};
}
${entry}
  let column = invocation % ${word(words.width)};
  let position = invocation / ${word(words.width)};
  var link = b${chainBuffer}[position];
  if ((link & 1u) == 0u) { return; }
  ${coordinates('c', 'position', firstLength, levels).join('\n  ')}
  let index = bitcast<i32>(b${indexBuffer}[${indexAt('c', levels)}]);
  if (index < 0 || index >= ${signedWord(words.tableRows)}) { return; }
  // Parts of 8 numbers: one running total of very many would lose digits.
  var total = updateAt(position, column);
  var part = 0f;
  var length = 0u;
  while (link / 2u < ${word(words.extra)}) {
    part += updateAt(link / 2u, column);
    link = b${chainBuffer}[link / 2u];
    length++;
    if (length % 8u == 0u) {
      total += part;
      part = 0f;
    }
  }
  let at = ${tableAt('index')};
  let sum = ${fromBits(`b${tableBuffer}[at]`, table)} + (total + part);
  b${tableBuffer}[at] = ${toBits('sum', table)};
}
`,
    buffers: bound.buffers,
    words: uniforms,
    groups: groupsFor(count),
  });
}
