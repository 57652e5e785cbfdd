/** What little of the protocol buffers' wire format a model file needs (protobuf.dev/programming-guides/encoding). */

/** A field of a message: its number and its encoded value. */
export type Field = Uint8Array;

const utf8 = new TextEncoder();

/** Pieces one after the other. */
export function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}

/** A whole number from 0 in groups of seven bits, lowest first; the high bit says that more follow. */
export function varint(value: number): Uint8Array {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`varint: needs a whole number from 0, got ${value}`);
  }
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) + 0x80);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

const VARINT = 0;
const LENGTH_DELIMITED = 2;

function tag(field: number, wireType: number): Uint8Array {
  return varint(field * 8 + wireType);
}

/** A whole number or an enumeration. */
export function integer(field: number, value: number): Field {
  return concatenated([tag(field, VARINT), varint(value)]);
}

/** Bytes. */
export function bytes(field: number, value: Uint8Array): Field {
  return concatenated([tag(field, LENGTH_DELIMITED), varint(value.length), value]);
}

/** Text. */
export function text(field: number, value: string): Field {
  return bytes(field, utf8.encode(value));
}

/** A message inside a message. */
export function message(field: number, fields: readonly Field[]): Field {
  return bytes(field, concatenated(fields));
}
