import { type Activation, elman } from './cells/elman.js';
import { Recurrent, type RecurrentOptions } from './recurrent.js';

/** Settings of an Elman network. */
export interface ElmanOptions extends RecurrentOptions {
  /** tanh by default. */
  readonly activation?: Activation;
}

/** The simple recurrent network (Elman 1990), which Keras calls SimpleRNN. State: h. */
export class Elman extends Recurrent {
  constructor(inputSize: number, hiddenSize: number, { activation = 'tanh', ...options }: ElmanOptions = {}) {
    super(elman(activation), inputSize, hiddenSize, options);
  }
}
