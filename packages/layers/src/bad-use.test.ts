import { type CellProgram, init, OstinatoError } from '@ostinato/kernel';
import { reference } from '@ostinato/kernel/reference';
import { RandomSource, type Tensor, tensor, zeros } from '@ostinato/tensor';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type Activation,
  Bidirectional,
  Dropout,
  Elman,
  Embedding,
  EmbeddingBag,
  GRU,
  LayerNorm,
  Linear,
  LSTM,
  Recurrent,
  type SequenceLayer,
  Sequential,
  Stacked,
} from './index.js';

beforeAll(async () => {
  await init(reference());
});

/** Every refusal is an OstinatoError that says what is wanted and what came. */
function expectRefusal(run: () => unknown, message: string | RegExp): void {
  expect(run).toThrow(OstinatoError);
  expect(run).toThrow(message);
}

/** What TypeScript would not let through, but JavaScript does. */
const untyped = <T>(value: unknown): T => value as T;

const lstm = (): LSTM => new LSTM(3, 4);
const resetBefore = (): GRU => new GRU(3, 4, { resetAfter: false });
const x = (): Tensor => zeros([2, 5, 3]);

describe('construction', () => {
  it.each([
    ['LSTM: hiddenSize must be a whole number from 1, got 1.5', () => new LSTM(3, 1.5)],
    ['LSTM: hiddenSize must be a whole number from 1, got -1', () => new LSTM(3, -1)],
    ['GRU: inputSize must be a whole number from 1, got 0', () => new GRU(0, 4)],
    ["Elman: inputSize must be a whole number from 1, got '3'", () => new Elman(untyped('3'), 4)],
    ['Linear: outputSize must be a whole number from 1, got NaN', () => new Linear(3, Number.NaN)],
    [
      'Linear: inputSize must be a whole number from 1, got undefined',
      () => new Linear(untyped(undefined), 3),
    ],
    ['Embedding: size must be a whole number from 1, got 0', () => new Embedding(0, 4)],
    ['EmbeddingBag: dimension must be a whole number from 1, got 0.5', () => new EmbeddingBag(3, 0.5)],
    ['LayerNorm: size must be a whole number from 1, got -2', () => new LayerNorm(-2)],
    ['LayerNorm: epsilon must be above 0, got 0', () => new LayerNorm(2, 0)],
  ])('refuses sizes that are none: %s', (message, run) => {
    expectRefusal(run, message);
  });

  it.each([1, 2, -0.1, Number.NaN])('refuses to drop at rate %d', (rate) => {
    const options = { recurrentDropout: rate };
    const message = `recurrentDropout must lie in [0, 1), got ${rate}`;
    expectRefusal(() => new LSTM(3, 4, options), `LSTM: ${message}`);
    expectRefusal(() => new GRU(3, 4, { ...options, resetAfter: false }), `GRU: ${message}`);
    expectRefusal(() => new Dropout(rate), `Dropout: the rate must lie in [0, 1), got ${rate}`);
    expectRefusal(() => new Stacked([lstm()], { dropout: rate }), /must lie in \[0, 1\)/);
  });

  it('refuses unknown activations, naming those that there are', () => {
    const activation = untyped<Activation>('foo');
    const choice = "must be tanh, relu, sigmoid or linear, got 'foo'";
    expectRefusal(() => new Elman(3, 4, { activation }), `Elman: activation ${choice}`);
    expectRefusal(() => new LSTM(3, 4, { candidate: activation }), `LSTM: candidate ${choice}`);
    expectRefusal(() => new LSTM(3, 4, { output: activation }), `LSTM: output ${choice}`);
    expectRefusal(() => new Elman(3, 4, { activation: untyped('toString') }), /got 'toString'/);
  });

  it('refuses what is no cell', () => {
    expectRefusal(
      () => new Recurrent(untyped<CellProgram>({ gates: 1 }), 3, 4),
      'Recurrent: the cell must be made with defineCell, got an object with gates',
    );
    expectRefusal(() => new Recurrent(untyped<CellProgram>(undefined), 3, 4), /got undefined/);
  });

  it('refuses a padding row that the table does not have', () => {
    expectRefusal(
      () => new Embedding(3, 4, { padding: 9 }),
      'Embedding: padding must be a row from 0 to 2, got 9',
    );
    expectRefusal(() => new Embedding(3, 4, { padding: -1 }), /got -1/);
    expectRefusal(() => new Embedding(3, 4, { padding: 0.5 }), /got 0.5/);
  });

  it('refuses a forget bias where there is no bias', () => {
    expectRefusal(
      () => new LSTM(3, 4, { forgetBias: 2, bias: false }),
      /forgetBias 2 has no bias to go into/,
    );
    expect(new LSTM(3, 4, { bias: false }).bias).toBeUndefined();
  });

  it('refuses initializers that give another count of numbers', () => {
    const biasInit = (): Float32Array => new Float32Array(3);
    expectRefusal(
      () => new GRU(3, 4, { biasInit }),
      'GRU: biasInit must return a Float32Array of 12 numbers for shape [12], got a Float32Array of 3',
    );
    expectRefusal(() => new LSTM(3, 4, { biasInit }), /LSTM: biasInit must return a Float32Array of 16/);
    expectRefusal(
      () => new LSTM(3, 4, { weightInit: biasInit }),
      /must return 12 numbers for shape \[3, 4\]/,
    );
    expectRefusal(() => new Linear(3, 4, { weightInit: untyped(() => [1, 2]) }), /got an array of 2/);
  });

  it('refuses layers that do not fit each other', () => {
    expectRefusal(
      () => new Stacked([lstm(), lstm()]),
      'Stacked: layer 1 takes 3 features, but layer 0 gives 4',
    );
    expectRefusal(() => new Stacked([]), /at least one layer/);
    expectRefusal(
      () => new Stacked(untyped<SequenceLayer<Tensor>[]>([lstm(), new Linear(4, 4)])),
      /layer 1 must be a SequenceLayer/,
    );
    expectRefusal(() => new Bidirectional(lstm(), new LSTM(2, 4)), /take 3 and 2 features/);
    expectRefusal(() => new Bidirectional(lstm(), untyped(undefined)), /backwards must be a SequenceLayer/);
  });

  it('refuses in Sequential what does not make a tensor of a tensor', () => {
    expectRefusal(
      () => new Sequential(new Linear(3, 3), untyped(lstm())),
      'Sequential: layer 1 must make a tensor of a tensor, but LSTM gives { output, state }',
    );
    expectRefusal(() => new Sequential(untyped(7)), 'Sequential: layer 0 must be a module with forward(x)');
    expectRefusal(() => new Sequential(untyped(Linear)), /got the function Linear/);
    expectRefusal(() => new Sequential(untyped([new Linear(3, 3)])), /got an array of 1/);
    expectRefusal(
      () => new Sequential(untyped((value: Tensor) => [value])).forward(x()),
      /layer 0 \(the function .*\) must give a tensor, got an array of 1/,
    );
  });
});

