/** The types of WebAssembly values that kernels use. */
export type ValueType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128';

/** How value types are encoded (WebAssembly core specification, section 5.3). */
export const typeBytes: Readonly<Record<ValueType, number>> = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
};

/** Instructions as a tree of bytes; what stands deeper runs first, left to right. */
export type Code = readonly (number | Code)[];

declare const leaves: unique symbol;

/** Instructions that leave one value of a type behind. */
export type Value<Type extends ValueType> = Code & { readonly [leaves]?: Type };

/** Instructions that leave nothing behind, such as a store. */
export type Statement = Code & { readonly [leaves]?: 'nothing' };

/** What instructions take: a value, or a number that stands for a constant. Vectors have no such short form. */
export type Operand<Type extends ValueType> = Type extends 'v128' ? Value<Type> : Value<Type> | number;

const small = Array.from({ length: 0x80 }, (_, value): readonly number[] => [value]);

/** A whole number as unsigned LEB128: indices, sizes, offsets. */
export function unsigned(value: number): readonly number[] {
  if (value < 0x80) return small[value]!;
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  bytes.push(rest);
  return bytes;
}

/** A whole number, taken modulo 2^32, as signed LEB128: i32 constants. */
export function signed(value: number): number[] {
  const bytes: number[] = [];
  let rest = value | 0;
  while (rest < -64 || rest > 63) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>= 7;
  }
  bytes.push(rest & 0x7f);
  return bytes;
}

/** A whole number of 64 bits as signed LEB128: i64 constants. */
function signed64(value: bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asIntN(64, value);
  while (rest < -64n || rest > 63n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest & 0x7fn));
  return bytes;
}

const float32 = new Float32Array(1);
const float64 = new Float64Array(1);

/** The four bytes of a float32, least significant first. */
export function float32Bytes(value: number): number[] {
  float32[0] = value;
  return [...new Uint8Array(float32.buffer)];
}

/** A text with its length, as names in a module are written. */
export function text(value: string): number[] {
  const bytes = new TextEncoder().encode(value);
  return [...unsigned(bytes.length), ...bytes];
}

/** A constant of any type but v128. */
export function constant<Type extends Exclude<ValueType, 'v128'>>(type: Type, value: number): Value<Type> {
  switch (type) {
    case 'i32':
      return [0x41, ...signed(value)];
    case 'i64':
      return [0x42, ...signed64(BigInt(value))];
    case 'f32':
      return [0x43, ...float32Bytes(value)];
    default:
      float64[0] = value;
      return [0x44, ...new Uint8Array(float64.buffer)];
  }
}

/** The instructions of an operand; numbers become constants. */
export function lift<Type extends ValueType>(type: Type, operand: Operand<Type>): Value<Type> {
  if (typeof operand !== 'number') return operand as Value<Type>;
  return constant(type as Exclude<ValueType, 'v128'>, operand) as Code as Value<Type>;
}

/** Adds all bytes of a tree to a list, in order. */
export function flatten(code: Code, into: number[]): void {
  for (const part of code) {
    if (typeof part === 'number') into.push(part);
    else flatten(part, into);
  }
}
