import type { Nest } from '@ostinato/kernel';
import { laneCount } from './lanes.js';

/** Parts share the outermost loop where it runs at least this often, else the innermost one. */
export const enoughToShare = 16;

/** How well four neighbours along a loop can be read and written at a time; -1 where there are not four. */
export function ease(nest: Nest, level: number, operands: number): number {
  if (nest.lengths[level]! < laneCount) return -1;
  let sum = 0;
  for (let operand = 0; operand < operands; operand++) {
    const stride = nest.strides[operand]![level]!;
    if (stride === 0 || stride === 1) sum += 1;
  }
  return sum;
}

/**
 * The loops in the order in which they run fastest: innermost the one along which most of the first `operands` operands lie
 * densely, outermost one that parts can share.
 */
export function arranged(nest: Nest, operands: number): Nest {
  const { lengths, strides } = nest;
  if (lengths.length === 1) return nest;
  const levels = lengths.map((_, level) => level);
  const inner = levels.reduce((best, level) =>
    ease(nest, level, operands) >= ease(nest, best, operands) ? level : best,
  );
  const outer = levels.filter((level) => level !== inner);
  if (lengths[outer[0]!]! < enoughToShare) {
    const longest = outer.reduce((best, level) => (lengths[level]! > lengths[best]! ? level : best));
    outer.splice(outer.indexOf(longest), 1);
    outer.unshift(longest);
  }
  const order = [...outer, inner];
  return {
    lengths: order.map((level) => lengths[level]!),
    strides: strides.map((own) => order.map((level) => own[level]!)),
  };
}
