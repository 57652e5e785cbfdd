import { createHash } from 'node:crypto';
import { cpu } from '@ostinato/backend-cpu';
import { flights } from '@ostinato/data';
import { init } from '@ostinato/kernel';
import type { FitEvent } from '@ostinato/train';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SequenceTagger } from '../index.js';

const { train, dev } = flights({ train: 120, dev: 20, test: 10 });
const settings = { hidden: 8, embed: 8, letters: 8, buckets: 100, epochs: 3, batch: 16, rate: 1e-2 };
/** 120 sentences in batches of 16. */
const STEPS_PER_EPOCH = 8;
const words = dev.map((sentence) => sentence.words);

const create = (): SequenceTagger => SequenceTagger.create(train, settings);

async function fitToTheEnd(tagger: SequenceTagger): Promise<SequenceTagger> {
  for await (const _ of tagger.fit(train));
  return tagger;
}

/** Fits until `wanted` says so, then leaves the loop. */
async function fitUntil(tagger: SequenceTagger, wanted: (event: FitEvent) => boolean): Promise<void> {
  for await (const event of tagger.fit(train, { dev })) if (wanted(event)) break;
}

const step =
  (count: number) =>
  (event: FitEvent): boolean =>
    event.kind === 'step' && event.step === count;

/** Says whether taggers are the same in every bit. */
const sealOf = async (tagger: SequenceTagger): Promise<string> =>
  createHash('sha256')
    .update(await tagger.toBytes())
    .digest('hex');

const reload = async (tagger: SequenceTagger): Promise<SequenceTagger> =>
  SequenceTagger.fromBytes(await tagger.toBytes());

