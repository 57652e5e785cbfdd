import { createHash } from 'node:crypto';
import { cpu } from '@ostinato/backend-cpu';
import { type AudioClip, Random, resample, toneSequences, type Utterance } from '@ostinato/data';
import { currentBackend, init, useBackend } from '@ostinato/kernel';
import { reference } from '@ostinato/kernel/reference';
import type { FitEvent } from '@ostinato/train';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CtcRecognizer, type RecognizerCreateOptions } from '../index.js';

const { train, dev } = toneSequences({ train: 24, dev: 8, test: 0 });
const clips = dev.map(({ clip }) => clip);
const small = { hidden: 8, layers: 1, epochs: 2, batch: 8, rate: 1e-2, bands: 16 };

const create = (options: RecognizerCreateOptions = {}): CtcRecognizer =>
  CtcRecognizer.create(train, { ...small, ...options });

async function fitted(recognizer: CtcRecognizer): Promise<CtcRecognizer> {
  for await (const _ of recognizer.fit(train));
  return recognizer;
}

/** Fits until `wanted` says so, then leaves the loop. */
async function fitUntil(recognizer: CtcRecognizer, wanted: (event: FitEvent) => boolean): Promise<void> {
  for await (const event of recognizer.fit(train)) if (wanted(event)) break;
}

const reload = async (recognizer: CtcRecognizer): Promise<CtcRecognizer> =>
  CtcRecognizer.fromBytes(await recognizer.toBytes());

const sealOf = async (recognizer: CtcRecognizer): Promise<string> =>
  createHash('sha256')
    .update(await recognizer.toBytes())
    .digest('hex');

beforeEach(async () => {
  await init(cpu());
});

