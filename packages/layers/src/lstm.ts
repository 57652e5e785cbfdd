import { OstinatoError } from '@ostinato/kernel';
import { type LstmForm, lstm } from './cells/lstm.js';
import { type Initializer, zero } from './init.js';
import { Recurrent } from './recurrent.js';
import type { RecurrentOptions } from './recurrent-layer.js';

/** Settings of an LSTM. */
export interface LSTMOptions extends RecurrentOptions, LstmForm {
  /**
   * Added to the start of the forget gate's bias; 1 by default, so that memory lasts from the beginning
   * (Jozefowicz et al. 2015).
   */
  readonly forgetBias?: number;
}

/** Long short-term memory (Hochreiter & Schmidhuber 1997). Gates i, f, g, o; state h, c. */
export class LSTM extends Recurrent {
  /** @throws OstinatoError also for a `forgetBias` where there is no bias */
  constructor(inputSize: number, hiddenSize: number, options: LSTMOptions = {}) {
    const { forgetBias, peephole, coupled, candidate, output, biasInit = zero, ...rest } = options;
    if (forgetBias !== undefined && options.bias === false) {
      throw new OstinatoError(
        `LSTM: forgetBias ${forgetBias} has no bias to go into; leave out forgetBias or bias: false`,
      );
    }
    const withForgetBias: Initializer = (shape, random) => {
      const values = Float32Array.from(biasInit(shape, random));
      // With coupled gates f = 1 - i: a low input gate is what lets memory last.
      const [first, sign] = coupled ? [0, -1] : [hiddenSize, 1];
      for (let unit = 0; unit < hiddenSize; unit++) values[first + unit]! += sign * (forgetBias ?? 1);
      return values;
    };
    super(lstm({ peephole, coupled, candidate, output }), inputSize, hiddenSize, {
      ...rest,
      biasInit: withForgetBias,
    });
  }
}
