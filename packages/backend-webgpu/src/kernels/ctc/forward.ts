import { type CtcLossArgs, ctcLossLimit } from '@ostinato/kernel';
import type { KernelContext } from '../context.js';
import type { Operands } from '../operands.js';
import { eachPair, type Found, type SweepText, sweep } from './sweep.js';
import type { Workgroup } from './workgroup.js';

/**
 * The sweep forward (Graves et al. 2006, section 4.1): α of a state is the probability of all ways to it, the step's own included. It
 * writes the loss, and α of all steps where a gradient is wanted.
 */
export function sweepForward(
  context: KernelContext,
  args: CtcLossArgs,
  found: Found,
  workgroup: Workgroup,
): void {
  sweep(context, args, found, workgroup, 'forward', (operands) => textOf(operands, workgroup));
}

function textOf(operands: Operands, workgroup: Workgroup): SweepText {
  const { lanes, owned } = workgroup;
  // From the last pair to the first, so that each finds the symbol before it as it was.
  const pairsBackwards = Array.from({ length: owned }, (_, index) => owned - 1 - index);
  const step = pairsBackwards.flatMap((pair) => {
    const before = pair === 0 ? 'edges[now + lane]' : `symbol${pair - 1}`;
    return [
      `let before${pair} = ${before};`,
      `symbol${pair} = wideProduct(wideSum(wideSum(symbol${pair}, blank${pair}), wideWhere(skips${pair}, before${pair})), probability${pair});`,
      `blank${pair} = wideProduct(wideSum(blank${pair}, before${pair}), probability);`,
    ];
  });
  return {
    length: operands.element('inputLengths', 'row'),
    time: 'count',
    begin: [
      'if (lane == 0) {',
      '  blank0 = Wide(1f, 0);',
      '  edges[0] = nothing();',
      `  edges[${lanes + 1}] = nothing();`,
      '  ends[1] = nothing();',
      '}',
      'edges[lane + 1] = nothing();',
    ],
    step: [
      ...step,
      ...(operands.has('alphas') ? storeAlphas(operands, workgroup) : []),
      `edges[next + lane + 1] = symbol${owned - 1};`,
    ],
    end: [
      ...eachPair(workgroup, (pair) => [
        `if (pair${pair} == symbols) { ends[0] = blank${pair}; }`,
        `if (pair${pair} == symbols - 1) { ends[1] = symbol${pair}; }`,
      ]),
      'workgroupBarrier();',
      'if (lane == 0) {',
      '  let total = wideSum(ends[0], ends[1]);',
      `  var result = ${ctcLossLimit}f;`,
      '  if (bitcast<u32>(total.part) != 0u) { result = smallerOf(result, 0f - wideLog(total)); }',
      `  ${operands.element('loss', 'row')} = result;`,
      '}',
    ],
  };
}

function storeAlphas(operands: Operands, workgroup: Workgroup): string[] {
  return eachPair(workgroup, (pair) => {
    const numbers = [`blank${pair}`, `symbol${pair}`].flatMap((name) => [
      `bitcast<u32>(${name}.part)`,
      `bitcast<u32>(${name}.power)`,
    ]);
    const place = operands.element('alphas', 'time', 'row', `pair${pair}`);
    return [`if (pair${pair} < u.pairs) { ${place} = vec4<u32>(${numbers.join(', ')}); }`];
  });
}
