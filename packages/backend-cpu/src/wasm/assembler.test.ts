import { describe, expect, it } from 'vitest';
import {
  atomics,
  call,
  f32,
  f32x4,
  f64,
  f64x2,
  i8x16,
  i32,
  i32x4,
  i64,
  i64x2,
  ModuleBuilder,
  memory,
  select,
  shuffle32,
  type Value,
  type ValueType,
  v128,
} from './assembler.js';
import { features } from './features.js';

/** A function of numbers, compiled. */
function compiled<const Types extends readonly ValueType[]>(
  parameters: Types,
  result: ValueType,
  body: (...values: Value<never>[]) => Value<never>,
): (...numbers: (number | bigint)[]) => number | bigint {
  const module = new ModuleBuilder();
  module.function('run', { parameters, result }, (_, ...values) => body(...(values as never[])));
  return instantiate(module).run as never;
}

function instantiate(
  module: ModuleBuilder,
  imports: WebAssembly.Imports = {},
): Record<string, CallableFunction> {
  return new WebAssembly.Instance(new WebAssembly.Module(module.finish()), imports).exports as never;
}

/** Computes vectors from vectors: all lanes of all inputs go through memory. */
function vectors(
  inputs: readonly ArrayBufferView[],
  body: (...values: Value<'v128'>[]) => Value<'v128'>,
): ArrayBuffer {
  const module = new ModuleBuilder();
  module.importMemory('heap', 'memory', { initial: 1 });
  module.function('run', { parameters: [] }, (f) => {
    f.do(v128.store(1024, body(...inputs.map((_, place) => v128.load(16 * place)))));
  });
  const heap = new WebAssembly.Memory({ initial: 1 });
  for (const [place, { buffer }] of inputs.entries())
    new Uint8Array(heap.buffer).set(new Uint8Array(buffer), 16 * place);
  instantiate(module, { heap: { memory: heap } }).run!();
  return heap.buffer.slice(1024, 1040);
}

const floats = [-Infinity, -3e38, -7.5, -2.5, -1, -1e-40, -0, 0, 1e-40, 0.5, 1, 1.5, 2.5, 3e9, Infinity, NaN];
const integers = [-(2 ** 31), -65536, -77, -1, 0, 1, 2, 31, 33, 12345, 2 ** 31 - 1];
const pairs = <T>(values: readonly T[]): [T, T][] => values.flatMap((a) => values.map((b): [T, T] => [a, b]));
const nearest = (x: number): number => {
  const floor = Math.floor(x);
  if (x - floor === 0.5) return floor % 2 === 0 ? floor : floor + 1;
  return Math.abs(x) < 0.5 ? x * 0 : Math.round(x);
};
const clampInteger = (x: number): number =>
  Number.isNaN(x) ? 0 : Math.trunc(Math.min(2 ** 31 - 1, Math.max(-(2 ** 31), x)));

