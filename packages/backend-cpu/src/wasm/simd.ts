import { type Code, float32Bytes, lift, type Operand, type Statement, type Value } from './code.js';
import { binary, load, memoryImmediate, prefixed, store, table, unary } from './instruction.js';

type Vector = Value<'v128'>;

/** Opcodes: WebAssembly core specification, section 5.4.9. */
const simd = prefixed(0xfd);
const unaries = unary('v128', 'v128', simd);
const binaries = binary('v128', 'v128', simd);
const tests = unary('v128', 'i32', simd);
const shift =
  (opcode: number) =>
  (a: Vector, bits: Operand<'i32'>): Vector => [a, lift('i32', bits), simd(opcode)];
const ternary =
  (opcode: number) =>
  (a: Vector, b: Vector, c: Vector): Vector => [a, b, c, simd(opcode)];

/** Moves between lanes and numbers of a type. */
function lanes<Type extends 'i32' | 'i64' | 'f32' | 'f64'>(type: Type, splat: number, extract: number) {
  return {
    /** The same number in every lane. */
    splat: unary(type, 'v128', simd)(splat),
    extract_lane: (a: Vector, lane: number): Value<Type> => [a, ...simd(extract), lane],
    replace_lane: (a: Vector, lane: number, value: Operand<Type>): Vector => [
      a,
      lift(type, value),
      ...simd(extract + 1),
      lane,
    ],
  };
}

const loadLane =
  (opcode: number, alignment: number) =>
  (address: Operand<'i32'>, vector: Vector, lane: number, offset = 0): Vector => [
    lift('i32', address),
    vector,
    ...simd(opcode),
    memoryImmediate(alignment, offset),
    lane,
  ];
const storeLane =
  (opcode: number, alignment: number) =>
  (address: Operand<'i32'>, vector: Vector, lane: number, offset = 0): Statement =>
    loadLane(opcode, alignment)(address, vector, lane, offset) as Code as Statement;

/** Instructions on vectors of 128 bits, whatever they hold. */
export const v128 = {
  /** A constant of 16 bytes. */
  const: (bytes: readonly number[]): Vector => [...simd(0x0c), ...bytes],
  load: load<'v128'>(simd(0x00), 2),
  store: store('v128', simd(0x0b), 2),
  load32_splat: load<'v128'>(simd(0x09), 2),
  load64_splat: load<'v128'>(simd(0x0a), 2),
  load32_zero: load<'v128'>(simd(0x5c), 2),
  load64_zero: load<'v128'>(simd(0x5d), 2),
  load32_lane: loadLane(0x56, 2),
  load64_lane: loadLane(0x57, 2),
  store32_lane: storeLane(0x5a, 2),
  store64_lane: storeLane(0x5b, 2),
  not: unaries(0x4d),
  ...table({ and: 0x4e, andnot: 0x4f, or: 0x50, xor: 0x51 }, binaries),
  /** The bits of a where those of the mask are 1, else those of b. */
  bitselect: ternary(0x52),
  any_true: tests(0x53),
};

/** Instructions on sixteen bytes. */
export const i8x16 = {
  /** Bytes 0 to 15 come from a, 16 to 31 from b. */
  shuffle: (a: Vector, b: Vector, bytes: readonly number[]): Vector => [a, b, ...simd(0x0d), ...bytes],
  swizzle: binaries(0x0e),
};

/** Moves whole lanes of 32 bits: 0 to 3 come from a, 4 to 7 from b. */
export function shuffle32(a: Vector, b: Vector, from: readonly [number, number, number, number]): Vector {
  return i8x16.shuffle(
    a,
    b,
    from.flatMap((lane) => [0, 1, 2, 3].map((byte) => 4 * lane + byte)),
  );
}

