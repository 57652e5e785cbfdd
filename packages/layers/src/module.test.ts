import { init } from '@ostinato/kernel';
import { reference } from '@ostinato/kernel/reference';
import { Parameter, seed, type Tensor, tensor, zeros } from '@ostinato/tensor';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  Bidirectional,
  Dropout,
  Elman,
  Embedding,
  EmbeddingBag,
  GRU,
  initializers,
  LayerNorm,
  Linear,
  LSTM,
  Module,
  Sequential,
  summary,
  summaryRows,
} from './index.js';

beforeAll(async () => {
  await init(reference());
  seed(2);
});

class Tagger extends Module {
  embed = new Embedding(20, 6);
  rnn = new Bidirectional(new LSTM(6, 4), new LSTM(6, 4));
  heads = [new Linear(8, 3), new Linear(8, 2, { bias: false })];
  dropout = new Dropout(0.5);

  forward(tokens: Tensor): Tensor {
    return this.heads[0]!.forward(this.dropout.forward(this.rnn.forward(this.embed.forward(tokens)).output));
  }
}

const tokens = () => tensor(new Int32Array([1, 2, 3, 4, 5, 6]), [2, 3]);

describe('Module', () => {
  it('names parameters by their field path', () => {
    expect([...new Tagger().namedParameters()].map(([name]) => name)).toEqual([
      'embed.weight',
      'rnn.forwards.weight',
      'rnn.forwards.recurrentWeight',
      'rnn.forwards.bias',
      'rnn.backwards.weight',
      'rnn.backwards.recurrentWeight',
      'rnn.backwards.bias',
      'heads.0.weight',
      'heads.0.bias',
      'heads.1.weight',
    ]);
  });
  it('finds parameters in plain objects and Maps too, by their keys', async () => {
    class Held extends Module {
      heads = { slots: new Linear(2, 3, { bias: false }), intent: [new Linear(2, 4, { bias: false })] };
      byName = new Map<string | number, unknown>([
        ['scale', new Parameter(tensor([1]))],
        [7, new Dropout(0.5)],
      ]);
      settings = { name: 'x', nested: { none: null, itself: undefined as unknown } };
      bare = Object.assign(Object.create(null), { gain: new Parameter(tensor([2])) });
    }
    const model = new Held();
    model.settings.nested.itself = model.settings;
    expect([...model.namedParameters()].map(([name]) => name)).toEqual([
      'byName.scale',
      'bare.gain',
      'heads.slots.weight',
      'heads.intent.0.weight',
    ]);
    expect((model.evaluate().byName.get(7) as Dropout).training).toBe(false);
    const other = new Held();
    other.loadState(await model.state());
    expect(await other.heads.slots.weight.data()).toEqual(await model.heads.slots.weight.data());
  });
  it('refuses names that say nothing, and two of one name', () => {
    class Unnamed extends Module {
      parts = new Map([[{}, new Linear(2, 2)]]);
    }
    expect(() => new Unnamed().parameters()).toThrow(/a key of the Map parts is an object/);
    class Twice extends Module {
      a = { b: { c: new Parameter(tensor([1])) }, 'b.c': new Parameter(tensor([1])) };
    }
    expect(() => new Twice().parameters()).toThrow(/two parameters are named a.b.c/);
  });
  it('counts a shared parameter once', () => {
    const shared = new Linear(2, 2);
    expect(new Sequential(shared, shared).parameterCount).toBe(6);
  });
  it('switches everything inside to evaluation', async () => {
    const model = new Tagger();
    expect(model.dropout.training).toBe(true);
    model.evaluate();
    expect(model.dropout.training).toBe(false);
    expect(await model.forward(tokens()).data()).toEqual(await model.forward(tokens()).data());
  });
  it('saves and loads, and names all that does not fit', async () => {
    const first = new Tagger().evaluate();
    const second = new Tagger().evaluate();
    second.loadState(await first.state());
    expect(await second.forward(tokens()).data()).toEqual(await first.forward(tokens()).data());
    const state = await first.state();
    state.delete('embed.weight');
    state.set('extra', { shape: [1], data: new Float32Array(1) });
    expect(() => second.loadState(state)).toThrow(/embed.weight is missing; extra is not in the model/);
  });
  it('moves to another backend with the same numbers', async () => {
    const model = new Tagger().evaluate();
    const before = await model.forward(tokens()).data();
    const other = await init(reference());
    await model.to(other);
    expect(model.parameters().every((parameter) => parameter.backend === other)).toBe(true);
    expect(await model.forward(tokens()).data()).toEqual(before);
  });
});

