import { expect, it } from 'vitest';
import { Allocator } from './allocator.js';
import { Scratch } from './scratch.js';

it('does without one large chunk where memory is in pieces', () => {
  const allocator = new Allocator(64, (end) => end <= 80_000);
  const reserve = (bytes: number) => {
    const block = allocator.allocate(bytes);
    if (!block) throw new Error(`no ${bytes} bytes`);
    return block;
  };
  // Free memory in two pieces: what lies between them stays.
  const [first, between] = [reserve(30_000), reserve(64)];
  const scratch = new Scratch(reserve, (block) => allocator.release(block));
  const take = () => scratch.scope(() => [scratch.take(20_000), scratch.take(40_000)]);
  allocator.release(first);
  expect(take()).toHaveLength(2);
  expect(take()).toHaveLength(2);
  expect(() =>
    scratch.scope(() => {
      take();
      throw new Error('from inside');
    }),
  ).toThrow('from inside');
  allocator.release(between);
});
