import { describe, expect, it } from 'vitest';
import { DataError } from '../errors.js';
import { fnv1a } from '../hash.js';
import { checkTag, spansOf, type TaggedSentence } from '../tagged-sentence.js';
import { flights } from './flights.js';
import { lectureSentences } from './lecture-sentences.js';
import { heldOutValues, values } from './values.js';

const data = flights();
const all = [...data.train, ...data.dev, ...data.test];
const textOf = ({ words }: TaggedSentence) => words.join(' ');

/** Values of slots in sentences, as `type=words`. */
function slotValues(sentences: readonly TaggedSentence[]): { type: string; value: string }[] {
  return sentences.flatMap(({ words, tags }) =>
    spansOf(tags).map(({ type, start, end }) => ({ type, value: words.slice(start, end).join(' ') })),
  );
}

describe('flights', () => {
  it('makes as many sentences as asked for, all distinct, also up to the full stop', () => {
    expect([data.train.length, data.dev.length, data.test.length]).toEqual([3000, 300, 500]);
    expect(new Set(all.map((sentence) => textOf(sentence).replace(/ [.?]$/, ''))).size).toBe(all.length);
    const small = flights({ train: 5, dev: 0, test: 1 });
    expect([small.train.length, small.dev.length, small.test.length]).toEqual([5, 0, 1]);
    expect(() => flights({ train: -1 })).toThrow(DataError);
  });

  it('gives the same sentences for a seed, and others for another', () => {
    expect(fnv1a(JSON.stringify(data)).toString(16)).toBe('11271ae3');
    expect(flights({ seed: 0 })).toEqual(data);
    expect(flights({ seed: 1 }).train[0]).not.toEqual(data.train[0]);
  });

  it('tags every word in BIO, in lower case, with an intent', () => {
    for (const { words, tags, intent } of all) {
      expect(tags.length).toBe(words.length);
      for (const tag of tags) checkTag(tag);
      expect(words.join(' ')).toBe(words.join(' ').toLowerCase());
      expect(words.length).toBeLessThan(40);
      expect(intent).toMatch(/^[a-z]+$/);
      tags.forEach((tag, index) => {
        if (tag.startsWith('I-')) expect([`B${tag.slice(1)}`, tag]).toContain(tags[index - 1]);
      });
    }
  });

  it('has a dozen slots and more, each often enough to be learnt, and cities in every role', () => {
    const counts = new Map<string, number>();
    for (const { type } of slotValues(data.train)) counts.set(type, (counts.get(type) ?? 0) + 1);
    expect(counts.size).toBeGreaterThanOrEqual(18);
    expect(Math.min(...counts.values())).toBeGreaterThanOrEqual(20);
    const roles = new Set(
      slotValues(data.train).flatMap(({ type, value }) => (value === 'taipei' ? [type] : [])),
    );
    expect(roles).toEqual(new Set(['destination', 'departure', 'stopover']));
    expect(new Set(all.map(({ intent }) => intent)).size).toBe(8);
    expect(
      slotValues(data.train).some(({ type, value }) => type === 'destination' && value === 'new york'),
    ).toBe(true);
  });

  it('keeps the lecture sentences out of every part (L1, L3)', () => {
    const lecture = lectureSentences.map(textOf);
    expect(lecture).toEqual([
      'i would like to arrive taipei on november 2nd',
      'i would like to leave taipei on november 2nd',
    ]);
    expect(all.filter((sentence) => lecture.some((text) => textOf(sentence).includes(text)))).toEqual([]);
  });

  it('has cities and dates in the test part that no other part has', () => {
    const held = new Set([...(heldOutValues.city ?? []), 'christmas day']);
    const isHeld = (value: string) =>
      held.has(value) ||
      value.split(' ').some((word) => /^(february|september|9th|13th|24th|27th|30th)$/.test(word));
    expect(slotValues([...data.train, ...data.dev]).filter(({ value }) => isHeld(value))).toEqual([]);
    const share =
      data.test.filter((sentence) => slotValues([sentence]).some(({ value }) => isHeld(value))).length / 500;
    expect(share).toBeGreaterThan(0.15);
    expect(share).toBeLessThan(0.35);
    const cities = new Set(slotValues(data.test).map(({ value }) => value));
    expect(values.city?.filter((city) => cities.has(city)).length).toBeGreaterThan(50);
  });

  it('cannot be tagged word by word: the most frequent tag of each word has 43 F1 in dev, 34 in test (README)', () => {
    const counts = new Map<string, Map<string, number>>();
    for (const { words, tags } of data.train) {
      words.forEach((word, index) => {
        const byTag = counts.get(word) ?? new Map<string, number>();
        const tag = tags[index] as string;
        counts.set(word, byTag.set(tag, (byTag.get(tag) ?? 0) + 1));
      });
    }
    const best = (word: string) =>
      [...(counts.get(word) ?? [['O', 1] as const])].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 'O';
    for (const [part, f1] of [
      [data.dev, 43],
      [data.test, 34],
    ] as const) {
      let right = 0;
      let total = 0;
      for (const { words, tags } of part) {
        const key = ({ type, start, end }: { type: string; start: number; end: number }) =>
          `${type} ${start} ${end}`;
        const expected = new Set(spansOf(tags).map(key));
        const found = spansOf(words.map(best)).map(key);
        right += found.filter((span) => expected.has(span)).length;
        total += expected.size + found.length;
      }
      expect((200 * right) / total).toBeCloseTo(f1, 0);
    }
  });

  it('lets the verb decide, before and after the city, near and far', () => {
    // The same frame with either verb, at different distances from the city it decides; one verb in a sentence.
    const roleOf = (pattern: RegExp) => {
      const roles = new Map<string, number>();
      for (const { words, tags } of data.train) {
        if (words.includes('and') || !pattern.test(words.join(' '))) continue;
        for (const { type } of spansOf(tags)) {
          if (/^(departure|destination|.*_date)$/.test(type)) roles.set(type, (roles.get(type) ?? 0) + 1);
        }
      }
      return [...roles.keys()].sort();
    };
    expect(roleOf(/ to (arrive|reach) (?!from|in|at|alone)\S+ on/)).toEqual(['arrival_date', 'destination']);
    expect(roleOf(/ to leave (?!for|from|alone)\S+ on/)).toEqual(['departure', 'departure_date']);
    expect(roleOf(/^\S+ is where .*(arrive|land)\b/)).toEqual(expect.arrayContaining(['destination']));
    expect(roleOf(/^\S+ is where .*(leave|take off)\b/)).not.toContain('destination');
    expect(roleOf(/^the (city|place) .*(reach|arrive in) .* is \S+$/)).toEqual(['destination']);
    expect(roleOf(/^the (city|place) .*(leave|depart from) .* is \S+$/)).toEqual(['departure']);
  });

  it('is made in a moment', () => {
    const start = performance.now();
    flights({ seed: 5 });
    expect(performance.now() - start).toBeLessThan(2000); // some 50 ms on an idle core
  });
});
