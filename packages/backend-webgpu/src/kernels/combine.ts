import type { ReduceOp } from '@ostinato/kernel';
import type { HelperName } from '../wgsl/helpers.js';

/** The result of an operation on no numbers. */
export const neutral: Readonly<Record<ReduceOp, string>> = {
  sum: '0f',
  max: 'fromBits(0xff800000u)',
  min: 'fromBits(0x7f800000u)',
};

/** The result of an operation on two numbers. NaN is handed on. */
export const ofBoth: Readonly<Record<ReduceOp, (a: string, b: string) => string>> = {
  sum: (a, b) => `${a} + ${b}`,
  max: (a, b) => `largerOf(${a}, ${b})`,
  min: (a, b) => `smallerOf(${a}, ${b})`,
};

/** The result of an operation on a number of each invocation of a subgroup. Built-in functions may lose NaN. */
export const ofSubgroup: Readonly<Record<ReduceOp, (value: string) => string>> = {
  sum: (value) => `subgroupAdd(${value})`,
  max: (value) => `select(subgroupMax(${value}), fromBits(0x7fc00000u), subgroupAny(isNan(${value})))`,
  min: (value) => `select(subgroupMin(${value}), fromBits(0x7fc00000u), subgroupAny(isNan(${value})))`,
};

/** Functions that the above call. */
export const combineHelpers: Readonly<Record<ReduceOp, readonly HelperName[]>> = {
  sum: [],
  max: ['fromBits', 'isNan', 'largerOf'],
  min: ['fromBits', 'isNan', 'smallerOf'],
};
