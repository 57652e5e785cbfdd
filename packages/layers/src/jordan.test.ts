import { cpu } from '@ostinato/backend-cpu';
import { init } from '@ostinato/kernel';
import { reference } from '@ostinato/kernel/reference';
import {
  add,
  gradcheck,
  gradients,
  type Parameter,
  RandomSource,
  seed,
  sum,
  type Tensor,
  tensor,
  zeros,
} from '@ostinato/tensor';
import { beforeAll, describe, expect, it } from 'vitest';
import { Jordan, type OutputActivation } from './index.js';

type Matrix = number[][];

const outputs: readonly OutputActivation[] = ['linear', 'sigmoid', 'tanh', 'softmax'];
const activate: Record<OutputActivation, (x: number[]) => number[]> = {
  linear: (x) => x,
  sigmoid: (x) => x.map((value) => 1 / (1 + Math.exp(-value))),
  tanh: (x) => x.map(Math.tanh),
  softmax: (x) => {
    const largest = Math.max(...x);
    const powers = x.map((value) => Math.exp(value - largest));
    const total = powers.reduce((a, b) => a + b);
    return powers.map((value) => value / total);
  },
};

const times = (row: number[], matrix: Matrix): number[] =>
  matrix[0]!.map((_, column) => row.reduce((total, value, at) => total + value * matrix[at]![column]!, 0));
const plus = (...rows: number[][]): number[] =>
  rows[0]!.map((_, at) => rows.reduce((total, row) => total + row[at]!, 0));
const numbers = async (parameter: Parameter): Promise<Matrix> => (await parameter.array()) as Matrix;

/** One row by the formulas, in the order in which it is walked. */
async function byHand(layer: Jordan, x: Matrix, before: number[], targets?: Matrix): Promise<Matrix> {
  const [W, U, V] = await Promise.all([layer.weight, layer.feedbackWeight, layer.outputWeight].map(numbers));
  const hiddenBias = [...(await layer.bias!.data())];
  const outputBias = [...(await layer.outputBias!.data())];
  let fed = before;
  return x.map((input, time) => {
    const hidden = plus(times(input, W!), times(fed, U!), hiddenBias).map(Math.tanh);
    const y = activate[layer.output](plus(times(hidden, V!), outputBias));
    fed = targets ? targets[time]! : y;
    return y;
  });
}

/** A layer whose biases are not 0. */
function make(output: OutputActivation, hidden = 4, out = 3): Jordan {
  const layer = new Jordan(2, hidden, out, { output });
  layer.bias!.assign(Float32Array.from({ length: hidden }, (_, at) => 0.3 * at - 0.4));
  layer.outputBias!.assign(Float32Array.from({ length: out }, (_, at) => 0.5 - 0.4 * at));
  return layer;
}

function expectClose(actual: Matrix, wanted: Matrix, digits: number): void {
  expect(actual.length).toBe(wanted.length);
  for (const [time, row] of wanted.entries()) {
    for (const [at, value] of row.entries()) expect(actual[time]![at]).toBeCloseTo(value, digits);
  }
}

