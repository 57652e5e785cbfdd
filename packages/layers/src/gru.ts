import { type CellProgram, defineProgram, expr } from '@ostinato/kernel';
import {
  add,
  expandDims,
  mapTensors,
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
  zeros,
} from '@ostinato/tensor';
import { gru } from './cells/gru.js';
import { runCell } from './recurrent.js';
import { RecurrentLayer, type RecurrentOptions, type Walk } from './recurrent-layer.js';

/** Settings of a GRU. */
export interface GRUOptions extends RecurrentOptions {
  /**
   * Whether the reset gate acts after the product with R (cuDNN, PyTorch, Keras's `reset_after`; the default) or before it
   * (Cho et al. 2014). Before it, a step needs two products and runs on the tape, which is much slower; lengths in a tensor
   * are then not checked by `checked` either.
   */
  readonly resetAfter?: boolean;
}

/** The new state where the time is real, else the old one. */
const keepInPadding = defineProgram({ inputs: 3, scalars: 1 }, ({ x: [next, before, length], a: [time] }) => [
  expr.select(expr.less(time!, length!), next!, before!),
]);

/** Gated recurrent unit (Cho et al. 2014). Gates reset, update, new; state h. */
export class GRU extends RecurrentLayer {
  readonly resetAfter: boolean;
  /** What one unit does; undefined where the reset gate acts before the product, which no cell of single units says. */
  readonly cell: CellProgram | undefined;

  constructor(inputSize: number, hiddenSize: number, { resetAfter = true, ...options }: GRUOptions = {}) {
    super(gru, inputSize, hiddenSize, options);
    this.resetAfter = resetAfter;
    this.cell = resetAfter ? gru : undefined;
  }

  protected override run(walk: Walk): RecurrenceResult {
    const mask = this.feedbackMask(walk);
    return this.cell ? runCell(this.cell, walk, this, mask) : this.#runResetBefore(walk, mask);
  }

  /** h' = (1 - z) tanh(x_n + (r ∘ h)·R_n + b) + z h, step by step; dropout masks the h of products. */
  #runResetBefore({ x, lengths, initial, reverse }: Walk, mask: Tensor | undefined): RecurrenceResult {
    const hidden = this.outputSize;
    const weights = this.recurrentWeight;
    const [time, batch] = x.shape as [number, number];
    const { backend } = x;
    const start = initial ? select(initial, 0, 0) : zeros([batch, hidden], { backend });
    if (time === 0) return { output: zeros([0, batch, hidden], { backend }), final: expandDims(start, 0) };
    const gateWeights = weights && slice(weights, 1, 0, 2 * hidden);
    const newWeights = weights && slice(weights, 1, 2 * hidden);
    const product = (h: Tensor, w: Tensor | undefined): Tensor | number => (w ? matmul(h, w) : 0);
    const bias = select(this.cellParameters!, 0, 0);
    const dropped = mask && select(mask, 0, 0);
    const lengthOfRow = lengths && expandDims(lengths, 1);
    const { output, carry } = scan(
      (gates, h, time) => {
        const fedBack = dropped ? mul(h, dropped) : h;
        const sums = sigmoid(
          add(reshape(slice(gates, 1, 0, 2), [batch, 2 * hidden]), product(fedBack, gateWeights)),
        );
        const reset = slice(sums, 1, 0, hidden);
        const update = slice(sums, 1, hidden);
        const recurrent = add(product(mul(reset, fedBack), newWeights), bias);
        const candidate = tanh(add(select(gates, 1, 2), recurrent));
        const next = add(candidate, mul(update, sub(h, candidate)));
        const kept = lengthOfRow ? mapTensors('GRU', keepInPadding, [next, h, lengthOfRow], [time]) : next;
        return { carry: kept, output: kept };
      },
      x,
      start,
      { reverse },
    );
    return { output, final: expandDims(carry, 0) };
  }
}
