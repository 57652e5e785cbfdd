import { defineCell, expr } from '@ostinato/kernel';

const { add, mul, sigmoid, sub, tanh } = expr;

/**
 * Minimal gated unit (Zhou et al. 2016, "Minimal gated unit for recurrent neural networks"): a GRU whose one gate both resets and
 * updates. Gates forget, new.
 *
 *     f = sigmoid(x_f + h·R_f)    n = tanh(x_n + (f h)·R_n)
 *     h' = (1 - f) h + f n
 */
export const mgu = defineCell(
  { name: 'mgu', gates: 2, states: 1, innerGates: 1 },
  ({ x, r, s: [h], multiply }) => {
    const forget = sigmoid(add(x[0]!, r[0]!));
    const [product] = multiply(mul(forget, h!));
    const candidate = tanh(add(x[1]!, product!));
    return [add(h!, mul(forget, sub(candidate, h!)))];
  },
);
