import { ELEMENT_BYTES, nestOf, sizeOf, type View, viewOf } from '@ostinato/kernel';
import type { KernelContext } from './context.js';
import { Loops } from './loops.js';
import { type Operand, Operands } from './operands.js';
import { type ElementCode, run, runElements } from './run.js';
import type { Scratch } from './scratch.js';
import { indented } from './text.js';

/** Positions up to which each looks at all others: it takes one dispatch instead of three for each digit. */
const few = 1024;

/** Bits of a row that a pass sorts by, and how many values they have. */
const digitBits = 4;
const digits = 2 ** digitBits;

/** Invocations of a pass at most, each for a run of neighbours, and the length of runs at least. */
const mostRuns = 2048;
const leastRun = 32;

/** Invocations that add up how many there are of each digit in each run. */
const scanLanes = 256;

const label = 'scatterAdd';
const pairAxes = ['part', 'at'];

/**
 * Sorts the positions of indices by the rows that they name, those of equal rows by position. Indices outside the table come last, as
 * if they named the row behind its end.
 * @param indices N of them, of any shape
 * @param rows of the table
 * @returns [2, N] in int32, in scratch: the rows, and the positions
 */
export function sortPositions(context: KernelContext, scratch: Scratch, indices: View, rows: number): View {
  const count = sizeOf(indices.shape);
  return (count <= few ? sortFew : sortMany)(context, scratch, indices, rows, count);
}

const takePairs = (scratch: Scratch, count: number): View =>
  viewOf(scratch(2 * count * ELEMENT_BYTES), [2, count], 'i32');

/** A kernel with an invocation for each index, which `rowAt` tells the row of. */
function forIndices(
  context: KernelContext,
  key: string,
  indices: View,
  rows: number,
  pairs: View,
  body: (operands: Operands) => string,
): void {
  const nest = nestOf(indices.shape, [indices.strides]);
  const loops = new Loops('axis', nest.lengths);
  const code = (all: Operands): ElementCode => ({
    module: `fn rowAt(position: i32) -> i32 {
${indented(loops.coordinates('position'), '  ')}
  let row = ${all.element('indices', ...loops.axes)};
  return select(row, u.tableRows, row < 0 || row > u.tableRows);
}
`,
    body: body(all),
  });
  const operands = new Operands({
    indices: { view: indices, axes: loops.axes, strides: nest.strides[0]! },
    pairs: { view: pairs, axes: pairAxes, write: true },
  });
  const numbers = { tableRows: rows, ...loops.numbers };
  runElements(context, { label, key, operands, numbers, code }, pairs.shape[1]!);
}

/** Each position finds its place by counting those that come before it. */
function sortFew(context: KernelContext, scratch: Scratch, indices: View, rows: number, count: number): View {
  const sorted = takePairs(scratch, count);
  forIndices(
    context,
    'sort few',
    indices,
    rows,
    sorted,
    (all) => `  let row = rowAt(index);
  var place = 0;
  for (var other = 0; other < u.count; other++) {
    let before = rowAt(other);
    if (before < row || (before == row && other < index)) { place++; }
  }
  ${all.element('pairs', 0, 'place')} = row;
  ${all.element('pairs', 1, 'place')} = index;`,
  );
  return sorted;
}

/**
 * Radix sort, from the last digit to the first: a pass keeps the order of those whose digits are equal. Each invocation takes a run of
 * neighbours, first to count its digits, then, when it is known how many come before, to put each where it belongs.
 */
function sortMany(
  context: KernelContext,
  scratch: Scratch,
  indices: View,
  rows: number,
  count: number,
): View {
  const pairs = takePairs(scratch, count);
  forIndices(
    context,
    'pairs',
    indices,
    rows,
    pairs,
    (all) => `  ${all.element('pairs', 0, 'index')} = rowAt(index);
  ${all.element('pairs', 1, 'index')} = index;`,
  );
  const runLength = Math.max(leastRun, Math.ceil(count / mostRuns));
  const runs = Math.ceil(count / runLength);
  const counts = viewOf(scratch(digits * runs * ELEMENT_BYTES), [digits, runs], 'i32');
  let [sorted, free] = [pairs, takePairs(scratch, count)];
  for (let shift = 0; 2 ** shift <= rows; shift += digitBits) {
    const numbers = { pairs: count, runLength, shift, digits };
    countDigits(context, sorted, counts, numbers);
    addUp(context, counts);
    place(context, sorted, counts, free, numbers);
    [sorted, free] = [free, sorted];
  }
  return sorted;
}

