import { expect, it } from 'vitest';
import { EarlyStopping } from './index.js';

it('counts values that are not better', () => {
  const stopping = new EarlyStopping({ patience: 2, minDelta: 0.1 });
  expect([3, 2, 1.95, 1.8, 1.75, Number.NaN].map((value) => stopping.update(value))).toEqual([
    true,
    true,
    false,
    true,
    false,
    false,
  ]);
  expect(stopping.exhausted).toBe(true);
  expect(stopping.best).toBe(1.8);
});

it('goes on from its state', () => {
  const stopping = new EarlyStopping({ patience: 2, mode: 'max' });
  stopping.update(0.5);
  stopping.update(0.4);
  const copy = new EarlyStopping({ patience: 2, mode: 'max' });
  copy.restore(JSON.parse(JSON.stringify(stopping.state)));
  expect(copy.update(0.5)).toBe(false);
  expect(copy.exhausted).toBe(true);
  expect(stopping.exhausted).toBe(false);
});

it('never stops without patience, and refuses none', () => {
  const stopping = new EarlyStopping();
  for (let count = 0; count < 1000; count++) stopping.update(Number.NaN);
  expect(stopping.exhausted).toBe(false);
  expect(stopping.best).toBeUndefined();
  expect(() => new EarlyStopping({ patience: 0 })).toThrow(/patience must be 1 or more/);
  expect(() => new EarlyStopping({ minDelta: -1 })).toThrow(/minDelta must be a number, 0 or more; got -1/);
  expect(() => new EarlyStopping({ mode: 'largest' as 'max' })).toThrow(
    /mode must be min or max, got largest/,
  );
});