describe.each([
  // Numbers are read as float32.
  ['reference', reference, 6],
  ['cpu', cpu, 5],
])('Jordan on %s', (_, backend, digits) => {
  beforeAll(async () => {
    await init(backend());
    seed(3);
  });

  describe.each(outputs)('%s', (output) => {
    it.each([
      [4, 3],
      [2, 5],
      [3, 3],
    ])('follows the formulas with %d hidden units and %d outputs', async (hidden, out) => {
      const layer = make(output, hidden, out);
      const x = new RandomSource(21).normal([2, 5, 2]);
      const state = new RandomSource(22).normal([2, out]);
      const lengths = [5, 3];
      const rows = (await x.array()) as Matrix[];
      const starts = (await state.array()) as Matrix;
      const options = { lengths, state };
      for (const reverse of [false, true]) {
        const result = layer.forward(x, { ...options, reverse });
        const found = (await result.output.array()) as Matrix[];
        const last = (await result.state.array()) as Matrix;
        for (const [row, length] of lengths.entries()) {
          const real = rows[row]!.slice(0, length);
          const walked = reverse ? real.toReversed() : real;
          const wanted = await byHand(layer, walked, starts[row]!);
          expectClose(found[row]!.slice(0, length), reverse ? wanted.toReversed() : wanted, digits);
          expectClose([last[row]!], [wanted.at(-1)!], digits);
        }
      }
    });

    it('is fed the targets in place of the outputs', async () => {
      const layer = make(output);
      const x = new RandomSource(23).normal([2, 5, 2]);
      const targets = new RandomSource(24).normal([2, 5, 3]);
      const state = new RandomSource(25).normal([2, 3]);
      const lengths = [3, 5];
      for (const reverse of [false, true]) {
        const result = layer.forward(x, { targets, state, lengths, reverse });
        const found = (await result.output.array()) as Matrix[];
        const last = (await result.state.array()) as Matrix;
        for (const [row, length] of lengths.entries()) {
          const walked = async (of: Tensor): Promise<Matrix> => {
            const real = ((await of.array()) as Matrix[])[row]!.slice(0, length);
            return reverse ? real.toReversed() : real;
          };
          const start = ((await state.array()) as Matrix)[row]!;
          const wanted = await byHand(layer, await walked(x), start, await walked(targets));
          expectClose(found[row]!.slice(0, length), reverse ? wanted.toReversed() : wanted, digits);
          expectClose([last[row]!], [wanted.at(-1)!], digits);
        }
      }
    });

    it('is not changed by what stands in the padding of targets', async () => {
      const layer = make(output);
      const x = new RandomSource(34).normal([2, 3, 2]);
      const known = (await new RandomSource(35).normal([2, 3, 3]).data()) as Float32Array;
      const lengths = [3, 1];
      const run = async (junk: number, reverse: boolean) => {
        const targets = tensor(
          known.map((value, at) => (at >= 4 * 3 ? junk : value)),
          [2, 3, 3],
        );
        const result = layer.forward(x, { lengths, targets, reverse });
        const found = gradients(sum(result.output), layer.parameters());
        return Promise.all([result.output, result.state, ...found].map((part) => part!.data()));
      };
      for (const reverse of [false, true]) {
        expect(await run(Number.NaN, reverse)).toEqual(await run(0, reverse));
      }
    });

    it('fed its own outputs as targets gives them again', async () => {
      const layer = make(output);
      const x = new RandomSource(26).normal([3, 6, 2]);
      const lengths = [6, 1, 4];
      const free = layer.forward(x, { lengths });
      const forced = layer.forward(x, { lengths, targets: free.output });
      expectClose(
        ((await forced.hidden.array()) as Matrix[]).flat(),
        ((await free.hidden.array()) as Matrix[]).flat(),
        digits,
      );
      expectClose((await forced.state.array()) as Matrix, (await free.state.array()) as Matrix, digits);
    });
  });

  it('keeps the output of before in rows without steps', async () => {
    for (const output of outputs) {
      const layer = make(output);
      const state = new RandomSource(27).normal([2, 3]);
      const x = new RandomSource(28).normal([2, 4, 2]);
      const wanted = (await state.array()) as Matrix;
      const kept = (await layer.forward(x, { state, lengths: [0, 4] }).state.array()) as Matrix;
      expect(kept[0]).toEqual(wanted[0]);
      expect(((await layer.forward(x, { lengths: [0, 4] }).state.array()) as Matrix)[0]).toEqual([0, 0, 0]);
    }
  });

  it('gives probabilities, whatever the size of the logits', async () => {
    const layer = make('softmax', 4, 3);
    const x = new RandomSource(29).normal([1, 4, 2]);
    const V = new Float32Array(await layer.outputWeight.data());
    for (const [factor, offset] of [
      [1, 1000],
      [30, -500],
      [300, 0],
    ] as const) {
      layer.outputWeight.assign(V.map((value) => factor * value));
      layer.outputBias!.assign(new Float32Array(3).fill(offset));
      const { output } = layer.forward(x);
      expectClose(
        ((await output.array()) as Matrix[])[0]!,
        await byHand(layer, ((await x.array()) as Matrix[])[0]!, [0, 0, 0]),
        4,
      );
      const found = gradients(sum(output), [...layer.parameters()]);
      for (const gradient of found)
        for (const value of await gradient!.data()) expect(value).toBeCloseTo(0, 2);
    }
  });
});

describe('Jordan', () => {
  beforeAll(async () => {
    await init(reference());
  });

  it.each(outputs)('%s: gradients flow into the state and the targets', async (output) => {
    const layer = make(output);
    const [x, state, targets] = [
      new RandomSource(31).normal([2, 4, 2]),
      new RandomSource(32).normal([2, 3]),
      new RandomSource(33).normal([2, 4, 3]),
    ];
    for (const reverse of [false, true]) {
      const options = { lengths: [4, 3], reverse };
      const all = (result: ReturnType<Jordan['forward']>): Tensor =>
        add(add(sum(result.output), sum(result.hidden)), sum(result.state));
      await gradcheck((x, state) => all(layer.forward(x, { ...options, state })), [x, state]);
      await gradcheck(
        (x, state, targets) => all(layer.forward(x, { ...options, state, targets })),
        [x, state, targets],
      );
    }
  });

  it('names what does not fit', () => {
    const layer = make('linear');
    expect(() => layer.forward(zeros([2, 4, 2]), { targets: zeros([2, 4, 2]) })).toThrow(
      'Jordan(2, 3): targets must be a tensor of shape [2, 4, 3]: batch, time, out; got a tensor f32 [2, 4, 2]',
    );
    expect(() => layer.forward(zeros([2, 4, 2]), { state: zeros([2, 4]) })).toThrow(
      'Jordan(2, 3): state must have shape [2, 3]: batch, out; got [2, 4]',
    );
    expect(() => new Jordan(2, 3, 4, { output: 'relu' as OutputActivation })).toThrow(
      "Jordan: output must be linear, sigmoid, tanh or softmax, got 'relu'",
    );
  });

  it('L8: the output is fed back', async () => {
    // One unit, weights 1, linear: y = x + y before.
    const layer = new Jordan(1, 1, 1, { activation: 'linear', bias: false });
    for (const parameter of layer.parameters()) parameter.assign(new Float32Array([1]));
    expect(await layer.forward(tensor([[[1], [1], [2]]])).output.array()).toEqual([[[1], [2], [4]]]);
  });
});
