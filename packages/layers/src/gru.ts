import {
  add,
  expandDims,
  less,
  matmul,
  mul,
  type RecurrenceResult,
  reshape,
  scan,
  select,
  sigmoid,
  slice,
  sub,
  type Tensor,
  tanh,
  where,
  zeros,
} from '@ostinato/tensor';
import { gru } from './cells/gru.js';
import { Recurrent, type RecurrentOptions } from './recurrent.js';

/** Settings of a GRU. */
export interface GRUOptions extends RecurrentOptions {
  /**
   * Whether the reset gate acts after the product with R (cuDNN, PyTorch, Keras's `reset_after`; the default) or before it
   * (Cho et al. 2014). Before it, a step needs two products and runs on the tape, which is much slower.
   */
  readonly resetAfter?: boolean;
}

/** Gated recurrent unit (Cho et al. 2014). Gates reset, update, new; state h. */
export class GRU extends Recurrent {
  readonly resetAfter: boolean;

  constructor(inputSize: number, hiddenSize: number, { resetAfter = true, ...options }: GRUOptions = {}) {
    super(gru, inputSize, hiddenSize, options);
    this.resetAfter = resetAfter;
  }

  protected override run(inputs: {
    x: Tensor;
    lengths: Tensor | undefined;
    initial: Tensor | undefined;
    reverse: boolean | undefined;
  }): RecurrenceResult {
    return this.resetAfter ? super.run(inputs) : this.#runResetBefore(inputs);
  }

  /** h' = (1 - z) tanh(x_n + (r ∘ h)·R_n + b) + z h, step by step. */
  #runResetBefore({ x, lengths, initial, reverse }: Parameters<GRU['run']>[0]): RecurrenceResult {
    const hidden = this.outputSize;
    const weights = this.recurrentWeight;
    const [, batch] = x.shape as [number, number];
    const gateWeights = weights && slice(weights, 1, 0, 2 * hidden);
    const newWeights = weights && slice(weights, 1, 2 * hidden);
    const product = (h: Tensor, w: Tensor | undefined): Tensor | number => (w ? matmul(h, w) : 0);
    const lengthOfRow = lengths && expandDims(lengths, 1);
    const start = initial ? select(initial, 0, 0) : zeros([batch, hidden], { backend: x.backend });
    const { output, carry } = scan(
      (gates, h, time) => {
        const sums = sigmoid(
          add(reshape(slice(gates, 1, 0, 2), [batch, 2 * hidden]), product(h, gateWeights)),
        );
        const reset = slice(sums, 1, 0, hidden);
        const update = slice(sums, 1, hidden);
        const recurrent = add(product(mul(reset, h), newWeights), select(this.cellParameters!, 0, 0));
        const candidate = tanh(add(select(gates, 1, 2), recurrent));
        const next = add(candidate, mul(update, sub(h, candidate)));
        const kept = lengthOfRow ? where(less(time, lengthOfRow), next, h) : next;
        return { carry: kept, output: kept };
      },
      x,
      start,
      { reverse: reverse ?? false },
    );
    return { output, final: expandDims(carry, 0) };
  }
}
