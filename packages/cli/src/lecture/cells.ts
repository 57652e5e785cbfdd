import { Elman, GRU, initializers, LSTM, type RecurrentLayer } from '@ostinato/layers';

/** A recurrent network that experiments compare. */
export interface ComparedCell {
  readonly name: string;
  readonly make: (inputSize: number, hiddenSize: number) => RecurrentLayer;
  /** Whether it is another one of these, started differently: nothing new where parameters are counted. */
  readonly isVariant?: boolean;
}

/** The recurrent networks that experiments compare; another one is a line here. */
export const cells: readonly ComparedCell[] = [
  { name: 'Elman', make: (inputSize, hiddenSize) => new Elman(inputSize, hiddenSize) },
  { name: 'IRNN', make: irnn },
  { name: 'LSTM', make: (inputSize, hiddenSize) => new LSTM(inputSize, hiddenSize) },
  {
    name: 'LSTM, forget gate open',
    make: (inputSize, hiddenSize) => new LSTM(inputSize, hiddenSize, { forgetBias: 3 }),
    isVariant: true,
  },
  { name: 'GRU', make: (inputSize, hiddenSize) => new GRU(inputSize, hiddenSize) },
];

/** A plain network with ReLU whose memory starts as the identity (Le et al. 2015). */
function irnn(inputSize: number, hiddenSize: number): Elman {
  return new Elman(inputSize, hiddenSize, {
    activation: 'relu',
    recurrentInit: initializers.identity,
    weightInit: initializers.normal(0.001),
  });
}
