import { type CtcLossArgs, ctcLossLimit } from '@ostinato/kernel';
import type { KernelContext } from '../context.js';
import type { Operands } from '../operands.js';
import { eachPair, type Found, type SweepText, sweep } from './sweep.js';
import type { Workgroup } from './workgroup.js';

/**
 * The sweep back (Graves et al. 2006, section 4.1): β of a state is the probability of all ways on from it. In place of α it leaves
 * α β, the share of each state in the alignments of a step, about divided by the probability of all. How large all shares of a step are
 * together differs by rounding: it takes the sum of them to divide by.
 *
 * An invocation remembers β with the probability of the step itself, as the step before needs it.
 */
export function sweepBack(
  context: KernelContext,
  args: CtcLossArgs,
  found: Found,
  workgroup: Workgroup,
): void {
  sweep(context, args, found, workgroup, 'backward', (operands) => textOf(operands, workgroup));
}

function textOf(operands: Operands, workgroup: Workgroup): SweepText {
  const { lanes, owned } = workgroup;
  const loss = operands.element('loss', 'row');
  /** How a pair is entered from the symbol before it: through its blank, or past it. */
  const entered = (pair: number): string => `wideSum(blank${pair}, wideWhere(skips${pair}, symbol${pair}))`;
  const share = (state: string, part: string, power: string): string =>
    `bitcast<u32>(narrow(bitcast<f32>(${part}) * ${state}.part, bitcast<i32>(${power}) + ${state}.power - shift))`;
  // From the first pair to the last, so that each finds the one behind it as it was.
  const step = eachPair(workgroup, (pair) => {
    const place = operands.element('alphas', 'time', 'row', `pair${pair}`);
    return [
      `let onBlank${pair} = wideSum(blank${pair}, symbol${pair});`,
      `let onSymbol${pair} = wideSum(symbol${pair}, ${pair === owned - 1 ? 'edges[now + lane + 1]' : entered(pair + 1)});`,
      `if (pair${pair} < u.pairs) {`,
      `  let alpha = ${place};`,
      `  let blankShare = ${share(`onBlank${pair}`, 'alpha.x', 'alpha.y')};`,
      `  let symbolShare = ${share(`onSymbol${pair}`, 'alpha.z', 'alpha.w')};`,
      `  ${place} = vec4<u32>(blankShare, symbolShare, 0u, 0u);`,
      '}',
      `blank${pair} = wideProduct(onBlank${pair}, probability);`,
      `symbol${pair} = wideProduct(onSymbol${pair}, probability${pair});`,
    ];
  });
  return {
    // Rows without a gradient stay where they are.
    length: `select(${operands.element('inputLengths', 'row')}, 0, ${loss} >= ${ctcLossLimit}f)`,
    time: 'length - 1 - count',
    begin: [
      `let shift = i32(round(${loss} * -1.4426950408889634f));`,
      ...eachPair(workgroup, (pair) => [`if (pair${pair} == symbols) { blank${pair} = Wide(1f, 0); }`]),
      'if (lane == 0) {',
      `  edges[${lanes}] = nothing();`,
      `  edges[${2 * lanes + 1}] = nothing();`,
      '}',
      'edges[lane] = blank0;',
    ],
    step: [...step, `edges[next + lane] = ${entered(0)};`],
  };
}
