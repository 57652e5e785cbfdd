import {
  type Backend,
  defineCell,
  defineProgram,
  expr,
  identity,
  runFused,
  type View,
} from '@ostinato/kernel';
import { goldenCells } from '../cells.js';
import type { Draft, Group, SuiteContext } from '../check.js';
import { gruVectors, lstmVectors, type RecurrentVectors } from '../golden/recurrent.js';
import { blankOperand, type Operand, operand } from '../operand.js';
import { agree } from '../trial.js';

const { add, mul, sigmoid } = expr;
const addBias = defineProgram({ inputs: 2 }, ({ x }) => [add(x[0]!, x[1]!)]);

/** A view under another shape; the caller knows that it is contiguous. */
function reshaped(view: View, shape: readonly number[]): View {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((size, length) => size * length, 1));
  return { ...view, shape, strides };
}

const transposed = (view: View): View => ({
  ...view,
  shape: [view.shape[1]!, view.shape[0]!],
  strides: [view.strides[1]!, view.strides[0]!],
});

/** Slots of a row-major [S, T, ...] array with `initial` [S, ...] in front of each state. */
function withInitial(initial: readonly number[], after: readonly number[], states: number): number[] {
  const perSlot = initial.length / states;
  const perState = after.length / states;
  return Array.from({ length: states }, (_, state) => [
    ...initial.slice(state * perSlot, (state + 1) * perSlot),
    ...after.slice(state * perState, (state + 1) * perState),
  ]).flat();
}

const elman = defineCell({ name: 'linear network with memory', gates: 1, states: 1 }, ({ x, r }) => [
  add(x[0]!, r[0]!),
]);

/** The lecture's recurrent network (L4): two inputs, two hidden units, two outputs, all weights 1, no bias, linear. */
function lectureNetwork(
  inputs: readonly number[],
  memory: readonly number[],
  outputs: readonly number[],
): Draft {
  return {
    name: `lecture L4: inputs ${inputs.join(' ')} give ${outputs.join(' ')}`,
    run: (backend, oracle) =>
      agree(backend, oracle, {
        what: 'the network with memory',
        operands: {
          inputs: operand([3, 2], inputs),
          weights: operand([2, 2], () => 1),
          R: operand([2, 1, 2], () => 1),
          x: blankOperand([3, 2]),
          states: operand([1, 4, 1, 2], () => 0),
          out: blankOperand([3, 2]),
        },
        outs: ['states', 'out'],
        tolerance: { relative: 1e-6, absolute: 0 },
        expected: { states: [0, 0, ...memory], out: outputs },
        call(target, { inputs, weights, R, x, states, out }) {
          target.matmul(inputs, weights, x);
          const args = { cell: elman, parameters: null, lengths: null, reverse: false, products: null };
          runFused(target, 'recurrence', { ...args, x: reshaped(x, [3, 1, 1, 2]), R, states });
          target.matmul({ ...reshaped(states, [3, 2]), offset: states.offset + 2 }, weights, out);
        },
      }),
  };
}

/** The lecture's LSTM (L10): c' = g(z) f(z_i) + c f(z_f), a = h(c') f(z_o), g and h linear. Gates z, z_i, z_f, z_o. */
const lectureCell = defineCell({ name: 'hand-worked LSTM', gates: 4, states: 2 }, ({ x, s }) => {
  const [z, input, forget, output] = x;
  const c = add(mul(z!, sigmoid(input!)), mul(s[1]!, sigmoid(forget!)));
  return [mul(c, sigmoid(output!)), c];
});

/** L11. The columns are z, z_i, z_f, z_o; the rows x1, x2, x3, 1. */
const lectureWeights = [1, 0, 0, 0, 0, 100, 100, 0, 0, 0, 0, 100, 0, -10, 10, -10];
const lectureInputs = [3, 1, 0, 1, 4, 1, 0, 1, 2, 0, 0, 1, 1, 0, 1, 1, 3, -1, 0, 1];

const lectureLstm: Draft = {
  name: 'lecture L11: the hand-worked LSTM',
  run: (backend, oracle) =>
    agree(backend, oracle, {
      what: 'the hand-worked LSTM',
      operands: {
        inputs: operand([5, 4], lectureInputs),
        weights: operand([4, 4], lectureWeights),
        x: blankOperand([5, 4]),
        states: operand([2, 6, 1, 1], () => 0),
      },
      outs: ['states'],
      // The lecture rounds sigmoid(10) = 0.99995 to 1.
      tolerance: { relative: 1e-4, absolute: 1e-3 },
      expected: { states: [0, 0, 0, 0, 7, 0, 0, 3, 7, 7, 7, 0] },
      call(target, { inputs, weights, x, states }) {
        target.matmul(inputs, weights, x);
        const args = {
          cell: lectureCell,
          R: null,
          parameters: null,
          lengths: null,
          reverse: false,
          products: null,
        };
        runFused(target, 'recurrence', { ...args, x: reshaped(x, [5, 1, 4, 1]), states });
      },
    }),
};

/** L20: one linear neuron, weight w on its memory, input 1 and then zeros. */
const lectureCliff: Draft = {
  name: 'lecture L20: after 1000 steps the output is w^999',
  async run(backend, oracle) {
    for (const [weight, output] of [
      [1, 1],
      [1.01, 1.01 ** 999],
      [0.99, 0.99 ** 999],
      [0.01, 0],
    ] as const) {
      await agree(backend, oracle, {
        what: `w = ${weight}`,
        operands: {
          x: operand([1000, 1, 1, 1], (index) => (index === 0 ? 1 : 0)),
          R: operand([1, 1, 1], [weight]),
          states: operand([1, 1001, 1, 1], () => 0),
          last: blankOperand([1]),
        },
        outs: ['last'],
        tolerance: { relative: 1e-3, absolute: 1e-6 },
        expected: { last: [output] },
        call(target, { x, R, states, last }) {
          const args = { cell: elman, parameters: null, lengths: null, reverse: false, products: null };
          runFused(target, 'recurrence', { ...args, x, R, states });
          target.map(identity, [{ ...last, storage: states.storage, offset: 1000 }], [], [last]);
        },
      });
    }
  },
};

