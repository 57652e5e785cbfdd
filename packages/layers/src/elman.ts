import type { Activation } from './cells/activation.js';
import { elman } from './cells/elman.js';
import { Recurrent } from './recurrent.js';
import type { RecurrentOptions } from './recurrent-layer.js';

/** Settings of an Elman network. */
export interface ElmanOptions extends RecurrentOptions {
  /** tanh by default. */
  readonly activation?: Activation;
}

/** The simple recurrent network (Elman 1990), which Keras calls SimpleRNN. State: h. */
export class Elman extends Recurrent {
  /** @throws OstinatoError for an activation that there is not, or sizes that are not whole numbers from 1 */
  constructor(inputSize: number, hiddenSize: number, { activation = 'tanh', ...options }: ElmanOptions = {}) {
    super(elman(activation), inputSize, hiddenSize, options);
  }
}
