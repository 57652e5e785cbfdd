import { lift, type Operand, type Statement, type Value } from './code.js';
import { load, memoryImmediate, prefixed, store, table } from './instruction.js';

/** Opcodes: the threads proposal of WebAssembly. */
const atomic = prefixed(0xfe);

const update =
  (opcode: number) =>
  (address: Operand<'i32'>, value: Operand<'i32'>, offset = 0): Value<'i32'> => [
    lift('i32', address),
    lift('i32', value),
    ...atomic(opcode),
    memoryImmediate(2, offset),
  ];

/** Instructions on whole numbers of 32 bits in shared memory. Updates leave the number that was there before. */
export const atomics = {
  load: load<'i32'>(atomic(0x10), 2),
  store: store('i32', atomic(0x17), 2),
  ...table({ add: 0x1e, sub: 0x25, and: 0x2c, or: 0x33, xor: 0x3a, exchange: 0x41 }, update),
  /** Puts `replacement` where `expected` is found. */
  compareExchange: (
    address: Operand<'i32'>,
    expected: Operand<'i32'>,
    replacement: Operand<'i32'>,
    offset = 0,
  ): Value<'i32'> => [
    lift('i32', address),
    lift('i32', expected),
    lift('i32', replacement),
    ...atomic(0x48),
    memoryImmediate(2, offset),
  ],
  /** Wakes at most `count` waiters; leaves how many. */
  notify: update(0x00),
  /** Sleeps while `expected` is there, for at most `timeout` nanoseconds (-1: for ever). Leaves 0 woken, 1 other, 2 late. */
  wait: (
    address: Operand<'i32'>,
    expected: Operand<'i32'>,
    timeout: Operand<'i64'>,
    offset = 0,
  ): Value<'i32'> => [
    lift('i32', address),
    lift('i32', expected),
    lift('i64', timeout),
    ...atomic(0x01),
    memoryImmediate(2, offset),
  ],
  fence: (): Statement => [...atomic(0x03), 0],
};
