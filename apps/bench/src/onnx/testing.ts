/** Reads the wire format back, for tests: fields by number, in order; a value is a number or the bytes of a message or text. */
export type Decoded = Map<number, (number | Uint8Array)[]>;

/** The fields of a message. Throws RangeError for wire types that models have none of. */
export function decoded(bytes: Uint8Array): Decoded {
  const fields: Decoded = new Map();
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++]!;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const [field, wireType] = [Math.floor(tag / 8), tag % 8];
    if (wireType !== 0 && wireType !== 2) throw new RangeError(`decoded: wire type ${wireType}`);
    let value: number | Uint8Array = varint();
    if (wireType === 2) {
      value = bytes.slice(at, at + value);
      at += value.length;
    }
    fields.set(field, [...(fields.get(field) ?? []), value]);
  }
  return fields;
}

/** The messages of a field. */
export function messagesOf(fields: Decoded, field: number): Decoded[] {
  return (fields.get(field) ?? []).map((value) => decoded(value as Uint8Array));
}

/** The texts of a field. */
export function textsOf(fields: Decoded, field: number): string[] {
  return (fields.get(field) ?? []).map((value) => new TextDecoder().decode(value as Uint8Array));
}