describe.each([
  ['LSTM(3, 4)', lstm],
  ['GRU(3, 4)', resetBefore],
])('%s', (name, make) => {
  it('refuses inputs that do not fit', () => {
    const layer = make();
    const wanted = `${name}: x must have shape [batch, time, 3], got`;
    expectRefusal(() => layer.forward(zeros([2, 5, 2])), `${wanted} [2, 5, 2]`);
    expectRefusal(() => layer.forward(zeros([5, 3])), `${wanted} [5, 3]`);
    expectRefusal(() => layer.forward(untyped([[1, 2, 3]])), /x must be a tensor of shape/);
    expectRefusal(
      () => layer.forward(tensor(new Int32Array(30), [2, 5, 3]), { lengths: [5, 5] }),
      `${name}: x must be f32, got i32`,
    );
    expectRefusal(() => layer.step(x()), `${name}: x must have shape [batch, 3], got [2, 5, 3]`);
  });

  it('refuses lengths that do not fit', () => {
    const layer = make();
    const run = (lengths: unknown) => () => layer.forward(x(), { lengths: untyped(lengths) });
    expectRefusal(run(tensor([5, 2])), `${name}: lengths must be i32, got f32`);
    expectRefusal(
      run(tensor(new Int32Array([1]))),
      `${name}: lengths must have shape [2], one for each row, got [1]`,
    );
    expectRefusal(run([5, 2, 1]), `${name}: lengths must have shape [2], one for each row, got [3]`);
    expectRefusal(run([5, 6]), `${name}: the length of row 1 is 6, expected a whole number from 0 to 5`);
    expectRefusal(run(new Int32Array([-1, 2])), `${name}: the length of row 0 is -1`);
    expectRefusal(run([5, 2.5]), `${name}: the length of row 1 is 2.5`);
    expectRefusal(
      run(5),
      `${name}: lengths must be an i32 tensor, an Int32Array or an array of numbers, got 5`,
    );
  });

  it('refuses states that do not fit', () => {
    const layer = make();
    const states = name.startsWith('LSTM') ? 2 : 1;
    const wanted = `${name}: state must have shape [${states}, 2, 4]`;
    const random = new RandomSource(1);
    expectRefusal(() => layer.forward(x(), { state: random.normal([states, 1, 4]) }), wanted);
    expectRefusal(
      () => layer.forward(x(), { state: random.normal([2, 4]) }),
      `${wanted}: states, batch, hidden; got [2, 4]`,
    );
    expectRefusal(() => layer.step(zeros([2, 3]), random.normal([states, 2, 5])), wanted);
    expectRefusal(() => layer.forward(x(), { state: untyped({ h: 1, c: 2 }) }), /got an object with h, c/);
  });
});

