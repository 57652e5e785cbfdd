import { type CtcLossArgs, ctcLossLimit, selectView, type View } from '@ostinato/kernel';
import { spread } from '../../device/recorder.js';
import { helperText } from '../../wgsl/helpers.js';
import type { KernelContext } from '../context.js';
import { Operands } from '../operands.js';
import { teamFor } from '../rows.js';
import { run } from '../run.js';
import { declareTeam, findTeam, type Team, teamDirectives, teamNumbers } from '../team.js';
import { indented } from '../text.js';
import type { Occurrences } from './occurrences.js';

import type { Found } from './sweep.js';
import { mostAlone } from './workgroup.js';

/**
 * The gradient by logits (Graves et al. 2006, equation 16): the probability of each class, less its share in the alignments of the
 * step. A team of invocations takes a row at a step; each invocation owns classes, and adds up what their symbols have.
 */
export function writeGradient(
  context: KernelContext,
  { logits, targets, inputLengths, loss, blank }: CtcLossArgs,
  { largest, inverse, alphas }: Found & { alphas: View },
  { first, next }: Occurrences,
  gradient: View,
): void {
  const [T, rows, classes] = logits.shape as [number, number, number];
  const pairs = targets.shape[1]! + 1;
  const team = teamFor(Math.max(classes, pairs), context.device, mostAlone);
  const groups = spread(Math.ceil((T * rows) / team.width));
  const axes = ['time', 'row'];
  run(
    context,
    {
      label: 'ctcLoss',
      key: `gradient ${team.kind} ${team.size}`,
      operands: new Operands({
        logits: { view: logits, axes: [...axes, 'class'] },
        largestLogits: { view: largest, axes },
        inverseSums: { view: inverse, axes },
        blankShares: { view: selectView(alphas, 3, 0), axes: [...axes, 'pair'] },
        symbolShares: { view: selectView(alphas, 3, 1), axes: [...axes, 'pair'] },
        firstSymbols: { view: first, axes: ['row', 'class'] },
        nextSymbols: { view: next, axes: ['row', 'symbol'] },
        inputLengths: { view: inputLengths, axes: ['row'] },
        loss: { view: loss, axes: ['row'] },
        gradient: { view: gradient, axes: [...axes, 'class'], write: true },
      }),
      numbers: { steps: T, rows, classes, pairs, blank, groupsAcross: groups[0], ...teamNumbers(team) },
      directives: teamDirectives(team),
      code: (all) => codeOf(all, team),
    },
    groups,
  );
}

function codeOf(operands: Operands, team: Team): string {
  const at = (name: string, ...position: string[]): string => operands.element(name, ...position);
  return `${helperText(['isNan'])}
${declareTeam(team, { addUp: 'sum' })}

@compute @workgroup_size(${team.size})
fn main(@builtin(workgroup_id) id: vec3<u32>, @builtin(local_invocation_index) invocation: u32) {
${indented(findTeam(team, 'invocation', 'i32(id.x) + i32(id.y) * u.groupsAcross'), '  ')}
  let isHere = team < u.steps * u.rows;
  let time = select(0, team / u.rows, isHere);
  let row = select(0, team % u.rows, isHere);
  let rowLoss = ${at('loss', 'row')};
  let counts = isHere && time < ${at('inputLengths', 'row')} && !(rowLoss >= ${ctcLossLimit}f);
  let pairs = select(0, u.pairs, counts);
  var blankPart = 0f;
  var symbolPart = 0f;
  for (var pair = lane; pair < pairs; pair += lanes) {
    blankPart += ${at('blankShares', 'time', 'row', 'pair')};
    symbolPart += ${at('symbolShares', 'time', 'row', 'pair')};
  }
  let blankShare = addUp(local, lane, blankPart);
  let total = blankShare + addUp(local, lane, symbolPart);
  let largest = ${at('largestLogits', 'time', 'row')};
  let inverse = ${at('inverseSums', 'time', 'row')};
  let classes = select(0, u.classes, isHere);
  for (var index = lane; index < classes; index += lanes) {
    var slope = 0f;
    if (counts) {
      var share = select(0f, blankShare, index == u.blank);
      var symbol = ${at('firstSymbols', 'row', 'index')};
      while (symbol >= 0) {
        share += ${at('symbolShares', 'time', 'row', 'symbol')};
        symbol = ${at('nextSymbols', 'row', 'symbol')};
      }
      slope = exp(${at('logits', 'time', 'row', 'index')} - largest) * inverse - share / total;
      slope = select(slope, rowLoss, isNan(rowLoss));
    }
    ${at('gradient', 'time', 'row', 'index')} = slope;
  }
}
`;
}
