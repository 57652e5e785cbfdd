import { init } from '@ostinato/kernel';
import { reference } from '@ostinato/kernel/reference';
import { beforeAll, expect, test } from 'vitest';
import { computeOrder } from './compute.js';
import { printOrder } from './order.js';

beforeAll(() => init(reference()));

test('each order gives other outputs, by memory alone', async () => {
  const { orders } = await computeOrder();
  expect(orders.map(({ withMemory }) => withMemory.at(-1)!.output)).toEqual([
    [32, 32],
    [36, 36],
    [44, 44],
  ]);
  for (const { inputs, withoutMemory } of orders) {
    expect(withoutMemory.map(({ output }) => output)).toEqual(inputs.map(([x]) => [4 * x!, 4 * x!]));
  }
});

test('prints a line for each order', async () => {
  const text = printOrder(await computeOrder());
  expect(text).toMatch(
    /\n\[1, 1\] \[2, 2\] \[1, 1\] +\[4, 4\] \[16, 16\] \[36, 36\] +\[4, 4\] \[8, 8\] \[4, 4\]\n/,
  );
});
