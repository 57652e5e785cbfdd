import type { ReduceOp } from '@ostinato/kernel';
import {
  type FunctionBuilder,
  f32,
  f32x4,
  f64,
  f64x2,
  i32,
  i32x4,
  type Local,
  type Value,
  v128,
} from './assembler.js';
import { joined, upperHalf } from './numerics/lanes.js';
import type { OperandKind } from './operands.js';

type Vector = Value<'v128'>;

/** Four running results, one for each lane. Sums run in float64; the largest and smallest need no more than float32. */
export class Accumulator {
  readonly #f: FunctionBuilder;
  readonly #op: ReduceOp;
  /** For sums, lanes 0 and 1, then lanes 2 and 3. */
  readonly #halves: readonly Local<'v128'>[];

  constructor(f: FunctionBuilder, op: ReduceOp) {
    this.#f = f;
    this.#op = op;
    this.#halves = op === 'sum' ? [f.local('v128'), f.local('v128')] : [f.local('v128')];
    this.reset();
  }

  #neutral(): Vector {
    return this.#f.splat({ sum: 0, max: -Infinity, min: Infinity }[this.#op]);
  }

  /** Starts anew. */
  reset(): void {
    for (const half of this.#halves) this.#f.set(half, this.#neutral());
  }

  /** Takes in four numbers; only the first `left` of them where that is given. */
  add(numbers: Vector, left?: Value<'i32'>): void {
    const f = this.#f;
    const given = f.v128(numbers);
    if (left) {
      const mask = i32x4.lt_s(i32x4.const(0, 1, 2, 3), i32x4.splat(left));
      f.set(given, v128.bitselect(given, this.#neutral(), mask));
    }
    this.#combine([f64x2.promote_low_f32x4(given), f64x2.promote_low_f32x4(upperHalf(given))], given);
  }

  /** Takes in another accumulator, lane by lane. */
  merge(other: Accumulator): void {
    this.#combine(other.#halves, other.#halves[0]!);
  }

  #combine(doubles: readonly Vector[], singles: Vector): void {
    const f = this.#f;
    const op = this.#op;
    for (const [place, half] of this.#halves.entries())
      f.set(half, op === 'sum' ? f64x2.add(half, doubles[place]!) : f32x4[op](half, singles));
  }

  /** The four results as bits of an operand. */
  vector(kind: OperandKind): Local<'v128'> {
    const f = this.#f;
    const [low, high] = this.#halves as unknown as readonly [Vector, Vector];
    if (this.#op !== 'sum') return f.v128(kind === 'f32' ? low : i32x4.trunc_sat_f32x4_s(low));
    const narrow = kind === 'f32' ? f32x4.demote_f64x2_zero : i32x4.trunc_sat_f64x2_s_zero;
    return f.v128(joined(narrow(low), narrow(high)));
  }

  /** The sum of all lanes in float64. */
  sum(): Value<'f64'> {
    const f = this.#f;
    const [low, high] = this.#halves as unknown as readonly [Vector, Vector];
    const pair = f.v128(f64x2.add(low, high));
    return f64.add(f64x2.extract_lane(pair, 0), f64x2.extract_lane(pair, 1));
  }

  /** One result of all lanes, as bits of an operand, repeated in every lane. */
  total(kind: OperandKind): Local<'v128'> {
    const f = this.#f;
    if (this.#op === 'sum') {
      const sum = this.sum();
      return f.v128(
        kind === 'f32' ? f32x4.splat(f32.demote_f64(sum)) : i32x4.splat(i32.trunc_sat_f64_s(sum)),
      );
    }
    const lane = (index: number): Value<'f32'> => f32x4.extract_lane(this.#halves[0]!, index);
    const of = f32[this.#op];
    const result = of(of(lane(0), lane(1)), of(lane(2), lane(3)));
    return f.v128(kind === 'f32' ? f32x4.splat(result) : i32x4.splat(i32.trunc_sat_f32_s(result)));
  }
}