describe('scalar instructions', () => {
  it('do i32 arithmetic as JavaScript does', () => {
    const meanings: Partial<Record<keyof typeof i32, (a: number, b: number) => number>> = {
      eq: (a, b) => +(a === b),
      ne: (a, b) => +(a !== b),
      lt_s: (a, b) => +(a < b),
      lt_u: (a, b) => +(a >>> 0 < b >>> 0),
      gt_s: (a, b) => +(a > b),
      gt_u: (a, b) => +(a >>> 0 > b >>> 0),
      le_s: (a, b) => +(a <= b),
      le_u: (a, b) => +(a >>> 0 <= b >>> 0),
      ge_s: (a, b) => +(a >= b),
      ge_u: (a, b) => +(a >>> 0 >= b >>> 0),
      add: (a, b) => a + b,
      sub: (a, b) => a - b,
      mul: Math.imul,
      div_u: (a, b) => (a >>> 0) / (b >>> 0),
      div_s: (a, b) => a / b,
      rem_s: (a, b) => a % b,
      rem_u: (a, b) => (a >>> 0) % (b >>> 0),
      and: (a, b) => a & b,
      or: (a, b) => a | b,
      xor: (a, b) => a ^ b,
      shl: (a, b) => a << b,
      shr_s: (a, b) => a >> b,
      shr_u: (a, b) => a >>> b,
      rotl: (a, b) => (a << b) | (a >>> (32 - (b & 31))),
      rotr: (a, b) => (a >>> b) | (a << (32 - (b & 31))),
    };
    for (const [name, meaning] of Object.entries(meanings)) {
      const run = compiled(['i32', 'i32'], 'i32', i32[name as 'add'] as never);
      for (const [a, b] of pairs(integers)) {
        if (/div|rem/.test(name) && (b === 0 || (a === -(2 ** 31) && b === -1))) continue;
        if (name.startsWith('rot') && b % 32 === 0) continue;
        expect([name, a, b, run(a, b)]).toEqual([name, a, b, meaning(a, b) | 0]);
      }
    }
    for (const value of integers) {
      expect(compiled(['i32'], 'i32', i32.eqz as never)(value)).toBe(+(value === 0));
      expect(compiled(['i32'], 'i32', i32.clz as never)(value)).toBe(Math.clz32(value));
      expect(compiled([], 'i32', () => i32.const(value) as never)()).toBe(value);
    }
    expect(compiled(['i32'], 'i32', i32.ctz as never)(40)).toBe(3);
    expect(compiled(['i32'], 'i32', i32.popcnt as never)(-1)).toBe(32);
  });

  it('do i64 arithmetic', () => {
    for (const name of ['add', 'sub', 'mul', 'and', 'or', 'xor'] as const) {
      const symbol = { add: '+', sub: '-', mul: '*', and: '&', or: '|', xor: '^' }[name];
      const run = compiled(['i64', 'i64'], 'i64', i64[name] as never);
      const meaning = new Function('a', 'b', `return BigInt.asIntN(64, a ${symbol} b)`);
      for (const [a, b] of pairs(integers.map((n) => BigInt(n) * 4_000_000_007n))) {
        expect(run(a, b)).toBe(meaning(BigInt.asIntN(64, a), BigInt.asIntN(64, b)));
      }
    }
    for (const value of [0, -1, 64, 2 ** 52, -(2 ** 52)])
      expect(compiled([], 'i64', () => i64.const(value) as never)()).toBe(BigInt(value));
    expect(compiled(['i32'], 'i64', i64.extend_i32_u as never)(-1)).toBe(0xffffffffn);
    expect(compiled(['i64'], 'i32', i32.wrap_i64 as never)(0x1ffffffffn)).toBe(-1);
  });

  it('do f32 and f64 arithmetic', () => {
    const unaries = {
      abs: Math.abs,
      neg: (x: number) => -x,
      ceil: Math.ceil,
      floor: Math.floor,
      trunc: Math.trunc,
      nearest,
      sqrt: Math.sqrt,
    };
    for (const [name, meaning] of Object.entries(unaries)) {
      const single = compiled(['f32'], 'f32', f32[name as 'abs'] as never);
      const double = compiled(['f64'], 'f64', f64[name as 'abs'] as never);
      for (const x of floats) {
        expect([name, x, single(x)]).toEqual([name, x, Math.fround(meaning(Math.fround(x)))]);
        expect([name, x, double(x)]).toEqual([name, x, meaning(x)]);
      }
    }
    const binaries = {
      add: (a: number, b: number) => a + b,
      sub: (a: number, b: number) => a - b,
      mul: (a: number, b: number) => a * b,
      div: (a: number, b: number) => a / b,
      min: Math.min,
      max: Math.max,
      eq: (a: number, b: number) => +(a === b),
      ne: (a: number, b: number) => +(a !== b),
      lt: (a: number, b: number) => +(a < b),
      gt: (a: number, b: number) => +(a > b),
      le: (a: number, b: number) => +(a <= b),
      ge: (a: number, b: number) => +(a >= b),
    };
    for (const [name, meaning] of Object.entries(binaries)) {
      const test = /^(eq|ne|[lg][te])$/.test(name);
      const single = compiled(['f32', 'f32'], test ? 'i32' : 'f32', f32[name as 'add'] as never);
      const double = compiled(['f64', 'f64'], test ? 'i32' : 'f64', f64[name as 'add'] as never);
      for (const [a, b] of pairs(floats)) {
        expect([name, a, b, single(a, b)]).toEqual([
          name,
          a,
          b,
          Math.fround(meaning(Math.fround(a), Math.fround(b))),
        ]);
        expect([name, a, b, double(a, b)]).toEqual([name, a, b, meaning(a, b)]);
      }
    }
    expect(compiled(['f32', 'f32'], 'f32', f32.copysign as never)(3, -0)).toBe(-3);
    expect(compiled(['f64', 'f64'], 'f64', f64.copysign as never)(3, -0)).toBe(-3);
  });

  it('convert', () => {
    for (const x of floats) {
      expect(compiled(['f32'], 'i32', i32.trunc_sat_f32_s as never)(x)).toBe(
        clampInteger(Math.fround(x)) | 0,
      );
      expect(compiled(['f64'], 'i32', i32.trunc_sat_f64_s as never)(x)).toBe(clampInteger(x) | 0);
      expect(compiled(['f64'], 'f32', f32.demote_f64 as never)(x)).toBe(Math.fround(x));
      expect(compiled(['f32'], 'f64', f64.promote_f32 as never)(x)).toBe(Math.fround(x));
    }
    expect(compiled(['i32'], 'f32', f32.convert_i32_s as never)(-7)).toBe(-7);
    expect(compiled(['i32'], 'f32', f32.convert_i32_u as never)(-1)).toBe(2 ** 32);
    expect(compiled(['i32'], 'f64', f64.convert_i32_u as never)(-1)).toBe(2 ** 32 - 1);
    expect(compiled(['f32'], 'i32', i32.reinterpret_f32 as never)(1)).toBe(0x3f800000);
    expect(compiled(['i32'], 'f32', f32.reinterpret_i32 as never)(0x3f800000)).toBe(1);
    expect(
      compiled(['i64'], 'f64', ((x: never) =>
        f64.reinterpret_i64(i64.reinterpret_f64(f64.reinterpret_i64(x)))) as never)(0x3ff0000000000000n),
    ).toBe(1);
    const pick = compiled(['i32', 'f32', 'f32'], 'f32', ((c: never, a: never, b: never) =>
      select(c, a, b)) as never);
    expect([pick(1, 2, 3), pick(0, 2, 3)]).toEqual([2, 3]);
  });
});

