import { cpu } from '@ostinato/backend-cpu';
import { TrigramHasher, Vocabulary } from '@ostinato/data';
import { init } from '@ostinato/kernel';
import { beforeAll, describe, expect, it } from 'vitest';
import { WordFeatures } from './word-features.js';

beforeAll(async () => {
  await init(cpu());
});

describe('WordFeatures', () => {
  it('spells each different word once, and makes digits alike', async () => {
    const backend = await init(cpu());
    await init(cpu());
    const words = Vocabulary.build([['at', 'at', '10:30']]);
    const hasher = new TrigramHasher({ buckets: 50 });
    const batch = new WordFeatures(words, { buckets: 50 }).batch([['at', '11:45', 'at'], ['at']], backend);
    for (const tensor of Object.values(batch)) expect(tensor.backend).toBe(backend);
    expect(await batch.words.array()).toEqual([
      [words.indexOf('at'), words.otherIndex, words.indexOf('at')],
      [words.indexOf('at'), words.paddingIndex, words.paddingIndex],
    ]);
    expect(await batch.lengths.array()).toEqual([3, 1]);
    expect(await batch.spelling.array()).toEqual([
      [0, 1, 0],
      [0, 0, 0],
    ]);
    const [at, time] = ['at', '00:00'].map((word) => [...hasher.encode(word)]);
    expect(await batch.trigrams.array()).toEqual([[...at!, 0, 0, 0], time]);
    const fifth = Math.fround(1 / 5);
    expect(await batch.trigramWeights.array()).toEqual([
      [0.5, 0.5, 0, 0, 0],
      [fifth, fifth, fifth, fifth, fifth],
    ]);
  });
});