/** Instructions on four whole numbers of 32 bits. */
export const i32x4 = {
  ...lanes('i32', 0x11, 0x1b),
  /** A constant, one number for each lane. */
  const: (...values: readonly [number, number, number, number]): Vector =>
    v128.const(values.flatMap((value) => [value, value >> 8, value >> 16, value >> 24].map((b) => b & 0xff))),
  ...table({ abs: 0xa0, neg: 0xa1, trunc_sat_f32x4_s: 0xf8, trunc_sat_f64x2_s_zero: 0xfc }, unaries),
  ...table({ all_true: 0xa3, bitmask: 0xa4 }, tests),
  ...table({ shl: 0xab, shr_s: 0xac, shr_u: 0xad }, shift),
  ...table(
    {
      eq: 0x37,
      ne: 0x38,
      lt_s: 0x39,
      lt_u: 0x3a,
      gt_s: 0x3b,
      gt_u: 0x3c,
      le_s: 0x3d,
      le_u: 0x3e,
      ge_s: 0x3f,
      ge_u: 0x40,
      add: 0xae,
      sub: 0xb1,
      mul: 0xb5,
      min_s: 0xb6,
      min_u: 0xb7,
      max_s: 0xb8,
      max_u: 0xb9,
    },
    binaries,
  ),
};

/** Instructions on two whole numbers of 64 bits. */
export const i64x2 = {
  ...lanes('i64', 0x12, 0x1d),
  ...table({ abs: 0xc0, neg: 0xc1, extend_low_i32x4_s: 0xc7, extend_high_i32x4_s: 0xc8 }, unaries),
  ...table({ shl: 0xcb, shr_s: 0xcc, shr_u: 0xcd }, shift),
  ...table({ add: 0xce, sub: 0xd1, mul: 0xd5 }, binaries),
};

/** Instructions on four float32 numbers. `pmin(a, b)` is b < a ? b : a, and `pmax(a, b)` a < b ? b : a. */
export const f32x4 = {
  ...lanes('f32', 0x13, 0x1f),
  /** A constant, one number for each lane. */
  const: (...values: readonly [number, number, number, number]): Vector =>
    v128.const(values.flatMap(float32Bytes)),
  ...table(
    {
      ceil: 0x67,
      floor: 0x68,
      trunc: 0x69,
      nearest: 0x6a,
      abs: 0xe0,
      neg: 0xe1,
      sqrt: 0xe3,
      convert_i32x4_s: 0xfa,
      convert_i32x4_u: 0xfb,
      demote_f64x2_zero: 0x5e,
    },
    unaries,
  ),
  ...table(
    {
      eq: 0x41,
      ne: 0x42,
      lt: 0x43,
      gt: 0x44,
      le: 0x45,
      ge: 0x46,
      add: 0xe4,
      sub: 0xe5,
      mul: 0xe6,
      div: 0xe7,
      min: 0xe8,
      max: 0xe9,
      pmin: 0xea,
      pmax: 0xeb,
    },
    binaries,
  ),
  /** a · b + c, rounded once or twice as the machine likes. Needs relaxed SIMD. */
  relaxed_madd: ternary(0x105),
  /** c - a · b, rounded once or twice as the machine likes. Needs relaxed SIMD. */
  relaxed_nmadd: ternary(0x106),
};

/** Instructions on two float64 numbers. */
export const f64x2 = {
  ...lanes('f64', 0x14, 0x21),
  ...table(
    {
      ceil: 0x74,
      floor: 0x75,
      trunc: 0x7a,
      nearest: 0x94,
      abs: 0xec,
      neg: 0xed,
      sqrt: 0xef,
      promote_low_f32x4: 0x5f,
      convert_low_i32x4_s: 0xfe,
    },
    unaries,
  ),
  ...table(
    {
      eq: 0x47,
      ne: 0x48,
      lt: 0x49,
      gt: 0x4a,
      le: 0x4b,
      ge: 0x4c,
      add: 0xf0,
      sub: 0xf1,
      mul: 0xf2,
      div: 0xf3,
      min: 0xf4,
      max: 0xf5,
      pmin: 0xf6,
      pmax: 0xf7,
    },
    binaries,
  ),
  relaxed_madd: ternary(0x107),
  relaxed_nmadd: ternary(0x108),
};