describe('vector instructions', () => {
  const same = (lanes: number) =>
    floats.map((_, start) =>
      Float32Array.from({ length: lanes }, (_, lane) => floats[(start + lane) % floats.length]!),
    );

  it('do f32x4 arithmetic', () => {
    const unaries = {
      abs: Math.abs,
      neg: (x: number) => -x,
      ceil: Math.ceil,
      floor: Math.floor,
      trunc: Math.trunc,
      nearest,
      sqrt: Math.sqrt,
    };
    for (const [name, meaning] of Object.entries(unaries)) {
      for (const a of same(4)) {
        const result = new Float32Array(vectors([a], f32x4[name as 'abs']));
        expect([name, a, result]).toEqual([name, a, a.map(meaning)]);
      }
    }
    const binaries = {
      add: (a: number, b: number) => a + b,
      sub: (a: number, b: number) => a - b,
      mul: (a: number, b: number) => a * b,
      div: (a: number, b: number) => a / b,
      min: Math.min,
      max: Math.max,
      pmin: (a: number, b: number) => [a, b][+(b < a)]!,
      pmax: (a: number, b: number) => [a, b][+(a < b)]!,
    };
    const comparisons = {
      eq: (a: number, b: number) => a === b,
      ne: (a: number, b: number) => a !== b,
      lt: (a: number, b: number) => a < b,
      gt: (a: number, b: number) => a > b,
      le: (a: number, b: number) => a <= b,
      ge: (a: number, b: number) => a >= b,
    };
    for (const [a, b] of pairs(same(4))) {
      for (const [name, meaning] of Object.entries(binaries)) {
        const result = new Float32Array(vectors([a, b], f32x4[name as 'add']));
        expect([name, a, b, result]).toEqual([name, a, b, a.map((x, lane) => meaning(x, b[lane]!))]);
      }
      for (const [name, meaning] of Object.entries(comparisons)) {
        const result = new Int32Array(vectors([a, b], f32x4[name as 'eq']));
        expect([name, a, b, [...result]]).toEqual([
          name,
          a,
          b,
          Array.from(a, (x, lane) => -meaning(x, b[lane]!) | 0),
        ]);
      }
    }
  });

  it('do f64x2 arithmetic', () => {
    const [a, b] = [Float64Array.of(2.5, -7), Float64Array.of(-0.5, 3)];
    const meanings = {
      add: (x: number, y: number) => x + y,
      sub: (x: number, y: number) => x - y,
      mul: (x: number, y: number) => x * y,
      div: (x: number, y: number) => x / y,
      min: Math.min,
      max: Math.max,
      pmin: Math.min,
      pmax: Math.max,
    };
    for (const [name, meaning] of Object.entries(meanings)) {
      expect(new Float64Array(vectors([a, b], f64x2[name as 'add']))).toEqual(
        a.map((x, lane) => meaning(x, b[lane]!)),
      );
    }
    const unaries = {
      abs: Math.abs,
      neg: (x: number) => -x,
      ceil: Math.ceil,
      floor: Math.floor,
      trunc: Math.trunc,
      nearest,
      sqrt: Math.sqrt,
    };
    for (const [name, meaning] of Object.entries(unaries))
      expect(new Float64Array(vectors([a], f64x2[name as 'abs']))).toEqual(a.map(meaning));
    const singles = Float32Array.of(1.5, -2, 9, 9);
    expect(new Float64Array(vectors([singles], f64x2.promote_low_f32x4))).toEqual(Float64Array.of(1.5, -2));
    expect(new Float32Array(vectors([a], f32x4.demote_f64x2_zero))).toEqual(Float32Array.of(2.5, -7, 0, 0));
  });

  it('do i32x4 arithmetic', () => {
    const [a, b] = [Int32Array.of(-(2 ** 31), -3, 7, 2 ** 31 - 1), Int32Array.of(5, -3, 1 << 30, -1)];
    const meanings = {
      add: (x: number, y: number) => x + y,
      sub: (x: number, y: number) => x - y,
      mul: Math.imul,
      min_s: Math.min,
      max_s: Math.max,
      min_u: (x: number, y: number) => Math.min(x >>> 0, y >>> 0),
      max_u: (x: number, y: number) => Math.max(x >>> 0, y >>> 0),
      eq: (x: number, y: number) => -(x === y),
      ne: (x: number, y: number) => -(x !== y),
      lt_s: (x: number, y: number) => -(x < y),
      lt_u: (x: number, y: number) => -(x >>> 0 < y >>> 0),
      gt_s: (x: number, y: number) => -(x > y),
      gt_u: (x: number, y: number) => -(x >>> 0 > y >>> 0),
      le_s: (x: number, y: number) => -(x <= y),
      le_u: (x: number, y: number) => -(x >>> 0 <= y >>> 0),
      ge_s: (x: number, y: number) => -(x >= y),
      ge_u: (x: number, y: number) => -(x >>> 0 >= y >>> 0),
    };
    for (const [name, meaning] of Object.entries(meanings)) {
      const result = new Int32Array(vectors([a, b], i32x4[name as 'add']));
      expect([name, [...result]]).toEqual([name, Array.from(a, (x, lane) => meaning(x, b[lane]!) | 0)]);
    }
    const shifted = (name: 'shl' | 'shr_s' | 'shr_u') => [
      ...new Int32Array(vectors([a], (x) => i32x4[name](x, 3))),
    ];
    expect(shifted('shl')).toEqual(Array.from(a, (x) => x << 3));
    expect(shifted('shr_s')).toEqual(Array.from(a, (x) => x >> 3));
    expect(shifted('shr_u')).toEqual(Array.from(a, (x) => (x >>> 3) | 0));
    expect([...new Int32Array(vectors([a], i32x4.neg))]).toEqual(Array.from(a, (x) => -x | 0));
    expect([...new Int32Array(vectors([b], i32x4.abs))]).toEqual([5, 3, 1 << 30, 1]);
    const singles = Float32Array.of(-7.9, NaN, 3e9, -Infinity);
    expect([...new Int32Array(vectors([singles], i32x4.trunc_sat_f32x4_s))]).toEqual(
      Array.from(singles, clampInteger),
    );
    expect(new Float32Array(vectors([a], f32x4.convert_i32x4_s))).toEqual(Float32Array.from(a));
    expect(new Float32Array(vectors([b], f32x4.convert_i32x4_u))).toEqual(
      Float32Array.from(b, (x) => x >>> 0),
    );
    expect([...new Int32Array(vectors([Float64Array.of(-7.9, 1e12)], i32x4.trunc_sat_f64x2_s_zero))]).toEqual(
      [-7, 2 ** 31 - 1, 0, 0],
    );
    expect(new Float64Array(vectors([a], f64x2.convert_low_i32x4_s))).toEqual(
      Float64Array.of(-(2 ** 31), -3),
    );
  });

  it('do i64x2 arithmetic', () => {
    const [a, b] = [BigInt64Array.of(-5n, 1n << 40n), BigInt64Array.of(3n, 77n)];
    const run = (body: (x: Value<'v128'>, y: Value<'v128'>) => Value<'v128'>) => [
      ...new BigInt64Array(vectors([a, b], body as never)),
    ];
    expect(run(i64x2.add)).toEqual([-2n, (1n << 40n) + 77n]);
    expect(run(i64x2.sub)).toEqual([-8n, (1n << 40n) - 77n]);
    expect(run(i64x2.mul)).toEqual([-15n, 77n << 40n]);
    expect(run((x) => i64x2.shr_s(x, 1))).toEqual([-3n, 1n << 39n]);
    expect(run((x) => i64x2.shl(x, 1))).toEqual([-10n, 1n << 41n]);
    expect(run((x) => i64x2.shr_u(x, 60))).toEqual([15n, 0n]);
    expect(run((x) => i64x2.neg(x))).toEqual([5n, -(1n << 40n)]);
    expect(run((x) => i64x2.abs(x))).toEqual([5n, 1n << 40n]);
    const whole = Int32Array.of(-1, 2, -3, 4);
    expect([...new BigInt64Array(vectors([whole], i64x2.extend_low_i32x4_s))]).toEqual([-1n, 2n]);
    expect([...new BigInt64Array(vectors([whole], i64x2.extend_high_i32x4_s))]).toEqual([-3n, 4n]);
  });

  it('work on bits, and move lanes', () => {
    const [a, b, mask] = [
      Int32Array.of(0b1100, -1, 0, 9),
      Int32Array.of(0b1010, 5, -1, 7),
      Int32Array.of(-1, 0, -1, 0),
    ];
    const run = (body: (...values: Value<'v128'>[]) => Value<'v128'>) => [
      ...new Int32Array(vectors([a, b, mask], body)),
    ];
    expect(run((x, y) => v128.and(x!, y!))).toEqual([0b1000, 5, 0, 1]);
    expect(run((x, y) => v128.or(x!, y!))).toEqual([0b1110, -1, -1, 15]);
    expect(run((x, y) => v128.xor(x!, y!))).toEqual([0b0110, -6, -1, 14]);
    expect(run((x, y) => v128.andnot(x!, y!))).toEqual([0b0100, -6, 0, 8]);
    expect(run((x) => v128.not(x!))).toEqual([~0b1100, 0, -1, ~9]);
    expect(run((x, y, c) => v128.bitselect(x!, y!, c!))).toEqual([0b1100, 5, 0, 7]);
    expect(run((x, y) => shuffle32(x!, y!, [3, 4, 0, 7]))).toEqual([9, 0b1010, 0b1100, 7]);
    expect(run((x, y) => i8x16.swizzle(x!, y!))[1]).toBe(
      new Int32Array(Uint8Array.of(255, 12, 12, 12).buffer)[0],
    );
    expect(run(() => i32x4.splat(-3))).toEqual([-3, -3, -3, -3]);
    expect(run(() => i32x4.const(1, -2, 3, -(2 ** 31)))).toEqual([1, -2, 3, -(2 ** 31)]);
    expect(run((x) => i32x4.replace_lane(x!, 2, 77))).toEqual([0b1100, -1, 77, 9]);
    expect(run((x) => i32x4.splat(i32x4.extract_lane(x!, 3)))).toEqual([9, 9, 9, 9]);
    expect(run((x) => i32x4.splat(v128.any_true(x!)))[0]).toBe(1);
    expect(run((x) => i32x4.splat(i32x4.all_true(x!)))[0]).toBe(0);
    expect(run((_x, _y, c) => i32x4.splat(i32x4.bitmask(c!)))[0]).toBe(0b0101);
    const singles = new Float32Array(vectors([], () => f32x4.replace_lane(f32x4.const(1, 2, 3, 4), 1, 0.5)));
    expect([...singles]).toEqual([1, 0.5, 3, 4]);
    const double = new Float64Array(vectors([], () => f64x2.splat(f64x2.extract_lane(f64x2.splat(0.1), 1))));
    expect([...double]).toEqual([0.1, 0.1]);
  });

  it('load and store', () => {
    const a = Int32Array.of(1, 2, 3, 4);
    const run = (body: (x: Value<'v128'>) => Value<'v128'>) => [
      ...new Int32Array(vectors([a], body as never)),
    ];
    expect(run(() => v128.load32_splat(4, 4))).toEqual([3, 3, 3, 3]);
    expect(run(() => v128.load64_splat(8))).toEqual([3, 4, 3, 4]);
    expect(run(() => v128.load32_zero(12))).toEqual([4, 0, 0, 0]);
    expect(run(() => v128.load64_zero(4))).toEqual([2, 3, 0, 0]);
    expect(run((x) => v128.load32_lane(12, x, 0))).toEqual([4, 2, 3, 4]);
    expect(run((x) => v128.load64_lane(0, x, 1))).toEqual([1, 2, 1, 2]);
    const module = new ModuleBuilder();
    module.importMemory('heap', 'memory', { initial: 1 });
    module.function('run', { parameters: ['i32'] }, (f, to) => {
      const vector = f.v128(i32x4.const(1, 2, 3, 4));
      f.do(v128.store32_lane(to, vector, 2));
      f.do(v128.store64_lane(to, vector, 1, 8));
      f.do(i32.store(to, -5, 16));
      f.do(f32.store(to, 1, 20));
      f.do(f64.store(to, 1, 24));
      f.do(i64.store(to, -1, 32));
      f.do(i32.store8(to, 200, 40));
      f.do(i32.store(to, i32.load8_u(to, 40), 44));
      f.do(memory.copy(i32.add(to, 48), to, 16));
      f.do(memory.fill(i32.add(to, 64), 255, 4));
      f.do(i32.store(to, memory.size(), 68));
    });
    const heap = new WebAssembly.Memory({ initial: 1 });
    instantiate(module, { heap: { memory: heap } }).run!(64);
    const found = new Int32Array(heap.buffer, 64, 18);
    expect([...found]).toEqual([
      3, 0, 3, 4, -5, 0x3f800000, 0, 0x3ff00000, -1, -1, 200, 200, 3, 0, 3, 4, -1, 1,
    ]);
  });

  it.skipIf(!features().relaxedSimd)('multiply and add, where relaxed', () => {
    const [a, b, c] = [
      Float32Array.of(1, 2, 3, 4),
      Float32Array.of(5, 6, 7, 8),
      Float32Array.of(9, 10, 11, 12),
    ];
    expect([...new Float32Array(vectors([a, b, c], f32x4.relaxed_madd as never))]).toEqual([14, 22, 32, 44]);
    expect([...new Float32Array(vectors([a, b, c], f32x4.relaxed_nmadd as never))]).toEqual([
      4, -2, -10, -20,
    ]);
    const [d, e, f] = [Float64Array.of(1, 2), Float64Array.of(5, 6), Float64Array.of(9, 10)];
    expect([...new Float64Array(vectors([d, e, f], f64x2.relaxed_madd as never))]).toEqual([14, 22]);
    expect([...new Float64Array(vectors([d, e, f], f64x2.relaxed_nmadd as never))]).toEqual([4, -2]);
  });
});