describe('a training that is stopped', () => {
  let straight: string;
  beforeAll(async () => {
    await init(cpu());
    straight = await sealOf(await fitToTheEnd(create()));
  });
  beforeEach(async () => {
    await init(cpu());
  });

  it.each([
    ['in the first epoch', step(3), 0],
    ['in the second epoch', step(STEPS_PER_EPOCH + 3), 1],
    ['between epochs', (event: FitEvent) => event.kind === 'epoch' && event.epoch === 1, 1],
    ['at a checkpoint', (event: FitEvent) => event.kind === 'checkpoint' && event.epoch === 2, 2],
  ])('by leaving the loop %s goes on to the very same weights', async (_, wanted, epoch) => {
    const tagger = create();
    const untrained = await tagger.predict(words);
    await fitUntil(tagger, wanted);
    expect(tagger.finished).toBe(false);
    expect(tagger.epoch).toBe(epoch);
    const loaded = await reload(tagger);
    expect([loaded.epoch, loaded.finished]).toEqual([epoch, false]);
    expect(await loaded.predict(words)).toEqual(await tagger.predict(words));
    if (epoch === 0) expect(await tagger.predict(words)).toEqual(untrained);
    expect(await sealOf(await fitToTheEnd(loaded))).toBe(straight);
    expect(await sealOf(await fitToTheEnd(tagger))).toBe(straight);
  });

  it('goes on to the very same weights where whole sequences of tags are judged', async () => {
    const judging = (): SequenceTagger => SequenceTagger.create(train, { ...settings, crf: true });
    const whole = await fitToTheEnd(judging());
    const seal = await sealOf(whole);
    expect(seal).not.toBe(straight);
    const tagger = judging();
    await fitUntil(tagger, step(STEPS_PER_EPOCH + 3));
    const loaded = await reload(tagger);
    expect(loaded.settings.crf).toBe(true);
    expect(await loaded.predict(words)).toEqual(await tagger.predict(words));
    expect(await sealOf(await fitToTheEnd(loaded))).toBe(seal);
    expect(await sealOf(await fitToTheEnd(tagger))).toBe(seal);
    await init(cpu({ threads: 1 }));
    expect(await sealOf(await fitToTheEnd(judging()))).toBe(seal);
  });

  it('refuses to go on with other sentences, also after loading', async () => {
    const tagger = create();
    await fitUntil(tagger, (event) => event.kind === 'checkpoint');
    for (const stopped of [tagger, await reload(tagger)]) {
      const others = stopped.fit([...train].reverse());
      await expect(others.next()).rejects.toThrow(/stopped in epoch 1 on other sentences than these 120/);
      expect(await sealOf(await fitToTheEnd(stopped))).toBe(straight);
    }
  });

  it('by leaving the loop again and again goes on to the very same weights', async () => {
    const tagger = create();
    for (const count of [2, 5, STEPS_PER_EPOCH + 1, STEPS_PER_EPOCH + 5, 2 * STEPS_PER_EPOCH + 2]) {
      await fitUntil(tagger, step(count));
    }
    expect(await sealOf(await fitToTheEnd(tagger))).toBe(straight);
  });

  it('by leaving the loop at the last event is finished', async () => {
    const tagger = create();
    await fitUntil(tagger, (event) => event.kind === 'checkpoint' && event.epoch === 3);
    expect(tagger.finished).toBe(true);
    expect(await sealOf(tagger)).toBe(straight);
  });

  it('by a signal goes on from that step, and predicts as it does after loading', async () => {
    const stop = new AbortController();
    const tagger = create();
    let saved: Uint8Array | undefined;
    const save = async (now: SequenceTagger): Promise<void> => {
      saved = await now.toBytes();
    };
    for await (const event of tagger.fit(train, { signal: stop.signal, save })) {
      if (event.kind === 'step' && event.step === STEPS_PER_EPOCH + 3) stop.abort();
    }
    expect(tagger.finished).toBe(false);
    expect(tagger.epoch).toBe(1);
    expect(await tagger.toBytes()).toEqual(saved);
    const loaded = await SequenceTagger.fromBytes(saved!);
    const { weights, training } = await tagger.toCheckpoint();
    expect(training!.average!.weights.get('words.weight')!.data).not.toEqual(
      weights.get('words.weight')!.data,
    );
    expect(await tagger.predict(words)).toEqual(await loaded.predict(words));
    expect(await sealOf(await fitToTheEnd(loaded))).toBe(straight);
    expect(await sealOf(await fitToTheEnd(tagger))).toBe(straight);
  });

  it('by an error of the one who reads keeps the last checkpoint', async () => {
    const tagger = create();
    await expect(
      (async () => {
        for await (const event of tagger.fit(train))
          if (step(STEPS_PER_EPOCH + 2)(event)) throw new Error('mine');
      })(),
    ).rejects.toThrow('mine');
    expect(tagger.epoch).toBe(1);
    expect(await sealOf(await fitToTheEnd(tagger))).toBe(straight);
  });

  it('is not disturbed by other taggers made on the way', async () => {
    const tagger = create();
    for await (const event of tagger.fit(train)) {
      if (event.kind === 'step')
        await reload(SequenceTagger.create(train, { ...settings, seed: event.step }));
    }
    expect(await sealOf(tagger)).toBe(straight);
  });

  it('says truly how far it is, saved at any moment', async () => {
    const tagger = create();
    expect((await reload(tagger)).finished).toBe(false);
    expect((await reload(tagger)).epoch).toBe(0);
    const begin = await sealOf(tagger);
    for await (const event of tagger.fit(train)) {
      const expected = event.kind === 'epoch' ? event.epoch : tagger.epoch;
      const loaded = await reload(tagger);
      expect([loaded.epoch, loaded.finished]).toEqual([expected, expected >= 3]);
      if (event.kind === 'step' && event.step < STEPS_PER_EPOCH) expect(await sealOf(tagger)).toBe(begin);
    }
    expect((await reload(tagger)).finished).toBe(true);
    expect(await sealOf(await reload(tagger))).toBe(straight);
  });

  it('is the only one of its tagger', async () => {
    const tagger = create();
    const events = tagger.fit(train);
    await events.next();
    const wait = /must wait until fit has ended; end its loop, or leave it with break/;
    await expect(tagger.fit(train).next()).rejects.toThrow(wait);
    await expect(tagger.to(await init(cpu()))).rejects.toThrow(wait);
    expect(() => tagger.dispose()).toThrow(wait);
    await events.return();
    expect(await sealOf(await fitToTheEnd(tagger))).toBe(straight);
    await expect(tagger.fit(train).next()).rejects.toThrow(/all 3 epochs are done/);
  });
});
