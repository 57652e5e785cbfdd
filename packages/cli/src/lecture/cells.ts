import { Clockwork, Elman, GRU, IRNN, LSTM, SCRN, type SequenceLayer } from '@ostinato/layers';

/** A recurrent network that experiments compare. */
export interface ComparedCell {
  readonly name: string;
  readonly make: (inputSize: number, hiddenSize: number) => SequenceLayer<unknown>;
  /** Whether it is another one of these, started differently: nothing new where parameters are counted. */
  readonly isVariant?: boolean;
}

/** The recurrent networks that experiments compare; another one is a line here. */
export const cells: readonly ComparedCell[] = [
  { name: 'Elman', make: (inputSize, hiddenSize) => new Elman(inputSize, hiddenSize) },
  { name: 'IRNN', make: (inputSize, hiddenSize) => new IRNN(inputSize, hiddenSize) },
  { name: 'LSTM', make: (inputSize, hiddenSize) => new LSTM(inputSize, hiddenSize) },
  {
    name: 'LSTM, forget gate open',
    make: (inputSize, hiddenSize) => new LSTM(inputSize, hiddenSize, { forgetBias: 3 }),
    isVariant: true,
  },
  { name: 'GRU', make: (inputSize, hiddenSize) => new GRU(inputSize, hiddenSize) },
  {
    name: 'Clockwork',
    make: (inputSize, hiddenSize) =>
      new Clockwork(inputSize, hiddenSize, { groups: Math.min(6, hiddenSize) }),
  },
  {
    name: 'SCRN',
    // As many units as the others have, half of them context units.
    make: (inputSize, hiddenSize) =>
      new SCRN(inputSize, Math.ceil(hiddenSize / 2), Math.max(1, Math.floor(hiddenSize / 2))),
  },
];
