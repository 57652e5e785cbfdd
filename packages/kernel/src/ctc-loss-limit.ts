/**
 * The largest CTC loss, in nats: what a target has that cannot fit its input, or that is less likely than e to the power of minus
 * this. Backends write it in place of Infinity, on which shaders cannot rely; float32 holds it exactly.
 */
export const ctcLossLimit = 2 ** 28;
