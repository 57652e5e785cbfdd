import { cpu } from '@ostinato/backend-cpu';
import { type Backend, init } from '@ostinato/kernel';
import { reference } from '@ostinato/kernel/reference';
import { backward, dispose, noGrad, square, sum, type Tensor, tensor, zeros } from '@ostinato/tensor';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  Dropout,
  Embedding,
  EmbeddingBag,
  GRU,
  LayerNorm,
  Linear,
  LSTM,
  Sequential,
  Stacked,
} from './index.js';
import { layers, streaming } from './testing.js';

describe.each([
  ['reference', reference],
  ['cpu', cpu],
])('memory on %s', (_, factory) => {
  let backend: Backend;
  let x: Tensor;
  let indices: Tensor;
  let weights: Tensor;

  beforeAll(async () => {
    backend = await init(factory());
  });
  beforeEach(() => {
    x = zeros([2, 5, 3]);
    indices = tensor(new Int32Array(6), [2, 3]);
    weights = zeros([2, 3]);
  });

  /** Storages that are alive after `run` and the disposal of what it gave, beyond those before. */
  const left = (run: () => unknown): number => {
    const before = backend.memory().liveStorages;
    dispose(run());
    return backend.memory().liveStorages - before;
  };

  it.each(layers)('%s gives back all that it took, recorded or not', (_, make) => {
    const layer = make();
    expect(left(() => layer.forward(x))).toBe(0);
    expect(left(() => layer.forward(x, { lengths: [5, 2] }))).toBe(0);
    expect(left(() => noGrad(() => layer.forward(x, { lengths: [5, 2], reverse: true })))).toBe(0);
  });

  it.each(streaming)('%s gives back all that its steps took', (_, make) => {
    const layer = make();
    const row = zeros([2, 3]);
    expect(
      left(() => {
        let state: unknown;
        for (let time = 0; time < 3; time++) {
          const result = layer.step(row, state);
          result.output.dispose();
          dispose(state);
          state = result.state;
        }
        return state;
      }),
    ).toBe(0);
  });

  it('gives back what dropout took', () => {
    const options = { recurrentDropout: 0.5 };
    const dropping = [
      new LSTM(3, 4, options),
      new GRU(3, 4, { ...options, resetAfter: false }),
      new Stacked([new LSTM(3, 4), new LSTM(4, 4)], { dropout: 0.5 }),
    ];
    for (const layer of dropping) expect(left(() => layer.forward(x))).toBe(0);
    expect(left(() => new Dropout(0.5).forward(x))).toBe(0);
    expect(left(() => new Dropout(0.5, { sharedAxes: [1] }).forward(x))).toBe(0);
  });

  it('gives back what small layers took', () => {
    const linear = new Linear(3, 3);
    const plain = new Linear(3, 3, { bias: false });
    const norm = new LayerNorm(3);
    const bag = new EmbeddingBag(4, 3);
    const embedding = new Embedding(4, 3);
    const sequential = new Sequential(linear, (value) => square(value), norm);
    expect(left(() => linear.forward(x))).toBe(0);
    expect(left(() => plain.forward(x))).toBe(0);
    expect(left(() => norm.forward(x))).toBe(0);
    expect(left(() => bag.forward(indices, weights))).toBe(0);
    expect(left(() => embedding.forward(indices))).toBe(0);
    expect(left(() => sequential.forward(x))).toBe(0);
  });

  it('keeps what backward needs until it has passed', () => {
    const layer = new LSTM(3, 4);
    const before = backend.memory().liveStorages;
    const { output, state } = layer.forward(x, { lengths: [5, 2] });
    const squares = square(output);
    const loss = sum(squares);
    dispose([output, state, squares]);
    backward(loss);
    loss.dispose();
    for (const parameter of layer.parameters()) parameter.clearGradient();
    expect(backend.memory().liveStorages).toBe(before);
  });
});
