import type { Activation } from './cells/activation.js';
import { indrnn } from './cells/indrnn.js';
import { type Initializer, uniformBetween } from './init.js';
import { Recurrent } from './recurrent.js';

/** Settings of an IndRNN. */
export interface IndRNNOptions {
  /** ReLU by default. */
  readonly activation?: Activation;
  /** Whether the input projection has a bias; yes by default. */
  readonly bias?: boolean;
  /** How the input weights [in, hidden] start; Glorot uniform by default. */
  readonly weightInit?: Initializer;
  /**
   * How the weight of each unit's own state starts, [1, hidden]; uniform between 0 and 1 by default, so that units remember for
   * different times.
   */
  readonly recurrentInit?: Initializer;
  /** How the bias [hidden] starts; zeros by default. */
  readonly biasInit?: Initializer;
}

/**
 * Independently recurrent units (Li et al. 2018): a step costs no product at all, and how long a unit remembers can be read off its one
 * weight (`cellParameters` [1, hidden]). Stack at least two, so that units can meet. For sequences of T steps the paper keeps the weights
 * within ±2^(1/T). State: h.
 */
export class IndRNN extends Recurrent {
  /** @throws OstinatoError for an activation that there is not, or sizes that are not whole numbers from 1 */
  constructor(
    inputSize: number,
    hiddenSize: number,
    { activation = 'relu', recurrentInit = uniformBetween(0, 1), ...options }: IndRNNOptions = {},
  ) {
    super(indrnn(activation), inputSize, hiddenSize, {
      ...options,
      mixing: false,
      parameterInit: recurrentInit,
    });
  }
}
