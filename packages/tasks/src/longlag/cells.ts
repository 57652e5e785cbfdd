import {
  Elman,
  GRU,
  type GRUOptions,
  initializers,
  LSTM,
  type LSTMOptions,
  type SequenceLayer,
} from '@ostinato/layers';
import { chrono } from './chrono.js';

const { identity, normal } = initializers;

/** Makes a recurrent layer for sequences whose longest lag is `lag` steps. */
type Factory = (inputSize: number, hidden: number, lag: number) => SequenceLayer<unknown>;

/**
 * Gates i, f, g, o. What has to be remembered without end, as counts have, needs a forget gate that stays open, 1 - f = 0.0003, and
 * an input gate that is not shut.
 */
const lstmBias = (lag: number): Pick<LSTMOptions, 'biasInit' | 'forgetBias'> =>
  lag === Number.POSITIVE_INFINITY
    ? { forgetBias: 8 }
    : { biasInit: chrono(lag, { gates: 4, keeps: 1, takes: 0 }), forgetBias: 0 };

/** Gates reset, update, new. */
const gruBias = (lag: number): Pick<GRUOptions, 'biasInit'> =>
  lag === Number.POSITIVE_INFINITY ? {} : { biasInit: chrono(lag, { gates: 3, keeps: 1 }) };

/** The recurrent networks that are compared, by name. A new one is a line here. */
export const longLagCells = {
  lstm: (inputSize, hidden, lag) => new LSTM(inputSize, hidden, lstmBias(lag)),
  // Without knowing how long the lag is: a forget bias of 1 (Jozefowicz et al. 2015).
  'lstm-plain': (inputSize, hidden) => new LSTM(inputSize, hidden),
  peephole: (inputSize, hidden, lag) => new LSTM(inputSize, hidden, { peephole: true, ...lstmBias(lag) }),
  gru: (inputSize, hidden, lag) => new GRU(inputSize, hidden, gruBias(lag)),
  elman: (inputSize, hidden) => new Elman(inputSize, hidden),
  // Le et al. 2015: R starts as the identity, biases at 0, the other weights with deviation 0.001.
  irnn: (inputSize, hidden) =>
    new Elman(inputSize, hidden, {
      activation: 'relu',
      recurrentInit: identity,
      weightInit: normal(0.001),
    }),
  // Henaff et al. 2016, "Recurrent orthogonal networks and long-memory tasks" (LT-ORNN): linear, R starts orthogonal.
  orthogonal: (inputSize, hidden) => new Elman(inputSize, hidden, { activation: 'linear' }),
} satisfies Record<string, Factory>;

/** Name of one of the compared networks. */
export type LongLagCell = keyof typeof longLagCells;

/** Makes the recurrent layer of that name. */
export function recurrentLayer(
  cell: LongLagCell,
  inputSize: number,
  hidden: number,
  lag: number,
): SequenceLayer<unknown> {
  return longLagCells[cell](inputSize, hidden, lag);
}
