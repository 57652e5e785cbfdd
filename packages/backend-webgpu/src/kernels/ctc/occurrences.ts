import { type CtcLossArgs, ELEMENT_BYTES, sliceView, type View, viewOf } from '@ostinato/kernel';
import { spread } from '../../device/recorder.js';
import type { KernelContext } from '../context.js';
import { Operands } from '../operands.js';
import { run } from '../run.js';
import type { Scratch } from '../scratch.js';

/** Where classes stand in the targets, as lists: those of a class are walked from its first one on, -1 is the end. */
export interface Occurrences {
  /** [B, C] the first symbol of each class. */
  readonly first: View;
  /** [B, S] the next symbol of the same class. */
  readonly next: View;
}

const lanes = 64;

/** Finds out where classes stand. A workgroup takes a row; each symbol compares itself with all others. */
export function findOccurrences(
  context: KernelContext,
  scratch: Scratch,
  { targets, targetLengths, logits }: CtcLossArgs,
): Occurrences {
  const [rows, symbols] = targets.shape as [number, number];
  const classes = logits.shape[2]!;
  const table = viewOf(scratch(rows * (classes + symbols) * ELEMENT_BYTES), [rows, classes + symbols], 'i32');
  const found = {
    first: sliceView(table, 1, 0, classes),
    next: sliceView(table, 1, classes, classes + symbols),
  };
  const groups = spread(rows);
  run(
    context,
    {
      label: 'ctcLoss',
      key: 'occurrences',
      operands: new Operands({
        targets: { view: targets, axes: ['row', 'symbol'] },
        targetLengths: { view: targetLengths, axes: ['row'] },
        first: { view: found.first, axes: ['row', 'class'], write: true },
        next: { view: found.next, axes: ['row', 'symbol'], write: true },
      }),
      numbers: { rows, classes, groups: groups[0] },
      code,
    },
    groups,
  );
  return found;
}

const code = (operands: Operands): string => `
@compute @workgroup_size(${lanes})
fn main(@builtin(workgroup_id) id: vec3<u32>, @builtin(local_invocation_index) invocation: u32) {
  let row = i32(id.x) + i32(id.y) * u.groups;
  if (row >= u.rows) { return; }
  let lane = i32(invocation);
  for (var index = lane; index < u.classes; index += ${lanes}) { ${operands.element('first', 'row', 'index')} = -1; }
  storageBarrier();
  let symbols = ${operands.element('targetLengths', 'row')};
  for (var at = lane; at < symbols; at += ${lanes}) {
    let index = ${operands.element('targets', 'row', 'at')};
    var isFirst = index >= 0 && index < u.classes;
    for (var other = 0; other < at && isFirst; other++) { isFirst = ${operands.element('targets', 'row', 'other')} != index; }
    if (isFirst) { ${operands.element('first', 'row', 'index')} = at; }
    var later = at + 1;
    while (later < symbols && ${operands.element('targets', 'row', 'later')} != index) { later++; }
    ${operands.element('next', 'row', 'at')} = select(-1, later, later < symbols);
  }
}
`;
