import { cpu } from '@ostinato/backend-cpu';
import { init } from '@ostinato/kernel';
import { reference } from '@ostinato/kernel/reference';
import { gradients, type Parameter, stack, sum, type Tensor, tensor, variable } from '@ostinato/tensor';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Fixture, Numbers } from './golden/networks.fixture.js';
import * as fixtures from './golden/networks.fixture.js';
import {
  Elman,
  GRU,
  LSTM,
  ProjectedLSTM,
  reverseSequences,
  type SequenceLayer,
  type SequenceOptions,
} from './index.js';

const UNITS = 2;

/** Rows of a matrix as a matrix of its own. */
type Rows = readonly (readonly number[])[];

const rowsOf = ({ shape, data }: Numbers): Rows => {
  const width = shape.at(-1)!;
  return Array.from({ length: data.length / width }, (_, row) => data.slice(row * width, (row + 1) * width));
};
const transposed = (rows: Rows): Rows => rows[0]!.map((_, column) => rows.map((row) => row[column]!));
/** The columns of gates in another order. */
const regated = (rows: Rows, order: readonly number[]): Rows =>
  rows.map((row) => order.flatMap((gate) => row.slice(gate * UNITS, (gate + 1) * UNITS)));
const added = (a: Rows, b: Rows): Rows =>
  a.map((row, at) => row.map((value, index) => value + b[at]![index]!));
const assign = (parameter: Parameter | undefined, rows: Rows): void =>
  parameter!.assign(Float32Array.from(rows.flat()));
const whole = ({ shape, data }: Numbers): Tensor => tensor(Float32Array.from(data), shape);

/** ONNX: weights by rows, gates in another order, two biases one after the other. */
function onnx(layer: GRU | LSTM, { W, R, B, P }: Fixture, order: readonly number[]): typeof layer {
  const biases = rowsOf({ shape: [2, B!.shape[1]! / 2], data: B!.data });
  assign(layer.weight, regated(transposed(rowsOf(W!)), order));
  assign(layer.recurrentWeight, regated(transposed(rowsOf(R!)), order));
  const [input, recurrent] = biases.map((bias) => regated([bias], order)) as [Rows, Rows];
  if (layer instanceof GRU) {
    const ofGates = recurrent.map((row) => row.map((value, at) => (at < 2 * UNITS ? value : 0)));
    assign(layer.bias, added(input, ofGates));
    assign(layer.cellParameters, [recurrent[0]!.slice(2 * UNITS)]);
  } else assign(layer.bias, added(input, recurrent));
  if (P) {
    const [i, o, f] = rowsOf({ shape: [3, UNITS], data: P.data });
    assign(layer.cellParameters, order.length === 4 ? [i!, f!, o!] : [i!, o!]);
  }
  return layer;
}

/** Keras: weights and gates as ours, but that those of GRU are z, r, h. */
function keras(layer: Elman | GRU | LSTM, { kernel, recurrentKernel, bias }: Fixture): typeof layer {
  const order = layer instanceof GRU ? [1, 0, 2] : layer instanceof LSTM ? [0, 1, 2, 3] : [0];
  const [input, recurrent] = rowsOf(bias!).map((row) => regated([row], order));
  assign(layer.weight, regated(rowsOf(kernel!), order));
  assign(layer.recurrentWeight, regated(rowsOf(recurrentKernel!), order));
  if (!recurrent) assign(layer.bias, input!);
  else {
    const ofGates = recurrent.map((row) => row.map((value, at) => (at < 2 * UNITS ? value : 0)));
    assign(layer.bias, added(input!, ofGates));
    assign(layer.cellParameters, [recurrent[0]!.slice(2 * UNITS)]);
  }
  return layer;
}

function projected({ weightIh, weightHh, biasIh, biasHh, weightHr }: Fixture): ProjectedLSTM {
  const layer = new ProjectedLSTM(3, UNITS, 1);
  assign(layer.weight, transposed(rowsOf(weightIh!)));
  assign(layer.recurrentWeight, transposed(rowsOf(weightHh!)));
  assign(layer.bias, added(rowsOf(biasIh!), rowsOf(biasHh!)));
  assign(layer.projectionWeight, transposed(rowsOf(weightHr!)));
  return layer;
}

/** States [batch, units] as one [states, batch, units], as most layers take them. */
const stacked = (...states: Tensor[]): unknown => stack(states);
const both = (hidden: Tensor, memory?: Tensor): unknown => ({ hidden, memory });

