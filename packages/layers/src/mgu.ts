import { mgu } from './cells/mgu.js';
import { Recurrent } from './recurrent.js';
import type { RecurrentOptions } from './recurrent-layer.js';

/** Minimal gated unit (Zhou et al. 2016): two thirds of the parameters of a GRU. Gates forget, new; state h. */
export class MGU extends Recurrent {
  constructor(inputSize: number, hiddenSize: number, options: RecurrentOptions = {}) {
    super(mgu, inputSize, hiddenSize, options);
  }
}
