import { expect, test } from 'vitest';
import { integer, message, text, varint } from './protobuf.js';

// The examples of protobuf.dev/programming-guides/encoding.
test('encodes as the guide of the format does', () => {
  expect([...integer(1, 150)]).toEqual([0x08, 0x96, 0x01]);
  expect([...text(2, 'testing')]).toEqual([0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67]);
  expect([...message(3, [integer(1, 150)])]).toEqual([0x1a, 0x03, 0x08, 0x96, 0x01]);
});

test('whole numbers beyond 32 bits too, others never', () => {
  expect([...varint(0)]).toEqual([0]);
  expect([...varint(2 ** 35)]).toEqual([0x80, 0x80, 0x80, 0x80, 0x80, 0x01]);
  expect(() => varint(-1)).toThrow(RangeError);
  expect(() => varint(1.5)).toThrow(RangeError);
});
