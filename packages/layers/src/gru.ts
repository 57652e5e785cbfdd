import { gru, gruResetBefore } from './cells/gru.js';
import { Recurrent } from './recurrent.js';
import type { RecurrentOptions } from './recurrent-layer.js';

/** Settings of a GRU. */
export interface GRUOptions extends RecurrentOptions {
  /**
   * Whether the reset gate acts after the product with R (cuDNN, PyTorch, Keras's `reset_after`; the default) or before it
   * (Cho et al. 2014), which takes two products in each step.
   */
  readonly resetAfter?: boolean;
}

/** Gated recurrent unit (Cho et al. 2014). Gates reset, update, new; state h. */
export class GRU extends Recurrent {
  readonly resetAfter: boolean;

  constructor(inputSize: number, hiddenSize: number, { resetAfter = true, ...options }: GRUOptions = {}) {
    super(resetAfter ? gru : gruResetBefore, inputSize, hiddenSize, options);
    this.resetAfter = resetAfter;
  }
}