describe('atomic instructions', () => {
  it.skipIf(!features().threads)('update shared memory', () => {
    const module = new ModuleBuilder();
    module.importMemory('heap', 'memory', { initial: 1, maximum: 1, shared: true });
    const update = (name: 'add' | 'sub' | 'and' | 'or' | 'xor' | 'exchange'): void => {
      module.function(name, { parameters: ['i32'], result: 'i32' }, (_, value) => atomics[name](0, value));
    };
    for (const name of ['add', 'sub', 'and', 'or', 'xor', 'exchange'] as const) update(name);
    module.function('swap', { parameters: ['i32', 'i32'], result: 'i32' }, (_, expected, replacement) =>
      atomics.compareExchange(0, expected, replacement),
    );
    module.function(
      'store',
      { parameters: ['i32'] },
      (f, value) => f.do(atomics.store(0, value)) as undefined,
    );
    module.function('load', { parameters: [], result: 'i32' }, () => atomics.load(0));
    module.function('wait', { parameters: ['i32'], result: 'i32' }, (f, expected) => {
      f.do(atomics.fence());
      f.drop(atomics.notify(0, 1));
      return atomics.wait(0, expected, 1000);
    });
    const heap = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    const run = instantiate(module, { heap: { memory: heap } });
    expect([run.add!(12), run.sub!(2), run.and!(6), run.or!(8), run.xor!(3)]).toEqual([0, 12, 10, 2, 10]);
    expect([run.exchange!(5), run.swap!(5, 6), run.swap!(5, 7), run.load!()]).toEqual([9, 5, 6, 6]);
    run.store!(40);
    expect([run.wait!(41), run.wait!(40)]).toEqual([1, 2]);
  });
});

