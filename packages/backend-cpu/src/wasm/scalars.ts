import { constant, lift, type Operand, type Statement, type Value, type ValueType } from './code.js';
import { binary, load, prefixed, store, table, unary } from './instruction.js';

/** Opcodes: WebAssembly core specification, section 5.4. */
const numeric = prefixed(0xfc);

/** Instructions on whole numbers of 32 bits, named as in the specification; `_s` is signed, `_u` unsigned. */
export const i32 = {
  const: (value: number) => constant('i32', value),
  load: load<'i32'>([0x28], 2),
  store: store('i32', [0x36], 2),
  load8_u: load<'i32'>([0x2d], 0),
  store8: store('i32', [0x3a], 0),
  ...table({ eqz: 0x45, clz: 0x67, ctz: 0x68, popcnt: 0x69 }, unary('i32', 'i32')),
  ...table(
    {
      eq: 0x46,
      ne: 0x47,
      lt_s: 0x48,
      lt_u: 0x49,
      gt_s: 0x4a,
      gt_u: 0x4b,
      le_s: 0x4c,
      le_u: 0x4d,
      ge_s: 0x4e,
      ge_u: 0x4f,
      add: 0x6a,
      sub: 0x6b,
      mul: 0x6c,
      div_s: 0x6d,
      div_u: 0x6e,
      rem_s: 0x6f,
      rem_u: 0x70,
      and: 0x71,
      or: 0x72,
      xor: 0x73,
      shl: 0x74,
      shr_s: 0x75,
      shr_u: 0x76,
      rotl: 0x77,
      rotr: 0x78,
    },
    binary('i32', 'i32'),
  ),
  wrap_i64: unary('i64', 'i32')(0xa7),
  reinterpret_f32: unary('f32', 'i32')(0xbc),
  trunc_sat_f32_s: unary('f32', 'i32', numeric)(0),
  trunc_sat_f64_s: unary('f64', 'i32', numeric)(2),
};

/** Instructions on whole numbers of 64 bits. */
export const i64 = {
  const: (value: number) => constant('i64', value),
  load: load<'i64'>([0x29], 3),
  store: store('i64', [0x37], 3),
  eqz: unary('i64', 'i32')(0x50),
  ...table({ eq: 0x51, ne: 0x52, lt_s: 0x53, lt_u: 0x54, gt_s: 0x55, gt_u: 0x56 }, binary('i64', 'i32')),
  ...table(
    {
      add: 0x7c,
      sub: 0x7d,
      mul: 0x7e,
      div_s: 0x7f,
      div_u: 0x80,
      rem_s: 0x81,
      rem_u: 0x82,
      and: 0x83,
      or: 0x84,
      xor: 0x85,
      shl: 0x86,
      shr_s: 0x87,
      shr_u: 0x88,
    },
    binary('i64', 'i64'),
  ),
  extend_i32_s: unary('i32', 'i64')(0xac),
  extend_i32_u: unary('i32', 'i64')(0xad),
  reinterpret_f64: unary('f64', 'i64')(0xbd),
};

/** Instructions on float32 numbers; `nearest` takes halves to even, `min` and `max` hand NaN on. */
export const f32 = {
  const: (value: number) => constant('f32', value),
  load: load<'f32'>([0x2a], 2),
  store: store('f32', [0x38], 2),
  ...table({ eq: 0x5b, ne: 0x5c, lt: 0x5d, gt: 0x5e, le: 0x5f, ge: 0x60 }, binary('f32', 'i32')),
  ...table(
    { abs: 0x8b, neg: 0x8c, ceil: 0x8d, floor: 0x8e, trunc: 0x8f, nearest: 0x90, sqrt: 0x91 },
    unary('f32', 'f32'),
  ),
  ...table(
    { add: 0x92, sub: 0x93, mul: 0x94, div: 0x95, min: 0x96, max: 0x97, copysign: 0x98 },
    binary('f32', 'f32'),
  ),
  convert_i32_s: unary('i32', 'f32')(0xb2),
  convert_i32_u: unary('i32', 'f32')(0xb3),
  demote_f64: unary('f64', 'f32')(0xb6),
  reinterpret_i32: unary('i32', 'f32')(0xbe),
};

/** Instructions on float64 numbers. */
export const f64 = {
  const: (value: number) => constant('f64', value),
  load: load<'f64'>([0x2b], 3),
  store: store('f64', [0x39], 3),
  ...table({ eq: 0x61, ne: 0x62, lt: 0x63, gt: 0x64, le: 0x65, ge: 0x66 }, binary('f64', 'i32')),
  ...table(
    { abs: 0x99, neg: 0x9a, ceil: 0x9b, floor: 0x9c, trunc: 0x9d, nearest: 0x9e, sqrt: 0x9f },
    unary('f64', 'f64'),
  ),
  ...table(
    { add: 0xa0, sub: 0xa1, mul: 0xa2, div: 0xa3, min: 0xa4, max: 0xa5, copysign: 0xa6 },
    binary('f64', 'f64'),
  ),
  convert_i32_s: unary('i32', 'f64')(0xb7),
  convert_i32_u: unary('i32', 'f64')(0xb8),
  promote_f32: unary('f32', 'f64')(0xbb),
  reinterpret_i64: unary('i64', 'f64')(0xbf),
};

/** a where the condition is not 0, else b. Both are computed. */
export function select<Type extends ValueType>(
  condition: Operand<'i32'>,
  a: Value<Type>,
  b: Value<Type>,
): Value<Type> {
  return [a, b, lift('i32', condition), 0x1b];
}

/** Whole stretches of memory. */
export const memory = {
  /** Copies bytes; the stretches may overlap. */
  copy: (to: Operand<'i32'>, from: Operand<'i32'>, bytes: Operand<'i32'>): Statement => [
    ...[to, from, bytes].map((operand) => lift('i32', operand)),
    [...numeric(10), 0, 0],
  ],
  /** Fills bytes with a byte. */
  fill: (to: Operand<'i32'>, byte: Operand<'i32'>, bytes: Operand<'i32'>): Statement => [
    ...[to, byte, bytes].map((operand) => lift('i32', operand)),
    [...numeric(11), 0],
  ],
  /** Pages of 64 KiB that there are. */
  size: (): Value<'i32'> => [0x3f, 0],
};