const digit = (row: string): string => `(u32(${row}) >> u32(u.shift)) & ${digits - 1}u`;

const countsOf = (view: View, write: boolean): Operand => ({ view, axes: ['digit', 'run'], write });

/** counts [digits, runs] */
function countDigits(
  context: KernelContext,
  pairs: View,
  counts: View,
  numbers: Readonly<Record<string, number>>,
): void {
  const operands = new Operands({
    source: { view: pairs, axes: pairAxes },
    counts: countsOf(counts, true),
  });
  const code = (all: Operands): ElementCode => ({
    body: `  var own: array<i32, ${digits}>;
  let end = min((index + 1) * u.runLength, u.pairs);
  for (var at = index * u.runLength; at < end; at++) { own[${digit(all.element('source', 0, 'at'))}]++; }
  for (var digit = 0; digit < u.digits; digit++) { ${all.element('counts', 'digit', 'index')} = own[digit]; }`,
  });
  runElements(context, { label, key: 'count digits', operands, numbers, code }, counts.shape[1]!);
}

/** Makes counts to places: how many there are in all before each. One workgroup does it. */
function addUp(context: KernelContext, counts: View): void {
  const count = sizeOf(counts.shape);
  const operands = new Operands({
    counts: { view: viewOf(counts.storage, [count], 'i32'), axes: ['at'], write: true },
  });
  const numbers = { count, share: Math.ceil(count / scanLanes), lanes: scanLanes };
  const code = (all: Operands): string => `var<workgroup> sums: array<i32, ${scanLanes}>;

@compute @workgroup_size(${scanLanes})
fn main(@builtin(local_invocation_index) invocation: u32) {
  let lane = i32(invocation);
  let begin = lane * u.share;
  let end = min(begin + u.share, u.count);
  var sum = 0;
  for (var at = begin; at < end; at++) { sum += ${all.element('counts', 'at')}; }
  sums[lane] = sum;
  workgroupBarrier();
  for (var reach = 1; reach < u.lanes; reach *= 2) {
    let before = select(0, sums[max(lane - reach, 0)], lane >= reach);
    workgroupBarrier();
    sums[lane] += before;
    workgroupBarrier();
  }
  var total = sums[lane] - sum;
  for (var at = begin; at < end; at++) {
    let next = total + ${all.element('counts', 'at')};
    ${all.element('counts', 'at')} = total;
    total = next;
  }
}
`;
  run(context, { label, key: 'add up', operands, numbers, code }, [1]);
}

/** @param places where the first one of each digit in each run belongs */
function place(
  context: KernelContext,
  pairs: View,
  places: View,
  sorted: View,
  numbers: Readonly<Record<string, number>>,
): void {
  const operands = new Operands({
    source: { view: pairs, axes: pairAxes },
    places: countsOf(places, false),
    sorted: { view: sorted, axes: pairAxes, write: true },
  });
  const code = (all: Operands): ElementCode => ({
    body: `  var next: array<i32, ${digits}>;
  for (var digit = 0; digit < u.digits; digit++) { next[digit] = ${all.element('places', 'digit', 'index')}; }
  let end = min((index + 1) * u.runLength, u.pairs);
  for (var at = index * u.runLength; at < end; at++) {
    let row = ${all.element('source', 0, 'at')};
    let digit = ${digit('row')};
    let to = next[digit];
    next[digit]++;
    ${all.element('sorted', 0, 'to')} = row;
    ${all.element('sorted', 1, 'to')} = ${all.element('source', 1, 'at')};
  }`,
  });
  runElements(context, { label, key: 'place', operands, numbers, code }, places.shape[1]!);
}
