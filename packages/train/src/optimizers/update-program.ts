import { defineProgram, expr, type MapProgram } from '@ostinato/kernel';
import type { UpdateRule } from './rule.js';

const { add, less, maximum, minimum, mul, neg, select } = expr;

/** Which parts an update program has besides the rule itself. */
export interface UpdateParts {
  /** Limits each element of the gradient. */
  readonly clipsValue: boolean;
  /** Weight decay. */
  readonly decays: boolean;
  /** One more input, see `gateProgram`: the factor of the gradient, or -1 to leave everything as it is. */
  readonly gated: boolean;
}

/** How many scalar arguments come before those of the rule: rate, gradient scale, decay, limit. */
const OWN_SCALARS = 4;

/**
 * The program of one update: inputs parameter, gradient, moments and, if gated, the gate; outputs parameter and moments.
 * Scalar arguments: rate, gradient scale, decay (for decoupled decay the factor 1 - rate · decay), limit of elements,
 * then the rule's own.
 */
export function updateProgram(rule: UpdateRule, { clipsValue, decays, gated }: UpdateParts): MapProgram {
  const kept = rule.moments.length;
  const arity = { inputs: 2 + kept + (gated ? 1 : 0), scalars: OWN_SCALARS + rule.numberCount };
  return defineProgram(arity, ({ x, a }) => {
    const [before, raw] = [x[0]!, x[1]!];
    const moments = x.slice(2, 2 + kept);
    const gate = x[2 + kept];
    const [rate, scale, decay, limit] = a as [expr.Scalar, expr.Scalar, expr.Scalar, expr.Scalar];
    let gradient = mul(raw, scale);
    if (clipsValue) gradient = minimum(limit, maximum(neg(limit), gradient));
    if (gate) gradient = mul(gradient, gate);
    let parameter: expr.Expr = before;
    if (decays && rule.decoupledDecay) parameter = mul(parameter, decay);
    else if (decays) gradient = add(gradient, mul(decay, parameter));
    const next = rule.build({ parameter, gradient, moments, rate, numbers: a.slice(OWN_SCALARS) });
    const outputs = [next.parameter, ...next.moments];
    if (!gate) return outputs;
    return outputs.map((output, index) =>
      select(less(gate, 0), index === 0 ? before : moments[index - 1]!, output),
    );
  });
}
