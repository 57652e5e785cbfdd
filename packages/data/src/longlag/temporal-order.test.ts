import { expect, it } from 'vitest';
import { Random } from '../random.js';
import { orderAlphabet, orderBaseline, temporalOrder } from './temporal-order.js';

it.each([
  [2, [10, 50], [20, 60]],
  [3, [10, 33, 66], [20, 43, 76]],
] as const)('with %i marks puts them where the paper has them, between E and B', (marks, from, to) => {
  const { data, shape, lengths, classes } = temporalOrder(new Random(1), { count: 300, length: 100, marks });
  const [batch, time] = shape;
  expect([batch, classes.length]).toEqual([300, 300]);
  expect([Math.min(...lengths), Math.max(...lengths)]).toEqual([100, 110]);
  for (let row = 0; row < batch; row++) {
    const text = [...data.subarray(row * time, row * time + lengths[row]!)].map(
      (symbol) => orderAlphabet[symbol]!,
    );
    expect([text[0], text.at(-1)]).toEqual(['E', 'B']);
    const at = text.flatMap((symbol, step) => (symbol === 'X' || symbol === 'Y' ? [step] : []));
    expect(at).toHaveLength(marks);
    for (const [index, step] of at.entries()) {
      expect(step).toBeGreaterThanOrEqual(from[index]!);
      expect(step).toBeLessThanOrEqual(to[index]!);
    }
    const order = Number.parseInt(at.map((step) => (text[step] === 'Y' ? 1 : 0)).join(''), 2);
    expect(classes[row]).toBe(order);
    expect(text.slice(1, -1).every((symbol) => 'abcdXY'.includes(symbol))).toBe(true);
  }
});

it.each([2, 3] as const)(
  'with %i marks has classes that are equally likely, as the baseline says',
  (marks) => {
    const { classes } = temporalOrder(new Random(2), { count: 8000, length: 20, marks });
    const counts = new Array<number>(2 ** marks).fill(0);
    for (const index of classes) counts[index]!++;
    const bestGuess = 1 - Math.max(...counts) / classes.length;
    expect(Math.abs(bestGuess - orderBaseline(marks))).toBeLessThan(0.02);
  },
);

it('depends on the seed alone, and refuses lengths in which the places would meet', () => {
  const of = (seed: number) => temporalOrder(new Random(seed), { count: 2, length: 50, marks: 2 });
  expect(of(3)).toEqual(of(3));
  expect(of(3).data).not.toEqual(of(4).data);
  expect(() => temporalOrder(new Random(), { count: 1, length: 19, marks: 2 })).toThrow(
    'temporalOrder: length must be a whole number from 20, got 19',
  );
  expect(() => temporalOrder(new Random(), { count: 1, length: 50, marks: 4 as 2 })).toThrow(
    'temporalOrder: there are tasks with 2 and with 3 marks, got 4',
  );
});
