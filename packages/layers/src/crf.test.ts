import { init, OstinatoError } from '@ostinato/kernel';
import { reference } from '@ostinato/kernel/reference';
import { beforeAll, describe, expect, it } from 'vitest';
import { CRF } from './crf.js';
import { constant } from './init.js';

beforeAll(async () => {
  await init(reference());
});

describe('CRF', () => {
  it('has parameters for pairs of tags, first and last ones, and starts without an opinion', async () => {
    const crf = new CRF(3);
    expect([...crf.namedParameters()].map(([name, { shape }]) => [name, shape])).toEqual([
      ['transitions', [3, 3]],
      ['start', [3]],
      ['end', [3]],
    ]);
    for (const parameter of crf.parameters()) expect(new Set(await parameter.data())).toEqual(new Set([0]));
  });
  it('takes an initializer', async () => {
    expect(await new CRF(2, { transitionInit: constant(0.5) }).transitions.array()).toEqual([
      [0.5, 0.5],
      [0.5, 0.5],
    ]);
  });
  it('refuses sizes that are none', () => {
    expect(() => new CRF(0)).toThrow(OstinatoError);
    expect(() => new CRF(1.5)).toThrow(/CRF: tags must be a whole number from 1, got 1.5/);
  });
});
