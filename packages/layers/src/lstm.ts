import { type LstmForm, lstm } from './cells/lstm.js';
import { type Initializer, zero } from './init.js';
import { Recurrent, type RecurrentOptions } from './recurrent.js';

/** Settings of an LSTM. */
export interface LSTMOptions extends RecurrentOptions, LstmForm {
  /** Start of the forget gate's bias; 1 by default, so that memory lasts from the beginning (Jozefowicz et al. 2015). */
  readonly forgetBias?: number;
}

/** Long short-term memory (Hochreiter & Schmidhuber 1997). Gates i, f, g, o; state h, c. */
export class LSTM extends Recurrent {
  constructor(inputSize: number, hiddenSize: number, options: LSTMOptions = {}) {
    const { forgetBias = 1, peephole, coupled, candidate, output, biasInit = zero, ...rest } = options;
    const withForgetBias: Initializer = (shape, random) => {
      const values = biasInit(shape, random);
      // With coupled gates f = 1 - i: a low input gate is what lets memory last.
      const [first, sign] = coupled ? [0, -1] : [hiddenSize, 1];
      for (let unit = 0; unit < hiddenSize; unit++) values[first + unit]! += sign * forgetBias;
      return values;
    };
    super(lstm({ peephole, coupled, candidate, output }), inputSize, hiddenSize, {
      ...rest,
      biasInit: withForgetBias,
    });
  }
}
