import { init } from '@ostinato/kernel';
import { reference } from '@ostinato/kernel/reference';
import { gradcheck, RandomSource, tensor, zeros } from '@ostinato/tensor';
import { beforeAll, describe, expect, it } from 'vitest';
import { LSTM, reverseSequences } from './index.js';

beforeAll(async () => {
  await init(reference());
});

describe('reverseSequences', () => {
  it('turns each row round at its own end', async () => {
    const x = tensor([
      [[1], [2], [3], [9]],
      [[4], [5], [6], [7]],
      [[9], [9], [9], [9]],
    ]);
    expect(await reverseSequences(x, [3, 4, 0]).array()).toEqual([
      [[3], [2], [1], [9]],
      [[7], [6], [5], [4]],
      [[9], [9], [9], [9]],
    ]);
    expect(await reverseSequences(x).array()).toEqual([
      [[9], [3], [2], [1]],
      [[7], [6], [5], [4]],
      [[9], [9], [9], [9]],
    ]);
  });

  it('reversed input forwards is the same as reverse', async () => {
    const layer = new LSTM(2, 3);
    const x = new RandomSource(1).normal([2, 4, 2]);
    const lengths = [4, 2];
    const there = layer.forward(reverseSequences(x, lengths), { lengths });
    const back = layer.forward(x, { lengths, reverse: true });
    expect(await reverseSequences(there.output, lengths).data()).toEqual(await back.output.data());
  });

  it('passes gradients on', async () => {
    await gradcheck((x) => reverseSequences(x, [3, 1]), [new RandomSource(2).normal([2, 3, 2])]);
  });

  it('says what it takes', () => {
    expect(() => reverseSequences(zeros([2, 3]))).toThrow(
      'reverseSequences: x must have shape [batch, time, features], got [2, 3]',
    );
    expect(() => reverseSequences(zeros([2, 3, 1]), [4, 1])).toThrow(/the length of row 0 is 4/);
  });
});
