import { init } from '@ostinato/kernel';
import { reference } from '@ostinato/kernel/reference';
import { gradients, mul, slice, sum, type Tensor, tensor } from '@ostinato/tensor';
import { beforeAll, describe, expect, it } from 'vitest';
import { Elman, LSTM } from './index.js';

beforeAll(async () => {
  await init(reference());
});

describe('the lecture', () => {
  it('L4: memory makes the same inputs give other outputs', async () => {
    const layer = new Elman(2, 2, { activation: 'linear', bias: false });
    layer.weight.assign(new Float32Array(4).fill(1));
    layer.recurrentWeight!.assign(new Float32Array(4).fill(1));
    const run = async (x: number[][]) => {
      const { output, state } = layer.forward(tensor([x]));
      // The output layer has all weights 1, too.
      const y = mul(sum(output, 2, { keepDims: true }), tensor([1, 1]));
      return { memory: await output.array(), y: await y.array(), state: await state.data() };
    };
    const { memory, y } = await run([
      [1, 1],
      [1, 1],
      [2, 2],
    ]);
    expect(memory).toEqual([
      [
        [2, 2],
        [6, 6],
        [16, 16],
      ],
    ]);
    expect(y).toEqual([
      [
        [4, 4],
        [12, 12],
        [32, 32],
      ],
    ]);
    expect(
      (
        await run([
          [2, 2],
          [1, 1],
          [1, 1],
        ])
      ).y,
    ).not.toEqual(y);
  });

  it('L5: the gradients of all steps add up in one weight', async () => {
    const layer = new Elman(1, 1, { activation: 'linear', bias: false });
    layer.weight.assign(new Float32Array([1]));
    layer.recurrentWeight!.assign(new Float32Array([0]));
    const [gradient] = gradients(sum(layer.forward(tensor([[[1], [2], [3]]])).output), [layer.weight]);
    expect(await gradient!.item()).toBe(6);
  });

  it('L11: the hand-worked LSTM', async () => {
    const layer = new LSTM(3, 1, { candidate: 'linear', output: 'linear' });
    // Gates i, f, g, o; columns of the weight [3, 4].
    layer.weight.assign(new Float32Array([0, 0, 1, 0, 100, 100, 0, 0, 0, 0, 0, 100]));
    layer.recurrentWeight!.assign(new Float32Array(4));
    layer.bias!.assign(new Float32Array([-10, 10, 0, -10]));
    const steps: { x: number[]; y: number; c: number }[] = [
      { x: [3, 1, 0], y: 0, c: 3 },
      { x: [4, 1, 0], y: 0, c: 7 },
      { x: [2, 0, 0], y: 0, c: 7 },
      { x: [1, 0, 1], y: 7, c: 7 },
      { x: [3, -1, 0], y: 0, c: 0 },
    ];
    let state: Tensor | undefined;
    for (const { x, y, c } of steps) {
      const result = layer.step(tensor([x]), state);
      state = result.state;
      const [, memory] = await state.data();
      expect(await result.output.item()).toBeCloseTo(y, 2);
      expect(memory).toBeCloseTo(c, 2);
    }
    const { output } = layer.forward(tensor([steps.map(({ x }) => x)]));
    expect([...(await output.data())].map(Math.round)).toEqual([0, 0, 0, 7, 0]);
  });

  it('L20: the weight on the memory, used a thousand times', async () => {
    const layer = new Elman(1, 1, { activation: 'linear', bias: false });
    const x = tensor([Array.from({ length: 1000 }, (_, time) => [time === 0 ? 1 : 0])]);
    const last = async (w: number) => {
      layer.weight.assign(new Float32Array([1]));
      layer.recurrentWeight!.assign(new Float32Array([w]));
      return slice(layer.forward(x).output, 1, 999, 1000).item();
    };
    expect(await last(1)).toBe(1);
    expect((await last(1.01)) / 1.01 ** 999).toBeCloseTo(1, 3);
    expect(await last(1.01)).toBeGreaterThan(20000);
    expect(await last(0.99)).toBeCloseTo(0, 4);
    expect(await last(0.01)).toBe(0);
  });
});