describe('CtcRecognizer (L26)', () => {
  let learnt: CtcRecognizer;
  let words: CtcRecognizer;
  const parts = toneSequences({ train: 120, dev: 30, test: 0, symbols: '1379', length: [1, 5] });
  beforeAll(async () => {
    await init(cpu());
    const clean = { dropout: 0, masks: 0, speedChange: 0 };
    const options = { hidden: 32, layers: 1, epochs: 12, batch: 8, rate: 2e-2, bands: 20, ...clean };
    learnt = CtcRecognizer.create(parts.train, options);
    for await (const _ of learnt.fit(parts.train));
    // One direction, one symbol a word, for streaming.
    const spaced = parts.train.map(({ clip, transcript }) => ({
      clip,
      transcript: [...transcript].join(' '),
    }));
    words = CtcRecognizer.create(spaced, { ...options, units: 'word', bidirectional: false });
    for await (const _ of words.fit(spaced));
  }, 120_000);

  it('learns sequences of tones that it has not heard', async () => {
    const { wer, cer, utterances, seconds, characters } = await learnt.evaluate(parts.dev);
    expect(utterances).toBe(30);
    expect(seconds).toBeGreaterThan(10);
    expect(cer).toBeLessThan(0.05);
    expect(wer).toBeLessThan(0.5);
    expect(characters.length).toBe(parts.dev.reduce((sum, { transcript }) => sum + transcript.length, 0));
    expect(
      (characters.substitutions + characters.insertions + characters.deletions) / characters.length,
    ).toBe(cer);
  });

  it('is the same after saving and loading, on any backend', async () => {
    const loaded = await reload(learnt);
    const heard = parts.dev.slice(0, 6).map(({ clip }) => clip);
    const before = await learnt.predict(heard);
    expect(await loaded.predict(heard)).toEqual(before);
    expect([loaded.finished, loaded.symbols, loaded.settings]).toEqual([
      true,
      learnt.symbols,
      learnt.settings,
    ]);
    useBackend(await init(reference()));
    const elsewhere = await reload(learnt);
    expect((await elsewhere.predict(heard)).map(({ text }) => text)).toEqual(before.map(({ text }) => text));
  });

  it('reads recordings one by one as it reads them together', async () => {
    const heard = parts.dev.slice(0, 8).map(({ clip }) => clip);
    const together = await learnt.predict(heard);
    for (const [index, clip] of heard.entries()) {
      const [alone] = await learnt.predict([clip]);
      expect(alone!.text).toBe(together[index]!.text);
    }
  });

  it('tells when symbols are heard, in order and within the recording', async () => {
    const { clip, transcript } = parts.dev[0]!;
    const { text, symbols } = await learnt.align(clip, transcript);
    expect(text).toBe(transcript);
    expect(symbols.map((symbol) => symbol.text).join('')).toBe(transcript);
    let last = 0;
    for (const { start, end, confidence } of symbols) {
      expect(start).toBeGreaterThanOrEqual(last);
      expect(end).toBeGreaterThan(start);
      expect(confidence).toBeGreaterThan(0.05);
      last = end;
    }
    expect(last).toBeLessThanOrEqual(clip.samples.length / clip.sampleRate + 0.02);
  });

  it('finds with a beam what is at least as likely as the likeliest path, and n best texts', async () => {
    const heard = parts.dev.slice(0, 5).map(({ clip }) => clip);
    const plain = await learnt.predict(heard);
    const searched = await learnt.predict(heard, { beam: 20, nBest: 3 });
    for (const [index, { alternatives, text }] of searched.entries()) {
      expect(alternatives[0]!.text).toBe(text);
      expect(alternatives).toHaveLength(3);
      const scores = alternatives.map(({ score }) => score);
      expect(scores).toEqual([...scores].sort((a, b) => b - a));
      expect(scores[0]!).toBeGreaterThanOrEqual(plain[index]!.alternatives[0]!.score - 1e-4);
    }
  });

  it('only finds words of a lexicon', async () => {
    const { clip, transcript } = parts.dev[0]!;
    const other = transcript.replace(/./, (symbol) => (symbol === '1' ? '3' : '1'));
    const decoding = { beam: 100, lexicon: [other, `${other}7`] };
    const [found] = await learnt.predict([clip], decoding);
    expect(found!.text).toBe(other);
    expect(transcript).not.toBe(other);
  });

  it('refuses words that its symbols cannot spell', async () => {
    const { clip } = parts.dev[0]!;
    await expect(words.predict([clip], { lexicon: ['1', '13'] })).rejects.toThrow(
      "recognizer: the lexicon has '13', which is none of its 4 symbols (1 3 7 9); leave the word out",
    );
    await expect(learnt.predict([clip], { hotWords: { words: ['1x'], bonus: 1 } })).rejects.toThrow(
      "hot words have '1x' with 'x', which is none of its",
    );
  });

  it('resamples recordings of another rate', async () => {
    const { clip } = parts.dev[1]!;
    const [found] = await learnt.predict([resample(clip, 16_000)]);
    const [plain] = await learnt.predict([clip]);
    expect(found!.text).toBe(plain!.text);
    expect(plain!.text).not.toBe('');
  });

  it('recognises while samples come in what it recognises of the whole', async () => {
    const random = new Random(5);
    for (const { clip } of parts.dev.slice(0, 10)) {
      for (const decoding of [{}, { beam: 10 }]) {
        const [whole] = await words.predict([clip], decoding);
        const stream = words.stream(decoding);
        for (let from = 0; from < clip.samples.length; ) {
          const to = from + 1 + Math.floor(2000 * random.next());
          await stream.push(clip.samples.subarray(from, to));
          from = to;
        }
        expect(await stream.end()).toBe(whole!.text);
      }
    }
    expect(
      (
        await words.evaluate(
          parts.dev.map(({ clip, transcript }) => ({ clip, transcript: [...transcript].join(' ') })),
        )
      ).wer,
    ).toBeLessThan(0.1);
  });

  it('shows a text that grows while samples come in, and gives its memory back', async () => {
    const backend = currentBackend();
    const { clip } = parts.dev[0]!;
    const { liveStorages } = backend.memory();
    const stream = words.stream();
    const texts: string[] = [];
    for (let from = 0; from < clip.samples.length; from += 800) {
      texts.push(await stream.push(clip.samples.subarray(from, from + 800)));
    }
    const text = await stream.end();
    expect(texts.every((part) => text.startsWith(part))).toBe(true);
    expect(new Set(texts).size).toBeGreaterThan(2);
    expect(backend.memory().liveStorages).toBe(liveStorages);
    expect(() => stream.push(clip.samples)).toThrow('SpeechStream.push: the stream has ended');
  });

  it('streams while it is being trained, and moves nothing of the training', async () => {
    const { clip } = train[0]!;
    const sealed = async (look: (recognizer: CtcRecognizer) => Promise<unknown>): Promise<string> => {
      const recognizer = create({ bidirectional: false, dropout: 0.5 });
      for await (const event of recognizer.fit(train)) if (event.kind === 'step') await look(recognizer);
      return sealOf(recognizer);
    };
    const texts = async (recognizer: CtcRecognizer): Promise<void> => {
      const [whole] = await recognizer.predict([clip]);
      const stream = recognizer.stream();
      await stream.push(clip.samples);
      expect(await stream.end()).toBe(whole!.text);
    };
    expect(await sealed(texts)).toBe(await sealed(async () => {}));
  });

  it('ends a stream at samples that are not finite, and takes no array for its own', async () => {
    const { clip } = parts.dev[0]!;
    const { liveStorages } = currentBackend().memory();
    const broken = words.stream();
    await broken.push(clip.samples);
    await expect(broken.push(new Float32Array(4000).fill(Number.NaN))).rejects.toThrow();
    expect(() => broken.push(clip.samples)).toThrow('the stream has ended');
    const abandoned = words.stream();
    await abandoned.push(clip.samples);
    abandoned.dispose();
    const [whole] = await words.predict([clip]);
    const stream = words.stream();
    const samples = clip.samples.slice();
    void stream.push(samples);
    samples.fill(0);
    expect(await stream.end()).toBe(whole!.text);
    expect(currentBackend().memory().liveStorages).toBe(liveStorages);
  });

  it('says why a network of both directions cannot stream', () => {
    expect(() => learnt.stream()).toThrow(/reads recordings in both directions.*bidirectional: false/);
  });

  it('gives nothing for what is shorter than a frame', async () => {
    const short: AudioClip = { samples: new Float32Array(10), sampleRate: 8000 };
    const [nothing, something] = await learnt.predict([short, parts.dev[0]!.clip]);
    expect(nothing).toMatchObject({ text: '', symbols: [], words: [] });
    expect(something!.text).not.toBe('');
  });
});