describe('calls', () => {
  it('names the outer layer', () => {
    const both = new Bidirectional(lstm(), lstm());
    const deep = new Stacked([both, new Bidirectional(new LSTM(8, 4), new LSTM(8, 4))]);
    expectRefusal(() => both.forward(zeros([2, 5, 2])), /^Bidirectional\(3, 8\): x must have shape/);
    expectRefusal(() => deep.forward(x(), { lengths: [9, 9] }), /^Stacked\(3, 8\): the length of row 0 is 9/);
    expectRefusal(
      () => deep.forward(x(), { state: untyped([]) }),
      'Stacked(3, 8): state must be an array of 2, one for each layer, got an array of 0',
    );
    expectRefusal(
      () => both.forward(x(), { state: untyped(zeros([2, 2, 4])) }),
      'Bidirectional(3, 8): state must be { forward, backward }',
    );
  });

  it('says why both directions cannot be streamed', () => {
    const both = new Bidirectional(lstm(), lstm());
    const message = 'Bidirectional(3, 8): cannot run step by step, because one direction begins at the end';
    expectRefusal(() => both.step(), message);
    expectRefusal(() => new Stacked([both]).step(zeros([2, 3])), message);
    expectRefusal(() => new Stacked([lstm()]).step(x()), 'Stacked(3, 4): x must have shape [batch, 3]');
  });

  it('refuses what small layers cannot take', () => {
    expectRefusal(() => new Linear(3, 4).forward(zeros([2, 4])), 'Linear(3, 4): x must have shape [..., 3]');
    expectRefusal(() => new LayerNorm(3).forward(zeros([2, 1])), 'LayerNorm(3): x must have shape [..., 3]');
    expectRefusal(
      () => new Embedding(3, 2).forward(tensor([1, 2])),
      /Embedding: indices must be i32, got f32/,
    );
    const indices = tensor(new Int32Array(4), [2, 2]);
    const bag = new EmbeddingBag(3, 2);
    expectRefusal(() => bag.forward(tensor([1, 2]), tensor([1, 2])), /EmbeddingBag: indices must be i32/);
    expectRefusal(() => bag.forward(indices, indices), /EmbeddingBag: weights must be an f32 tensor/);
    expectRefusal(() => bag.forward(indices, zeros([2, 3])), /must have the shape/);
    expectRefusal(() => bag.forward(tensor(new Int32Array(1), []), zeros([])), /must have the shape/);
  });
});
