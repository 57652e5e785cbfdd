import { expect, test } from 'vitest';
import { BASELINE, competitorOf, competitors, isBaseline } from './list.js';

test('each backend has one baseline, ours, which comes first: others are held against its results', () => {
  for (const [backend, id] of Object.entries(BASELINE)) {
    const there = competitors.filter((competitor) => competitor.backend === backend);
    expect(there.filter(isBaseline).map(({ id }) => id)).toEqual([id]);
    expect(there[0]).toMatchObject({ id, library: 'ostinato' });
  }
});

test('competitors have names of their own, by which they are found', () => {
  expect(competitors.map(({ id }) => competitorOf(id))).toEqual(competitors);
  expect(() => competitorOf('nobody')).toThrow(RangeError);
});