interface Case {
  readonly fixture: Fixture;
  readonly make: () => SequenceLayer<never>;
  readonly options?: SequenceOptions<never>;
  readonly state?: (...states: Tensor[]) => unknown;
}

const {
  kerasSimpleRNN,
  kerasLSTM,
  kerasLSTMBackwards,
  kerasLSTMMasked,
  kerasGRU,
  kerasGRUResetBefore,
  onnxLSTM,
  onnxCoupledLSTM,
  onnxGRU,
  onnxGRUResetBefore,
  torchProjectedLSTM,
} = fixtures;
const lstm = (options = {}): LSTM => new LSTM(3, UNITS, options);
const gru = (resetAfter: boolean): GRU => new GRU(3, UNITS, { resetAfter });
const make = (layer: () => unknown) => layer as () => SequenceLayer<never>;

const cases: Readonly<Record<string, Case>> = {
  'Keras SimpleRNN': {
    fixture: kerasSimpleRNN,
    make: make(() => keras(new Elman(3, UNITS), kerasSimpleRNN)),
  },
  'Keras LSTM': { fixture: kerasLSTM, make: make(() => keras(lstm(), kerasLSTM)) },
  'Keras LSTM, go_backwards': {
    fixture: kerasLSTMBackwards,
    make: make(() => keras(lstm(), kerasLSTMBackwards)),
    options: { reverse: true },
  },
  'Keras LSTM, mask': {
    fixture: kerasLSTMMasked,
    make: make(() => keras(lstm(), kerasLSTMMasked)),
    options: { lengths: [4, 2] },
  },
  'Keras GRU, reset_after': { fixture: kerasGRU, make: make(() => keras(gru(true), kerasGRU)) },
  'Keras GRU, reset_after=False': {
    fixture: kerasGRUResetBefore,
    make: make(() => keras(gru(false), kerasGRUResetBefore)),
  },
  'ONNX LSTM with peepholes': {
    fixture: onnxLSTM,
    make: make(() => onnx(lstm({ peephole: true }), onnxLSTM, [0, 2, 3, 1])),
  },
  'ONNX LSTM, input_forget': {
    fixture: onnxCoupledLSTM,
    make: make(() => onnx(lstm({ peephole: true, coupled: true }), onnxCoupledLSTM, [0, 3, 1])),
  },
  'ONNX GRU, linear_before_reset=1': {
    fixture: onnxGRU,
    make: make(() => onnx(gru(true), onnxGRU, [1, 0, 2])),
  },
  'ONNX GRU, linear_before_reset=0': {
    fixture: onnxGRUResetBefore,
    make: make(() => onnx(gru(false), onnxGRUResetBefore, [1, 0, 2])),
  },
  'PyTorch LSTM, proj_size': {
    fixture: torchProjectedLSTM,
    make: make(() => projected(torchProjectedLSTM)),
    state: both,
  },
};

describe.each([
  ['reference', reference],
  ['cpu', cpu],
])('golden vectors on %s', (_, backend) => {
  beforeAll(async () => {
    await init(backend());
  });

  it.each(Object.entries(cases))('%s', async (_, { fixture, make, options = {}, state = stacked }) => {
    const layer = make();
    const x = variable(whole(fixture.x!));
    const initial = ['initial0', 'initial1'].flatMap((name) => (fixture[name] ? [whole(fixture[name])] : []));
    const result = layer.forward(x, { ...options, state: state(...initial) as never });
    const output = options.reverse ? reverseSequences(result.output) : result.output;
    const close = async (found: Tensor, { shape, data }: Numbers): Promise<void> => {
      expect(found.shape).toEqual(shape);
      const values = await found.data();
      // Weights and inputs are rounded to float32.
      for (const [at, value] of data.entries()) expect(values[at]).toBeCloseTo(value, 5);
    };
    await close(output, fixture.output!);
    const [gradient] = gradients(sum(result.output), [x]);
    await close(gradient!, fixture.inputGradient!);
    const finals = state(whole(fixture.final0!), ...(fixture.final1 ? [whole(fixture.final1)] : []));
    const [found, wanted] = [result.state, finals].map((value) =>
      value && 'hidden' in Object(value) ? Object.values(value as object) : [value],
    ) as [Tensor[], Tensor[]];
    for (const [index, part] of wanted.entries()) {
      await close(found[index]!, { shape: part.shape, data: [...(await part.data())] });
    }
  });
});
