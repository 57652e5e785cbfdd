import { type WebGpuBackend, webgpu } from '@ostinato/backend-webgpu';
import { init } from '@ostinato/kernel';
import { LSTM } from '@ostinato/layers';
import { dispose, mean, seed, square, type Tensor, tensor } from '@ostinato/tensor';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Adam } from './index.js';

let backend: WebGpuBackend;
beforeAll(async () => {
  backend = (await init(webgpu())) as WebGpuBackend;
});
afterAll(() => backend?.dispose());

const [batch, features, hidden] = [2, 3, 4];

/** Numbers in [-1, 1], [batch, time, features]. */
function sequences(time: number): Tensor {
  const row = (at: number): number[] => Array.from({ length: features }, (_, i) => Math.sin(at * 7 + i * 3));
  return tensor(
    Array.from({ length: batch }, (_, b) => Array.from({ length: time }, (_, t) => row(b * time + t))),
  );
}

/** An LSTM that learns to be silent, on `x`. */
function training(x: Tensor): { model: LSTM; optimizer: Adam; step: () => void } {
  seed(1);
  const model = new LSTM(features, hidden);
  const optimizer = new Adam(model, { rate: 0.01 });
  return { model, optimizer, step: () => optimizer.step(() => mean(square(model.forward(x).output))) };
}

it('trains for a thousand steps without one block of memory more', async () => {
  const x = sequences(4);
  const { model, optimizer, step } = training(x);
  const uses: number[] = [];
  const losses: number[] = [];
  for (let count = 1; count <= 1000; count++) {
    step();
    if (count % 100 !== 0) continue;
    losses.push((await optimizer.report()).loss!);
    const { liveStorages, liveBytes, pooledBytes } = backend.memory();
    uses.push(liveStorages, liveBytes, pooledBytes);
  }
  expect(losses.at(-1)!).toBeLessThan(losses[0]! / 10);
  // Of what a step needs everything comes back, and the next takes it from there.
  expect(uses.slice(-3)).toEqual(uses.slice(3, 6));
  optimizer.dispose();
  model.dispose();
  dispose(x);
});

it('starts as many kernels for a long sequence as for a short one', async () => {
  const dispatchesOf = async (time: number): Promise<number> => {
    const x = sequences(time);
    const { model, optimizer, step } = training(x);
    // The first step makes what later ones keep.
    step();
    await optimizer.report();
    const before = backend.dispatches;
    step();
    const count = backend.dispatches - before;
    await optimizer.report();
    optimizer.dispose();
    model.dispose();
    dispose(x);
    return count;
  };
  expect(await dispatchesOf(32)).toBe(await dispatchesOf(4));
});
