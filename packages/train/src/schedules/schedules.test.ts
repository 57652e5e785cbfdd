import { describe, expect, it } from 'vitest';
import {
  byEpoch,
  constant,
  cosine,
  exponentialDecay,
  linear,
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
    close(rates(linear(1, 3, 4), [0, 1, 4, 9]), [1, 1.5, 3, 3]);
    close(rates(byEpoch(10, linear(1, 0, 2)), [0, 9, 10, 25]), [1, 1, 0.5, 0]);
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
    close(rates(warmUp(linear(2, 0, 2), 2, 1), [0, 1, 2, 3, 4]), [1.5, 2, 2, 1, 0]);
  });

  it('make one cycle: PyTorch 2 OneCycleLR(max_lr=1, total_steps=10)', () => {
    // Phases end at steps 0.3 · 10 - 1 = 2 and 9.
    const schedule = oneCycle(1, { steps: 10 });
    close(rates(schedule, [0, 1, 2, 9]), [0.04, 0.52, 1, 0.04 / 1e4]);
    expect(schedule(5.5)).toBeCloseTo(0.5, 4);
  });

  it('refuse lengths that make no sense', () => {
    expect(() => cosine(1, { steps: 0 })).toThrow(/cosine: steps must be above 0, got 0/);
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
    expect(() => new ReduceOnPlateau({ rate: 1, factor: 2 })).toThrow(/factor must lie between 0 and 1/);
  });
});
