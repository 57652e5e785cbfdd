/** What the tests of recurrent layers share. */
import { defineCell, expr } from '@ostinato/kernel';
import { add, mul, noGrad, type Parameter, sub, Tensor, tensor, tidy } from '@ostinato/tensor';
import {
  Bidirectional,
  Clockwork,
  Elman,
  GRU,
  IndRNN,
  type Initializer,
  IRNN,
  initializers,
  Jordan,
  LayerNormGRU,
  LayerNormLSTM,
  LSTM,
  MGU,
  ProjectedLSTM,
  Recurrent,
  SCRN,
  type SequenceLayer,
  Stacked,
} from './index.js';

/** A user's own cell: update gate RNN (Collins et al. 2017). */
const ownCell = defineCell({ gates: 2, states: 1 }, ({ x, r, s: [h] }) => {
  const update = expr.sigmoid(expr.add(x[0]!, r[0]!));
  const candidate = expr.tanh(expr.add(x[1]!, r[1]!));
  return [expr.add(expr.mul(update, h!), expr.mul(expr.sub(1, update), candidate))];
});

/** Unlike each other, so that mixed-up parameters show. */
const rising: Initializer = ([rows, columns]) =>
  Float32Array.from({ length: rows! * columns! }, (_, at) => 0.2 + 0.05 * at);

/** Makes a layer from 3 features, or from as many as it is told. */
type Make = (inputSize?: number) => SequenceLayer<unknown>;

type Named = readonly (readonly [name: string, make: Make])[];

/** Networks that make as many kernel calls for any number of steps. */
export const fusable: Named = [
  ['Elman', (inputs = 3) => new Elman(inputs, 4)],
  ['Elman relu', (inputs = 3) => new Elman(inputs, 4, { activation: 'relu' })],
  ['Elman linear, no bias', (inputs = 3) => new Elman(inputs, 4, { activation: 'linear', bias: false })],
  ['Jordan linear', (inputs = 3) => new Jordan(inputs, 4, 2)],
  ['Jordan sigmoid', (inputs = 3) => new Jordan(inputs, 2, 4, { output: 'sigmoid', activation: 'relu' })],
  ['Jordan tanh, no bias', (inputs = 3) => new Jordan(inputs, 4, 3, { output: 'tanh', bias: false })],
  ['Jordan softmax', (inputs = 3) => new Jordan(inputs, 4, 3, { output: 'softmax' })],
  ['IRNN', (inputs = 3) => new IRNN(inputs, 4, { weightInit: initializers.glorotUniform })],
  ['IndRNN', (inputs = 3) => new IndRNN(inputs, 4, { activation: 'tanh' })],
  ['Clockwork', (inputs = 3) => new Clockwork(inputs, 5, { groups: 3 })],
  [
    'Clockwork, other periods',
    (inputs = 3) => new Clockwork(inputs, 4, { periods: [2, 3], activation: 'sigmoid', bias: false }),
  ],
  ['SCRN', (inputs = 3) => new SCRN(inputs, 4, 2)],
  ['SCRN, learnt alpha', (inputs = 3) => new SCRN(inputs, 2, 3, { learnAlpha: true, bias: false })],
  ['LSTM', (inputs = 3) => new LSTM(inputs, 4)],
  ['peephole LSTM', (inputs = 3) => new LSTM(inputs, 4, { peephole: true, parameterInit: rising })],
  ['coupled LSTM', (inputs = 3) => new LSTM(inputs, 4, { coupled: true, peephole: true })],
  ['projected LSTM', (inputs = 3) => new ProjectedLSTM(inputs, 4, 2)],
  [
    'projected LSTM, peephole',
    (inputs = 3) => new ProjectedLSTM(inputs, 2, 4, { peephole: true, parameterInit: rising }),
  ],
  ['GRU', (inputs = 3) => new GRU(inputs, 4, { parameterInit: rising })],
  ['GRU, reset before', (inputs = 3) => new GRU(inputs, 4, { resetAfter: false, parameterInit: rising })],
  ['minimal gated unit', (inputs = 3) => new MGU(inputs, 4)],
  ['own cell', (inputs = 3) => new Recurrent(ownCell, inputs, 4)],
  ['own cell, unmixed', (inputs = 3) => new Recurrent(ownCell, inputs, 4, { mixing: false })],
];

/** Layers of one direction. */
export const streaming: Named = [
  ...fusable,
  ['layer-normalised LSTM', () => new LayerNormLSTM(3, 4)],
  ['layer-normalised GRU', () => new LayerNormGRU(3, 4)],
  ['stacked', () => new Stacked([new LSTM(3, 4), new LSTM(4, 4), new LSTM(4, 2)])],
  ['stacked of two kinds', () => new Stacked([new GRU(3, 4, { resetAfter: false }), new Elman(4, 5)])],
];

/** All kinds of layers. */
export const layers: Named = [
  ...streaming,
  ['bidirectional GRU', () => new Bidirectional(new GRU(3, 2), new GRU(3, 2))],
  [
    'stacked bidirectional',
    () =>
      new Stacked([
        new Bidirectional(new Elman(3, 2), new LSTM(3, 2)),
        new Bidirectional(new LSTM(4, 2), new GRU(4, 2)),
      ]),
  ],
];

/** All tensors inside a state. */
export function leaves(state: unknown): Tensor[] {
  return state instanceof Tensor ? [state] : Object.values(state as object).flatMap(leaves);
}

/** At most `count` positions of `size`, evenly spread. */
export function spread(size: number, count: number): number[] {
  const taken = Math.min(size, count);
  return Array.from({ length: taken }, (_, index) => Math.floor(((index + 0.5) * size) / taken));
}

/** The slope of `loss` along one element of a parameter, by a central difference in the backend's own precision. */
export async function slopeAlong(loss: () => Tensor, parameter: Parameter, element: number): Promise<number> {
  const epsilon = 1e-6;
  const direction = new Float32Array(parameter.size);
  direction[element] = 1;
  const slope = tidy(() =>
    noGrad(() => {
      const before = mul(parameter, 1);
      const step = tensor(direction, parameter.shape);
      const at = (amount: number): Tensor => {
        parameter.copyFrom(add(before, mul(step, amount)));
        return loss();
      };
      const difference = mul(sub(at(epsilon), at(-epsilon)), 1 / (2 * epsilon));
      parameter.copyFrom(before);
      return difference;
    }),
  );
  return slope.item();
}
