import { describe, expect, it } from 'vitest';
import { DataError } from './errors.js';
import { Random, splitMix64 } from './random.js';

describe('Random', () => {
  it('is xoshiro128** 1.1', () => {
    // The reference C program from state 1, 2, 3, 4.
    const random = new Random().restore([1, 2, 3, 4]);
    const expected = [
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ];
    expect(expected.map(() => random.uint32())).toEqual(expected);
    expect(random.state).toEqual([939045227, 1864939416, 1451579149, 2199351389]);
  });

  it('is seeded by SplitMix64', () => {
    const seed = 1234567n;
    const golden = 0x9e3779b97f4a7c15n;
    expect([splitMix64(seed), splitMix64(seed + golden), splitMix64(seed + 2n * golden)]).toEqual([
      6457827717110365317n,
      3203168211198807973n,
      9817491932198370423n,
    ]);
    const [a, b, c, d] = new Random(1234567).state;
    expect((BigInt(b) << 32n) | BigInt(a)).toBe(6457827717110365317n);
    expect((BigInt(d) << 32n) | BigInt(c)).toBe(3203168211198807973n);
  });

  it('makes another stream of every list of keys', () => {
    const keys = [[], [1], [-1], [1, 0], [0, 1], [1, 1], [2, 0], [1, 0, 0], [2 ** 53 - 1]];
    const states = keys.map((list) => new Random(...list).state.join());
    expect(new Set(states).size).toBe(keys.length);
    expect(new Random().state).toEqual(new Random(0).state);
    expect(() => new Random(0.5)).toThrow(/a seed must be a whole number/);
    expect(() => new Random(Number.NaN)).toThrow(DataError);
  });

  it('goes on from a kept state', () => {
    const random = new Random(7);
    random.next();
    const state = JSON.parse(JSON.stringify(random.state));
    const rest = [random.next(), random.integer(10), random.normal()];
    const again = new Random().restore(state);
    expect([again.next(), again.integer(10), again.normal()]).toEqual(rest);
  });

  it.each([[[0, 0, 0, 0]], [[1, 2, 3]], [[1, 2, 3, -1]], [[1, 2, 3, 0.5]], [null]])(
    'refuses the state %j',
    (state) => {
      expect(() => new Random().restore(state as never)).toThrow(/a state is four whole numbers/);
    },
  );

  it('draws uniformly', () => {
    const random = new Random(3);
    const counts = new Array<number>(7).fill(0);
    let sum = 0;
    for (let draw = 0; draw < 70_000; draw++) {
      const value = random.next();
      expect(value >= 0 && value < 1).toBe(true);
      sum += value;
      const index = random.integer(7);
      counts[index] = (counts[index] as number) + 1;
    }
    expect(Math.abs(sum / 70_000 - 0.5)).toBeLessThan(0.005);
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(400);
    expect(random.integer(1)).toBe(0);
    expect(() => random.integer(0)).toThrow(DataError);
  });

  it('draws normally', () => {
    const random = new Random(4);
    const draws = Array.from({ length: 50_000 }, () => random.normal());
    const mean = draws.reduce((sum, value) => sum + value, 0) / draws.length;
    const variance = draws.reduce((sum, value) => sum + (value - mean) ** 2, 0) / draws.length;
    const within = draws.filter((value) => Math.abs(value) < 1).length / draws.length;
    expect(Math.abs(mean)).toBeLessThan(0.02);
    expect(Math.abs(variance - 1)).toBeLessThan(0.03);
    expect(Math.abs(within - 0.6827)).toBeLessThan(0.01);
  });

  it('shuffles in place, every order equally often', () => {
    const random = new Random(5);
    const counts = new Map<string, number>();
    for (let round = 0; round < 6000; round++) {
      const order = random.shuffle(['a', 'b', 'c']).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
    const items = [1, 2, 3];
    expect(random.shuffle(items)).toBe(items);
  });

  it('chooses among items', () => {
    const random = new Random(6);
    const drawn = new Set(Array.from({ length: 100 }, () => random.choice(['a', 'b', 'c'])));
    expect(drawn).toEqual(new Set(['a', 'b', 'c']));
    expect(() => random.choice([])).toThrow(/at least one item/);
  });
});
