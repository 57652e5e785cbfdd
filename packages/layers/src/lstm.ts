import { type LstmForm, lstm } from './cells/lstm.js';
import { type ForgetBiasOptions, withForgetBias } from './forget-bias.js';
import { Recurrent } from './recurrent.js';
import type { RecurrentOptions } from './recurrent-layer.js';

/** Settings of an LSTM. */
export interface LSTMOptions extends RecurrentOptions, LstmForm, Pick<ForgetBiasOptions, 'forgetBias'> {}

/** Long short-term memory (Hochreiter & Schmidhuber 1997). Gates i, f, g, o; state h, c. */
export class LSTM extends Recurrent {
  /** @throws OstinatoError also for a `forgetBias` where there is no bias */
  constructor(inputSize: number, hiddenSize: number, options: LSTMOptions = {}) {
    const { forgetBias: _, peephole, coupled, candidate, output, ...rest } = options;
    const biasInit = withForgetBias('LSTM', hiddenSize, options);
    super(lstm({ peephole, coupled, candidate, output }), inputSize, hiddenSize, { ...rest, biasInit });
  }
}