interface Layer {
  readonly name: string;
  readonly vectors: RecurrentVectors;
  readonly cell: (typeof goldenCells)[keyof typeof goldenCells];
  /** Gates whose recurrent bias is a parameter of the cell; those of the others go into x. */
  readonly biased: readonly number[];
}

const [STEPS, ROWS, INPUTS, UNITS] = [4, 2, 3, 2] as const;

/** The recurrent bias: into x for most gates, to the cell for those in `biased`. */
function splitBias({ vectors, cell, biased }: Layer): { toInput: number[]; toCell: number[] } {
  const gateOf = (index: number): number => Math.floor(index / UNITS);
  const toInput = vectors.biasInput.map(
    (bias, index) => bias + (biased.includes(gateOf(index)) ? 0 : vectors.biasState[index]!),
  );
  const toCell = vectors.biasState.filter((_, index) => biased.includes(gateOf(index)));
  if (toCell.length !== cell.parameters * UNITS) throw new Error('the fixture does not fit the cell');
  return { toInput, toCell };
}

/** A recurrent layer of PyTorch, forward and backward, as a user of the kernels writes it. */
function layerDraft(layer: Layer, { tolerance }: SuiteContext): Draft {
  const { vectors, cell } = layer;
  const { toInput, toCell } = splitBias(layer);
  const { gates: G, states: S, parameters: P } = cell;
  const width = G * UNITS;
  const stateValues = withInitial(vectors.initial, vectors.states, S);
  const operands: Record<string, Operand> = {
    inputs: operand([STEPS * ROWS, INPUTS], vectors.inputs),
    weightInput: operand([width, INPUTS], vectors.weightInput),
    weightState: operand([width, UNITS], vectors.weightState),
    bias: operand([width], toInput),
    parameters: operand([P, UNITS], toCell),
    x: blankOperand([STEPS * ROWS, width]),
    states: operand([S, STEPS + 1, ROWS, UNITS], (index) =>
      Math.floor(index / (ROWS * UNITS)) % (STEPS + 1) === 0 ? stateValues[index]! : 0,
    ),
    products: blankOperand([STEPS, ROWS, G, UNITS]),
    seeds: operand([STEPS, ROWS, UNITS], () => 1),
    dx: blankOperand([STEPS, ROWS, G, UNITS]),
    dr: blankOperand([STEPS, ROWS, G, UNITS]),
    dParameters: blankOperand([P, UNITS]),
    dInitial: blankOperand([S, ROWS, UNITS]),
    dInputs: blankOperand([STEPS * ROWS, INPUTS]),
  };
  return {
    name: `${layer.name} by PyTorch's equations`,
    run: (backend, oracle) =>
      agree(backend, oracle, {
        what: layer.name,
        operands,
        outs: ['states', 'dInputs'],
        tolerance: tolerance('golden'),
        expected: { states: stateValues, dInputs: vectors.inputGradient },
        call: (target, views) => runLayer(target, layer, views),
      }),
  };
}

function runLayer(target: Backend, { cell }: Layer, views: Readonly<Record<string, View>>): void {
  const { gates: G } = cell;
  const width = G * UNITS;
  const x = views.x!;
  target.matmul(views.inputs!, transposed(views.weightInput!), x);
  target.map(addBias, [x, { ...views.bias!, shape: x.shape, strides: [0, 1] }], [], [x]);
  const args = {
    cell,
    x: reshaped(x, [STEPS, ROWS, G, UNITS]),
    // The rows of the weights are gates and units: [H, G, H] by strides alone.
    R: { ...views.weightState!, shape: [UNITS, G, UNITS], strides: [1, UNITS * UNITS, UNITS] },
    parameters: cell.parameters > 0 ? views.parameters! : null,
    lengths: null,
    reverse: false,
    states: views.states!,
    products: views.products!,
  };
  runFused(target, 'recurrence', args);
  runFused(target, 'recurrenceGrad', {
    ...args,
    dOutput: views.seeds!,
    dFinal: null,
    dx: views.dx!,
    dr: cell.sharedGradient ? null : views.dr!,
    dParameters: cell.parameters > 0 ? views.dParameters! : null,
    dInitial: views.dInitial!,
  });
  target.matmul(reshaped(views.dx!, [STEPS * ROWS, width]), views.weightInput!, views.dInputs!);
}

/** Numbers that others have worked out. */
export const golden: Group = {
  name: 'golden vectors',
  drafts: (context) => [
    lectureNetwork([1, 1, 1, 1, 2, 2], [2, 2, 6, 6, 16, 16], [4, 4, 12, 12, 32, 32]),
    lectureNetwork([2, 2, 1, 1, 1, 1], [4, 4, 10, 10, 22, 22], [8, 8, 20, 20, 44, 44]),
    lectureLstm,
    lectureCliff,
    layerDraft({ name: 'LSTM', vectors: lstmVectors, cell: goldenCells.lstm, biased: [] }, context),
    layerDraft({ name: 'GRU', vectors: gruVectors, cell: goldenCells.gru, biased: [2] }, context),
  ],
};