describe('FunctionBuilder', () => {
  it('counts, branches and calls', () => {
    const module = new ModuleBuilder();
    const square = module.function(undefined, { parameters: ['f64'], result: 'f64' }, (_, x) => {
      const power = module.importFunction('Math', 'pow', { parameters: ['f64', 'f64'], result: 'f64' });
      expect(module.importFunction('Math', 'pow', power)).toBe(power);
      return call(power, x, 2);
    });
    module.function('sum', { parameters: ['i32', 'i32'], result: 'f64' }, (f, from, to) => {
      const total = f.f64(0);
      const i = f.local('i32');
      f.for(i, from, i32.add(to, 1), 2, () =>
        f.set(total, f64.add(total, call(square, f64.convert_i32_s(i)))),
      );
      return total;
    });
    module.function('collatz', { parameters: ['i32'], result: 'i32' }, (f, n) => {
      const steps = f.i32(0);
      f.block((done) => {
        f.loop((again) => {
          f.branch(done, i32.le_s(n, 1));
          f.if(
            i32.and(n, 1),
            () => f.set(n, i32.add(i32.mul(n, 3), 1)),
            () => f.set(n, i32.shr_u(n, 1)),
          );
          f.increase(steps, 1);
          f.branch(again);
        });
      });
      return steps;
    });
    module.function('early', { parameters: ['i32'], result: 'i32' }, (f, n) => {
      f.if(i32.gt_s(n, 5), () => f.return(i32.const(1)));
      const doubled = f.local('i32');
      return i32.add(f.tee(doubled, i32.mul(n, 2)), doubled);
    });
    const run = instantiate(module, { Math: Math as never });
    expect(run.sum!(1, 5)).toBe(1 + 9 + 25);
    expect(run.sum!(5, 1)).toBe(0);
    expect(run.collatz!(27)).toBe(111);
    expect([run.early!(6), run.early!(3)]).toEqual([1, 12]);
  });

  it('makes each hoisted constant once', () => {
    const module = new ModuleBuilder();
    module.function('run', { parameters: [], result: 'f32' }, (f) => {
      expect(f.splat(0.5)).toBe(f.splat(0.5));
      expect(f.splat(0)).not.toBe(f.splat(-0));
      expect(f.splatInteger(1)).not.toBe(f.splat(1));
      return f32x4.extract_lane(f32x4.div(f.splat(0.5), f.splat(-0)), 3);
    });
    expect(instantiate(module).run!()).toBe(-Infinity);
  });
});

describe('features', () => {
  it('are found', () => {
    const found = features();
    expect(found).toBe(features());
    expect(found.simd).toBe(true);
  });
});
