import { describe, expect, it } from 'vitest';
import {
  byEpoch,
  constant,
  cosine,
  exponentialDecay,
  linearSchedule,
  oneCycle,
  ReduceOnPlateau,
  type Schedule,
  stepDecay,
  warmUp,
} from '../index.js';

const rates = (schedule: Schedule, steps: number[]): number[] => steps.map(schedule);
const close = (got: number[], expected: number[]): void => {
  for (const [index, value] of expected.entries()) expect(got[index]).toBeCloseTo(value, 10);
};

describe('schedules', () => {
  it('stay, drop, decay and run straight', () => {
    close(rates(constant(0.1), [0, 5]), [0.1, 0.1]);
    close(rates(stepDecay(1, { every: 3, factor: 0.5 }), [0, 2, 3, 6]), [1, 1, 0.5, 0.25]);
    close(rates(exponentialDecay(1, { factor: 0.25, every: 2 }), [0, 1, 2]), [1, 0.5, 0.25]);
    close(rates(linearSchedule(1, 3, 4), [0, 1, 4, 9]), [1, 1.5, 3, 3]);
    close(rates(byEpoch(10, linearSchedule(1, 0, 2)), [0, 9, 10, 25]), [1, 1, 0.5, 0]);
  });

  it('follow a cosine, once or again and again', () => {
    close(rates(cosine(1, { steps: 4, minimum: 0.5 }), [0, 2, 4, 8]), [1, 0.75, 0.5, 0.5]);
    close(
      rates(cosine(1, { steps: 2, restarts: true, growth: 2 }), [0, 1, 2, 4, 6, 10]),
      [1, 0.5, 1, 0.5, 1, 0.5],
    );
  });

  it('warm up', () => {
    close(rates(warmUp(1, 4), [0, 1, 3, 4, 100]), [0.25, 0.5, 1, 1, 1]);
    close(rates(warmUp(linearSchedule(2, 0, 2), 2, 1), [0, 1, 2, 3, 4]), [1.5, 2, 2, 1, 0]);
  });

  it('make one cycle: PyTorch 2 OneCycleLR(max_lr=1, total_steps=10)', () => {
    // Phases end at steps 0.3 · 10 - 1 = 2 and 9.
    const schedule = oneCycle(1, { steps: 10 });
    close(rates(schedule, [0, 1, 2, 9]), [0.04, 0.52, 1, 0.04 / 1e4]);
    expect(schedule(5.5)).toBeCloseTo(0.5, 4);
  });

  it.each([0, 0.01, 0.3, 0.999, 1])('give a rate at every step of one cycle with growing %d', (growing) => {
    for (const steps of [1, 2, 10]) {
      const schedule = oneCycle(1, { steps, growing });
      for (let step = 0; step < steps + 3; step++) {
        expect(schedule(step)).toBeGreaterThan(0);
        expect(schedule(step)).toBeLessThanOrEqual(1);
      }
      expect(schedule(steps + 3)).toBe(schedule(steps - 1));
    }
    if (growing === 1) expect(oneCycle(1, { steps: 10, growing })(9)).toBe(1);
  });

  const senseless: [string, () => unknown, RegExp][] = [
    ['cosine without steps', () => cosine(1, { steps: 0 }), /cosine: steps must be a number, above 0; got 0/],
    [
      'cosine with cycles that shrink, which would never return',
      () => cosine(1, { steps: 4, restarts: true, growth: 0.5 }),
      /cosine: growth must be a number, 1 or more; got 0.5/,
    ],
    ['cosine to below 0', () => cosine(1, { steps: 4, minimum: -1 }), /cosine: minimum must be/],
    [
      'stepDecay by a negative factor',
      () => stepDecay(1, { every: 3, factor: -3 }),
      /stepDecay: factor must be/,
    ],
    ['exponentialDecay by 0', () => exponentialDecay(1, { factor: 0 }), /exponentialDecay: factor must be/],
    ['a negative constant', () => constant(-1), /constant: rate must be a number, 0 or more; got -1/],
    [
      'a line to NaN',
      () => linearSchedule(1, Number.NaN, 4),
      /linearSchedule: to must be a number, 0 or more; got NaN/,
    ],
    ['warming up to a negative rate', () => warmUp(-1, 4), /warmUp: rate must be/],
    [
      'one cycle that grows too long',
      () => oneCycle(1, { steps: 10, growing: 1.5 }),
      /growing must be a number, from 0 to 1; got 1.5/,
    ],
    [
      'one cycle from a peak divided by 0',
      () => oneCycle(1, { steps: 10, startDivisor: 0 }),
      /startDivisor must be/,
    ],
    ['one cycle without end', () => oneCycle(1, { steps: Number.POSITIVE_INFINITY }), /steps must be/],
  ];
  it.each(senseless)('refuse %s', (_, make, message) => {
    expect(make).toThrow(message);
  });
});

describe('ReduceOnPlateau', () => {
  it('reduces after more than `patience` values without progress', () => {
    const plateau = new ReduceOnPlateau({ rate: 1, factor: 0.5, patience: 1, minimum: 0.2 });
    const seen = [5, 4, 4, 4, 4, 4, 4, 4].map((value) => {
      plateau.update(value);
      return plateau.rate;
    });
    expect(seen).toEqual([1, 1, 1, 0.5, 0.5, 0.25, 0.25, 0.2]);
    expect(plateau.schedule()).toBe(0.2);
  });

  it('rests after a reduction, looks for larger values, and goes on from its state', () => {
    const options = { rate: 1, patience: 1, cooldown: 2, mode: 'max' } as const;
    const plateau = new ReduceOnPlateau(options);
    const values = [1, 2, 2, 2, 1, 1, 1, 1, Number.NaN];
    const copies = values.map((value) => {
      plateau.update(value);
      const copy = new ReduceOnPlateau(options);
      copy.restore(JSON.parse(JSON.stringify(plateau.state)));
      return copy.rate;
    });
    const expected = [1, 1, 1, 0.1, 0.1, 0.1, 0.1, 0.01, 0.01];
    for (const [index, rate] of copies.entries()) expect(rate).toBeCloseTo(expected[index]!);
  });

  it('refuses settings that make no sense', () => {
    expect(() => new ReduceOnPlateau({ rate: 1, factor: 2 })).toThrow(/factor must lie between 0 and 1/);
    expect(() => new ReduceOnPlateau({ rate: -1 })).toThrow(
      /ReduceOnPlateau: rate must be a number, 0 or more; got -1/,
    );
    expect(() => new ReduceOnPlateau({ rate: 1, patience: -2 })).toThrow(
      /patience must be a number, 0 or more/,
    );
    expect(() => new ReduceOnPlateau({ rate: 1, minimum: Number.NaN })).toThrow(/minimum must be a number/);
    expect(() => new ReduceOnPlateau({ rate: 1, mode: 'largest' as 'max' })).toThrow(
      /mode must be min or max, got largest/,
    );
  });
});
