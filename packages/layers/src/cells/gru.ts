import { defineCell, expr } from '@ostinato/kernel';

const { add, mul, sigmoid, sub, tanh } = expr;

/**
 * Gated recurrent unit with the reset gate after the product (Cho et al. 2014, in the form of cuDNN, PyTorch and Keras's
 * `reset_after`). Gates reset, update, new; the parameter is the new gate's own recurrent bias b.
 *
 *     r = sigmoid(x_r + h·R_r)    z = sigmoid(x_z + h·R_z)
 *     n = tanh(x_n + r (h·R_n + b))
 *     h' = (1 - z) n + z h
 */
export const gru = defineCell(
  { name: 'gru', gates: 3, states: 1, parameters: 1 },
  ({ x, r, s: [h], p: [b] }) => {
    const reset = sigmoid(add(x[0]!, r[0]!));
    const update = sigmoid(add(x[1]!, r[1]!));
    const candidate = tanh(add(x[2]!, mul(reset, add(r[2]!, b!))));
    return [add(candidate, mul(update, sub(h!, candidate)))];
  },
);

/**
 * Gated recurrent unit with the reset gate before the product (Cho et al. 2014; ONNX's `linear_before_reset = 0`): what is reset is the
 * state of the other units, which takes a second product within the step. Gates and parameter as those of `gru`.
 *
 *     r = sigmoid(x_r + h·R_r)    z = sigmoid(x_z + h·R_z)
 *     n = tanh(x_n + (r h)·R_n + b)
 *     h' = (1 - z) n + z h
 */
export const gruResetBefore = defineCell(
  { name: 'gru-reset-before', gates: 3, states: 1, parameters: 1, innerGates: 1 },
  ({ x, r, s: [h], p: [b], multiply }) => {
    const reset = sigmoid(add(x[0]!, r[0]!));
    const update = sigmoid(add(x[1]!, r[1]!));
    const [product] = multiply(mul(reset, h!));
    const candidate = tanh(add(x[2]!, add(product!, b!)));
    return [add(candidate, mul(update, sub(h!, candidate)))];
  },
);
