import { cpu } from '@ostinato/backend-cpu';
import { webgpu } from '@ostinato/backend-webgpu';
import { init } from '@ostinato/kernel';
import { RandomSource, seed, tensor } from '@ostinato/tensor';
import { expect, it } from 'vitest';
import { Jordan } from './index.js';

it('a softmax that is fed back is the same where factors are rounded to float16: it needs their range', async ({
  skip,
}) => {
  const rounded = await webgpu({ precision: 'float16' })();
  if ('unavailable' in rounded) return skip(rounded.unavailable);
  const outputs: ArrayLike<number>[] = [];
  for (const backend of [await init(cpu()), rounded]) {
    await init(async () => backend);
    seed(3);
    const layer = new Jordan(3, 4, 4, { output: 'softmax' });
    const x = tensor(Float32Array.from(await new RandomSource(4).normal([2, 6, 3]).data()), [2, 6, 3]);
    outputs.push(await layer.forward(x).output.data());
    backend.dispose();
  }
  expect(outputs[1]!.length).toBe(48);
  for (const [index, value] of Array.from(outputs[0]!).entries())
    expect(outputs[1]![index]!).toBeCloseTo(value, 5);
});