describe('a recogniser', () => {
  it.each<RecognizerCreateOptions>([
    { cell: 'gru', layers: 2, subsampling: 3 },
    { cell: 'elman', bidirectional: false, features: 'mfcc', deltas: 2 },
    { units: 'word', deltas: 1, masks: 0, noiseBelow: 0, speedChange: 0, gainChange: 0 },
  ])('of other settings, %o, is trained, saved and loaded', async (options) => {
    const recognizer = await fitted(create({ ...options, epochs: 1 }));
    const loaded = await reload(recognizer);
    expect(loaded.settings).toEqual({ ...recognizer.settings, ...options });
    expect(await loaded.predict(clips)).toEqual(await recognizer.predict(clips));
  });

  it('of the same seed is the same, of another another', async () => {
    const [first, second, other] = await Promise.all([1, 1, 2].map(async (seed) => sealOf(create({ seed }))));
    expect(first).toBe(second);
    expect(other).not.toBe(first);
  });

  it.each([
    ['in the first epoch', (event: FitEvent) => event.kind === 'step' && event.step === 2],
    ['in the second', (event: FitEvent) => event.kind === 'step' && event.step === 5],
  ])('whose training is left %s goes on to the very same weights', async (_, wanted) => {
    const straight = await sealOf(await fitted(create()));
    const stopped = create();
    await fitUntil(stopped, wanted);
    expect(stopped.finished).toBe(false);
    expect(await sealOf(await fitted(await reload(stopped)))).toBe(straight);
  });

  it('will not go on with other recordings', async () => {
    const stopped = create();
    await fitUntil(stopped, (event) => event.kind === 'checkpoint');
    const others = train.map(({ clip: { samples, sampleRate }, transcript }, index) => ({
      clip: { samples: index === 3 ? samples.map((sample) => sample / 2) : samples, sampleRate },
      transcript,
    }));
    const go = async (): Promise<void> => {
      for await (const _ of stopped.fit(others));
    };
    await expect(go()).rejects.toThrow(/training stopped in epoch 1 on other utterances than these 24/);
  });

  it('counts no error where letters are only written in another way', async () => {
    const apart = train.map(({ clip, transcript }) => ({
      clip,
      transcript: transcript.replaceAll('1', 'a\u0308'),
    }));
    const recognizer = CtcRecognizer.create(apart, { ...small, hours: 1e-6 });
    expect(recognizer.symbols).toContain('\u00e4');
    const { characters } = await recognizer.evaluate(apart);
    expect(characters.length).toBe(train.reduce((sum, { transcript }) => sum + transcript.length, 0));
  });

  it('shows its layers', () => {
    expect(create().summary()).toMatch(/symbols.*Linear/);
  });
});

