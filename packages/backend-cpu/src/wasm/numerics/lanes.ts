import { type FunctionBuilder, f32, f32x4, f64, f64x2, shuffle32, type Value } from '../assembler.js';

type Vector = Value<'v128'>;

/** A vector that is computed in float64, two lanes at a time, and rounded. Arguments are computed once. */
export function inDoubles(
  f: FunctionBuilder,
  values: readonly Vector[],
  compute: (...values: Vector[]) => Vector,
): Vector {
  const low = compute(...values.map((value) => f.v128(f64x2.promote_low_f32x4(value))));
  const high = compute(...values.map((value) => f.v128(f64x2.promote_low_f32x4(upperHalf(value)))));
  return joined(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high));
}

/** Lanes 2 and 3, as lanes 0 and 1. */
export function upperHalf(value: Vector): Vector {
  return shuffle32(value, value, [2, 3, 2, 3]);
}

/** The lower halves of two vectors as one. */
export function joined(low: Vector, high: Vector): Vector {
  return shuffle32(low, high, [0, 1, 4, 5]);
}

/** A vector that is computed lane by lane in float64, and rounded. Arguments are locals. */
export function byLane(
  f: FunctionBuilder,
  values: readonly Vector[],
  compute: (...values: Value<'f64'>[]) => Value<'f64'>,
): Vector {
  const lane = (place: number): Value<'f32'> =>
    f32.demote_f64(compute(...values.map((value) => f64.promote_f32(f32x4.extract_lane(value, place)))));
  const result = f.v128(f32x4.splat(lane(0)));
  for (const place of [1, 2, 3]) f.set(result, f32x4.replace_lane(result, place, lane(place)));
  return result;
}