describe('summary', () => {
  it('shows layers, output shapes and parameters', () => {
    const model = new Tagger();
    const text = summary(model, () => model.forward(tokens()));
    expect(text).toContain('rnn (Bidirectional)');
    expect(text).toMatch(/ 0 \(Linear\)\s+\[2, 3, 3\]\s+27\n/);
    expect(summaryRows(model, () => model.forward(tokens())).find((row) => row.name === 'rnn')).toEqual({
      name: 'rnn',
      layer: 'Bidirectional',
      outputShape: [2, 3, 8],
      parameters: 2 * (6 * 16 + 4 * 16 + 16),
    });
    // The watching leaves no trace.
    expect(Object.keys(model.rnn)).not.toContain('forward');
  });
  it('L12: an LSTM has 4 times the parameters of the simple network', () => {
    const rows = (layer: Module) => summaryRows(layer)[0]!.parameters;
    expect(rows(new LSTM(10, 20))).toBe(4 * rows(new Elman(10, 20)));
  });
});

describe('initializers', () => {
  const spread = (values: Float32Array) =>
    Math.sqrt(values.reduce((total, v) => total + v * v, 0) / values.length);

  it('have the deviation that their papers give', () => {
    seed(2);
    expect(spread(initializers.glorotUniform([100, 300]))).toBeCloseTo(Math.sqrt(2 / 400), 3);
    expect(spread(initializers.heNormal([200, 100]))).toBeCloseTo(0.1, 2);
    expect(spread(initializers.uniform(0.1)([10000]))).toBeCloseTo(0.1 / Math.sqrt(3), 3);
  });
  it.each([
    [4, 4],
    [3, 7],
    [7, 3],
  ])('orthogonal [%i, %i]', (rows, columns) => {
    const q = initializers.orthogonal([rows, columns]);
    const small = Math.min(rows, columns);
    const entry = (i: number, j: number): number => {
      let total = 0;
      for (let k = 0; k < Math.max(rows, columns); k++) {
        total +=
          rows <= columns
            ? q[i * columns + k]! * q[j * columns + k]!
            : q[k * columns + i]! * q[k * columns + j]!;
      }
      return total;
    };
    for (let i = 0; i < small; i++)
      for (let j = 0; j < small; j++) expect(entry(i, j)).toBeCloseTo(i === j ? 1 : 0, 5);
  });
  it('identity and side by side', () => {
    expect([...initializers.sideBySide(2, initializers.identity)([2, 4])]).toEqual([1, 0, 1, 0, 0, 1, 0, 1]);
    expect(() => initializers.identity([2, 3])).toThrow(/square/);
  });
  it('start from the same numbers for the same seed', () => {
    seed(5);
    const first = initializers.normal(1)([10]);
    seed(5);
    expect(initializers.normal(1)([10])).toEqual(first);
  });
});

describe('small layers', () => {
  it('leave alone the array that an initializer gave', async () => {
    const bias = new Float32Array(16).fill(0.5);
    const lstm = new LSTM(3, 4, { biasInit: () => bias });
    expect([...bias]).toEqual(new Array(16).fill(0.5));
    expect([...(await lstm.bias!.data())].slice(2, 10)).toEqual([0.5, 0.5, 1.5, 1.5, 1.5, 1.5, 0.5, 0.5]);
    const table = new Float32Array(6).fill(1);
    expect([...(await new Embedding(3, 2, { init: () => table, padding: 1 }).weight.data())]).toEqual([
      1, 1, 0, 0, 1, 1,
    ]);
    expect([...table]).toEqual(new Array(6).fill(1));
  });
  it('name the cell that they run, if it is one', () => {
    expect(new GRU(3, 4).cell.name).toBe('gru');
    expect(new GRU(3, 4, { resetAfter: false }).cell.name).toBe('gru-reset-before');
  });
  it('Embedding wants whole numbers', () => {
    expect(() => new Embedding(3, 2).forward(tensor([1, 2]))).toThrow(/indices must be i32/);
  });
  it('EmbeddingBag weighs and adds', async () => {
    const bag = new EmbeddingBag(3, 2, { init: () => new Float32Array([9, 9, 1, 2, 10, 20]) });
    const out = bag.forward(
      tensor(new Int32Array([1, 2, 1, 0]), [2, 2]),
      tensor([
        [0.5, 0.5],
        [1, 0],
      ]),
    );
    expect(await out.array()).toEqual([
      [5.5, 11],
      [1, 2],
    ]);
  });
  it('LayerNorm gives mean 0 and deviation 1', async () => {
    const [a, b, c] = (await new LayerNorm(3).forward(tensor([[1, 2, 3]])).data()) as Float32Array;
    expect(a! + b! + c!).toBeCloseTo(0, 5);
    expect(c!).toBeCloseTo(Math.sqrt(1.5), 3);
  });
  it('Dropout can share one mask over time', async () => {
    const data = await new Dropout(0.5, { sharedAxes: [1] })
      .forward(tensor(new Float32Array(60).fill(1), [2, 3, 10]))
      .array();
    for (const row of data as number[][][]) for (const step of row) expect(step).toEqual(row[0]);
    expect(() => new Dropout(1)).toThrow(/\[0, 1\)/);
    expect(
      await new Dropout(0.5)
        .evaluate()
        .forward(zeros([2]))
        .data(),
    ).toEqual(new Float32Array(2));
  });
});
