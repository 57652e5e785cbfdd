import { expect, test } from 'vitest';
import { competitorOf } from '../libraries/list.js';
import { cardOf } from './card.js';
import { partsOf } from './parts.js';

test.each([true, false])('all parts fit into eight minutes with their installation, quick: %s', (quick) => {
  const parts = partsOf({ quick, peak: undefined });
  expect(parts.map(({ name }) => name)).toEqual(['forms', 'matmul', 'cudnn', 'peers']);
  expect(parts.reduce((sum, { seconds }) => sum + seconds, 0)).toBeLessThanOrEqual(480 - 120);
  for (const { cases, competitors } of parts) {
    for (const { id } of competitors) expect(competitorOf(id).id).toBe(id);
    for (const { libraries = [] } of cases) {
      expect(competitors.map(({ id }) => id)).toEqual(expect.arrayContaining([...libraries]));
    }
  }
});

test('layers have each width with each batch, the same beside cuDNN', () => {
  const [forms, , cudnn] = partsOf({ quick: false, peak: undefined });
  const names = forms!.cases.map(({ name }) => name);
  expect(names).toHaveLength(12);
  expect(names).toContain('lstm-training-128x50x512x512');
  expect(cudnn!.cases.map(({ name }) => name)).toEqual(names);
});

test('a card is what nvidia-smi says of the first one', () => {
  expect(cardOf('NVIDIA H100 80GB HBM3, 580.159.04, 1980, 700.00\nNVIDIA T4, 1, 2, 3\n')).toEqual({
    name: 'NVIDIA H100 80GB HBM3',
    driver: '580.159.04',
    mostClock: 1980,
    powerLimit: 700,
  });
  expect(cardOf('')).toBeUndefined();
});
