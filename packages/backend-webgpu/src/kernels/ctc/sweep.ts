import type { CtcLossArgs, View } from '@ostinato/kernel';
import { spread } from '../../device/recorder.js';
import { helperText } from '../../wgsl/helpers.js';
import type { KernelContext } from '../context.js';
import { Operands } from '../operands.js';
import { run } from '../run.js';
import { indented } from '../text.js';
import { wideNumbers } from './wide-numbers.js';
import type { Workgroup } from './workgroup.js';

/** What a call of the loss has found so far. */
export interface Found {
  /** [T, B] the largest logit of each step. */
  readonly largest: View;
  /** [T, B] 1 / Σ exp(logit - largest). */
  readonly inverse: View;
  /**
   * [T, B, S + 1, 4] of bits, for each pair of states: α of the blank and of the symbol behind it, each a `Wide`, then the shares of
   * both in the alignments of the step, which take the first two places. Null where no gradient is wanted.
   */
  readonly alphas: View | null;
}

/** The text of a sweep. An invocation remembers of each pair that it owns `blank0`, `symbol0`, `blank1`, ..., all 0 at first. */
export interface SweepText {
  /** How many steps the row takes. */
  readonly length: string;
  /** The step that comes `count`-th. */
  readonly time: string;
  /** Statements before the first step; all invocations meet behind them. */
  readonly begin: readonly string[];
  /**
   * Statements of a step, from the `probability` of the blank and those of symbols, `probability0`, ... They read `edges` from `now` on,
   * and write them from `next` on; all invocations meet behind them.
   */
  readonly step: readonly string[];
  /** Statements behind the last step. */
  readonly end?: readonly string[];
}

/**
 * A sweep over the steps: a workgroup takes a row. States are taken in pairs, the blank before a symbol and the symbol; behind the
 * last symbol stands a blank alone, as if before a symbol of probability 0. An invocation owns some neighbouring pairs and
 * remembers them; what a pair needs of the one beside it goes through `edges` where that is another invocation's.
 */
export function sweep(
  context: KernelContext,
  { logits, targets, inputLengths, targetLengths, loss, blank }: CtcLossArgs,
  { largest, inverse, alphas }: Found,
  workgroup: Workgroup,
  direction: 'forward' | 'backward',
  text: (operands: Operands) => SweepText,
): void {
  const [, rows, classes] = logits.shape as [number, number, number];
  const groups = spread(rows);
  run(
    context,
    {
      label: 'ctcLoss',
      key: `${direction} ${workgroup.lanes} ${workgroup.owned}`,
      operands: new Operands({
        logits: { view: logits, axes: ['time', 'row', 'class'] },
        largestLogits: { view: largest, axes: ['time', 'row'] },
        inverseSums: { view: inverse, axes: ['time', 'row'] },
        targets: { view: targets, axes: ['row', 'symbol'] },
        inputLengths: { view: inputLengths, axes: ['row'] },
        targetLengths: { view: targetLengths, axes: ['row'] },
        loss: { view: loss, axes: ['row'], write: direction === 'forward' },
        alphas: alphas && {
          view: alphas,
          axes: ['time', 'row', 'pair'],
          strides: alphas.strides.slice(0, 3).map((stride) => stride / 4),
          write: true,
          elements: 'vec4<u32>',
        },
      }),
      numbers: { rows, classes, blank, pairs: targets.shape[1]! + 1, groups: groups[0] },
      code: (all) => sweepCode(all, workgroup, text(all)),
    },
    groups,
  );
}

/** Statements for each pair that an invocation owns. */
export function eachPair({ owned }: Workgroup, statements: (pair: number) => readonly string[]): string[] {
  return Array.from({ length: owned }, (_, pair) => statements(pair)).flat();
}

function sweepCode(operands: Operands, workgroup: Workgroup, text: SweepText): string {
  const { lanes, owned } = workgroup;
  // Symbols that are no classes give NaN, as gather does.
  const pairs = eachPair(workgroup, (pair) => [
    `let pair${pair} = lane * ${owned} + ${pair};`,
    `let class${pair} = classOf(row, pair${pair}, symbols);`,
    `let isClass${pair} = class${pair} >= 0 && class${pair} < u.classes;`,
    `let index${pair} = select(u.blank, class${pair}, isClass${pair});`,
    `let weight${pair} = select(fromBits(0x7fc00000u), select(0f, 1f, pair${pair} < symbols), isClass${pair});`,
    `let skips${pair} = class${pair} != u.blank && class${pair} != classOf(row, pair${pair} - 1, symbols);`,
    `var blank${pair} = nothing();`,
    `var symbol${pair} = nothing();`,
  ]);
  const probabilities = eachPair(workgroup, (pair) => [
    `let probability${pair} = probabilityOf(row, time, index${pair}, largest, weight${pair} * inverse);`,
  ]);
  return `${helperText(['fromBits', 'isNan', 'smallerOf'])}
${wideNumbers}
// At the edges between invocations, twice: what was before a step, and what is behind it.
var<workgroup> edges: array<Wide, ${2 * (lanes + 1)}>;
var<workgroup> lengthOfRow: i32;
// The last blank and the last symbol of the target.
var<workgroup> ends: array<Wide, 2>;

// The class of the symbol of a pair; the blank where there is none.
fn classOf(row: i32, pair: i32, symbols: i32) -> i32 {
  if (pair < 0 || pair >= symbols) { return u.blank; }
  return ${operands.element('targets', 'row', 'pair')};
}

fn probabilityOf(row: i32, time: i32, index: i32, largest: f32, inverse: f32) -> Wide {
  let size = wideExp(${operands.element('logits', 'time', 'row', 'index')} - largest);
  return Wide(size.part * inverse, size.power);
}

@compute @workgroup_size(${lanes})
fn main(@builtin(workgroup_id) id: vec3<u32>, @builtin(local_invocation_index) invocation: u32) {
  let row = i32(id.x) + i32(id.y) * u.groups;
  if (row >= u.rows) { return; }
  let lane = i32(invocation);
  let symbols = ${operands.element('targetLengths', 'row')};
  if (lane == 0) { lengthOfRow = ${text.length}; }
  let length = workgroupUniformLoad(&lengthOfRow);
${indented([...pairs, ...text.begin], '  ')}
  workgroupBarrier();
  var now = 0;
  for (var count = 0; count < length; count++) {
    let time = ${text.time};
    let next = ${lanes + 1} - now;
    let largest = ${operands.element('largestLogits', 'time', 'row')};
    let inverse = ${operands.element('inverseSums', 'time', 'row')};
    let probability = probabilityOf(row, time, u.blank, largest, inverse);
${indented([...probabilities, ...text.step], '    ')}
    now = next;
    workgroupBarrier();
  }
${indented(text.end ?? [], '  ')}
}
`;
}
