import { expect, it } from 'vitest';
import { Random } from '../random.js';
import { addingBaseline, addingProblem } from './adding-problem.js';

it('marks two different steps, anywhere, and asks for the sum of their values', () => {
  const { inputs, shape, targets } = addingProblem(new Random(1), { count: 400, length: 5 });
  expect(shape).toEqual([400, 5, 2]);
  expect([inputs.length, targets.length]).toEqual([4000, 400]);
  const marksAt = new Array<number>(5).fill(0);
  for (let row = 0; row < 400; row++) {
    const steps = Array.from({ length: 5 }, (_, step) => inputs.subarray(10 * row + 2 * step).subarray(0, 2));
    const marked = steps.filter(([, mark]) => mark === 1);
    expect(marked).toHaveLength(2);
    expect(steps.every(([value, mark]) => value! >= 0 && value! < 1 && (mark === 0 || mark === 1))).toBe(
      true,
    );
    expect(targets[row]).toBeCloseTo(marked[0]![0]! + marked[1]![0]!, 6);
    for (const [step, [, mark]] of steps.entries()) marksAt[step]! += mark!;
  }
  // 800 marks on 5 steps, each with a deviation of about 10.
  for (const count of marksAt) expect(Math.abs(count - 160)).toBeLessThan(45);
});

it('has the baseline that it says: the error of the constant 1', () => {
  const { targets } = addingProblem(new Random(2), { count: 100_000, length: 4 });
  const error = targets.reduce((sum, target) => sum + (target - 1) ** 2, 0) / targets.length;
  expect(Math.abs(error - addingBaseline)).toBeLessThan(0.002);
});

it('depends on the seed alone, and refuses lengths without two steps', () => {
  const of = (seed: number) => addingProblem(new Random(seed), { count: 2, length: 9 });
  expect(of(3)).toEqual(of(3));
  expect(of(3).inputs).not.toEqual(of(4).inputs);
  expect(() => addingProblem(new Random(), { count: 1, length: 1 })).toThrow(
    'addingProblem: length must be a whole number from 2, got 1',
  );
});
