import {
  type CtcLossArgs,
  ELEMENT_BYTES,
  type Fused,
  reshapeView,
  selectView,
  sliceView,
  type View,
  viewOf,
} from '@ostinato/kernel';
import type { KernelContext } from '../context.js';
import { runRows } from '../rows.js';
import { type Scratch, withScratch } from '../scratch.js';
import { sweepBack } from './backward.js';
import { sweepForward } from './forward.js';
import { writeGradient } from './gradient.js';
import { findOccurrences } from './occurrences.js';

import type { Found } from './sweep.js';
import { mostAlone, type Workgroup, workgroupFor } from './workgroup.js';

/** Storages that the shader with the most of them works on. */
const mostStorages = 7;

/** Bytes of α that are kept at a time: rows that need more go one after the other. */
const mostBytes = 2 ** 26;

/** Bytes of α that a row keeps: two numbers with their exponents for each pair of states. */
const rowBytes = (steps: number, pairs: number): number => steps * pairs * 4 * ELEMENT_BYTES;

/** CTC loss and its gradient, a workgroup to a row. */
export function ctcLoss(context: KernelContext): Fused<CtcLossArgs> {
  const { limits } = context;
  const room = Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);
  const workgroup = (args: CtcLossArgs): Workgroup | null => workgroupFor(limits, args.targets.shape[1]! + 1);
  return {
    supports: (args) =>
      limits.maxStorageBuffersPerShaderStage >= mostStorages &&
      workgroup(args) !== null &&
      (!args.gradient || rowBytes(args.logits.shape[0]!, args.targets.shape[1]! + 1) <= room),
    run(args) {
      const [T, B] = args.logits.shape as [number, number, number];
      const bytes = rowBytes(T, args.targets.shape[1]! + 1);
      const atOnce = args.gradient
        ? Math.max(1, Math.floor(Math.min(mostBytes, room) / Math.max(1, bytes)))
        : B;
      for (let begin = 0; begin < B; begin += atOnce) {
        // Whoever else needs the device gets it between two submissions.
        if (begin > 0) context.recorder.submit();
        const rows = rowsOf(args, begin, Math.min(B, begin + atOnce));
        withScratch(context, (scratch) => runAll(context, scratch, rows, workgroup(args)!));
      }
    },
  };
}

/** The call for some of the rows. */
function rowsOf(args: CtcLossArgs, begin: number, end: number): CtcLossArgs {
  const cut = (view: View, axis: number): View => sliceView(view, axis, begin, end);
  return {
    ...args,
    logits: cut(args.logits, 1),
    targets: cut(args.targets, 0),
    inputLengths: cut(args.inputLengths, 0),
    targetLengths: cut(args.targetLengths, 0),
    loss: cut(args.loss, 0),
    gradient: args.gradient && cut(args.gradient, 1),
  };
}

function runAll(context: KernelContext, scratch: Scratch, args: CtcLossArgs, workgroup: Workgroup): void {
  const { logits, targets, gradient } = args;
  const [T, B] = logits.shape as [number, number, number];
  const pairs = targets.shape[1]! + 1;
  const norms = viewOf(scratch(2 * T * B * ELEMENT_BYTES), [2, T, B]);
  const [largest, inverse] = [selectView(norms, 0, 0), selectView(norms, 0, 1)];
  const alphas = gradient && viewOf(scratch(B * rowBytes(T, pairs)), [T, B, pairs, 4]);
  const found: Found = { largest, inverse, alphas };
  findNorms(context, logits, found);
  sweepForward(context, args, found, workgroup);
  if (!gradient || !alphas || T === 0) return;
  sweepBack(context, args, found, workgroup);
  const occurrences = findOccurrences(context, scratch, args);
  writeGradient(context, args, { ...found, alphas }, occurrences, gradient);
}

/** What makes probabilities of the logits of a step: the largest of them, and 1 / Σ exp(logit - largest). */
function findNorms(context: KernelContext, logits: View, { largest, inverse }: Found): void {
  const [T, B, C] = logits.shape as [number, number, number];
  const column = (view: View): View => reshapeView(view, [T, B, 1])!;
  runRows(context, {
    label: 'ctcLoss',
    key: 'norms',
    inputs: { logits },
    outs: { largest: column(largest), inverse: column(inverse) },
    columns: C,
    alone: mostAlone,
    helpers: ['expOf'],
    combine: { largestOf: 'max', addUp: 'sum' },
    statements: (element) => `  var most = ${element('logits', 'min(lane, u.columns - 1)')};
  for (var i = lane + lanes; i < count; i += lanes) { most = max(most, ${element('logits', 'i')}); }
  let top = largestOf(local, lane, most);
  var part = 0f;
  for (var i = lane; i < count; i += lanes) { part += expOf(${element('logits', 'i')} - top); }
  let sum = addUp(local, lane, part);
  if (lane == 0 && row < u.rows) {
    ${element('largest', 0)} = top;
    ${element('inverse', 0)} = 1f / sum;
  }`,
  });
}
