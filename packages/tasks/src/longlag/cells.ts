import {
  Clockwork,
  Elman,
  GRU,
  type GRUOptions,
  IndRNN,
  IRNN,
  LSTM,
  type LSTMOptions,
  MGU,
  SCRN,
  type SequenceLayer,
} from '@ostinato/layers';
import { chrono } from './chrono.js';

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

/** With periods 1, 2, 4, ... the slowest group works at most every `lag` steps, and at most every 256: 9 groups. */
const clockworkGroups = (lag: number): number => 1 + Math.floor(Math.log2(Math.min(lag, 256)));

/** The recurrent networks that are compared, by name. A new one is a line here. */
export const longLagCells = {
  lstm: (inputSize, hidden, lag) => new LSTM(inputSize, hidden, lstmBias(lag)),
  // Without knowing how long the lag is: a forget bias of 1 (Jozefowicz et al. 2015).
  'lstm-plain': (inputSize, hidden) => new LSTM(inputSize, hidden),
  peephole: (inputSize, hidden, lag) => new LSTM(inputSize, hidden, { peephole: true, ...lstmBias(lag) }),
  gru: (inputSize, hidden, lag) => new GRU(inputSize, hidden, gruBias(lag)),
  elman: (inputSize, hidden) => new Elman(inputSize, hidden),
  irnn: (inputSize, hidden) => new IRNN(inputSize, hidden),
  indrnn: (inputSize, hidden) => new IndRNN(inputSize, hidden),
  mgu: (inputSize, hidden) => new MGU(inputSize, hidden),
  clockwork: (inputSize, hidden, lag) =>
    new Clockwork(inputSize, hidden, { groups: Math.min(hidden, clockworkGroups(lag)) }),
  // A quarter of the units are context units.
  scrn: (inputSize, hidden) =>
    new SCRN(inputSize, Math.ceil(0.75 * hidden), Math.max(1, Math.floor(hidden / 4))),
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