describe('bad use of a recogniser', () => {
  const { clip } = train[0]!;
  const fit = async (recognizer: CtcRecognizer, utterances: readonly Utterance[]): Promise<void> => {
    for await (const _ of recognizer.fit(utterances));
  };

  it.each<[string, () => unknown, string | RegExp]>([
    ['nothing to learn from', () => CtcRecognizer.create([]), /there are no utterances to learn from/],
    [
      'empty transcripts',
      () => CtcRecognizer.create([{ clip, transcript: ' ' }]),
      /there are only empty transcripts to learn from/,
    ],
    [
      'no recording',
      () => CtcRecognizer.create([{ clip: [0, 1] as never, transcript: '1', name: 'a.wav' }]),
      /a\.wav must be \{ samples: Float32Array, sampleRate \}, got an array of 2/,
    ],
    [
      'no transcript',
      () => CtcRecognizer.create([{ clip } as never]),
      /utterance 0 must be \{ clip, transcript \}, got an object with clip/,
    ],
    [
      'a setting',
      () => create({ subsampling: 0 }),
      'recognizer: subsampling must be a whole number from 1, got 0',
    ],
    [
      'symbols that come twice',
      () => create({ symbols: ['a', 'b', 'a'] }),
      "CtcRecognizer.create: symbols must be single characters, each once, got 'a'",
    ],
  ])('%s', (_, use, message) => {
    expect(use).toThrow(message);
  });

  it('names the utterance whose transcript has an unknown symbol', async () => {
    const recognizer = create({ symbols: ['1', '2'] });
    await expect(fit(recognizer, [{ clip, transcript: '1x', name: 'list.tsv:7: a.wav' }])).rejects.toThrow(
      /^CtcRecognizer\.fit: list\.tsv:7: a\.wav: the transcript '1x' has the symbol 'x', which is none of the 2/,
    );
  });

  it('names the utterance whose transcript is longer than its recording', async () => {
    const recognizer = create();
    const short = { samples: clip.samples.subarray(0, 800), sampleRate: clip.sampleRate };
    const transcript = '1234567890'.repeat(3);
    await expect(
      fit(CtcRecognizer.create([{ clip, transcript }], small), [{ clip: short, transcript, name: 'a.wav' }]),
    ).rejects.toThrow(
      /CtcRecognizer\.fit: a\.wav: the transcript '1234.*' needs 30 steps, but the recording of 0\.10 s has \d+; /,
    );
    await expect(recognizer.align(short, '1'.repeat(9))).rejects.toThrow(/needs 17 steps, but the recording/);
  });

  it('refuses the checkpoint of something else, and one whose parts do not fit', async () => {
    const checkpoint = await create().toCheckpoint();
    const metadata = checkpoint.metadata as Record<string, never>;
    expect(() =>
      CtcRecognizer.fromCheckpoint({ ...checkpoint, metadata: { ...metadata, task: 'tagger' } }),
    ).toThrow(
      /this is not the model of a recognizer \(task: expected 'recognizer', got "tagger"\); give a file that "ostinato speech train" wrote/,
    );
    expect(() =>
      CtcRecognizer.fromCheckpoint({ ...checkpoint, metadata: { ...metadata, symbols: ['a'] } }),
    ).toThrow(/this model of a recognizer contradicts itself/);
  });
});
