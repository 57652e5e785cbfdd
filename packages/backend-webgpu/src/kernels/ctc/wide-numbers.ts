import { ctcLossLimit } from '@ostinato/kernel';

/** What probabilities less than this power of 2 count as: 0. Three of them still fit into an `i32` with one sign. */
const leastPower = -3 * ctcLossLimit;

/**
 * WGSL of numbers from 0 upwards with 32 bits of exponent: `part` times 2 to the power of `power`. They are logarithms of base 2
 * whose whole part is kept apart from the rest, which is not even taken the logarithm of: sums need neither `exp` nor `log`,
 * products of thousands of probabilities lose no digits, and there is no logarithm of 0. NaN and infinity are handed on, with the power 0.
 *
 * It takes the function `isNan`.
 */
export const wideNumbers = `
struct Wide {
  part: f32,
  power: i32,
}

fn nothing() -> Wide {
  return Wide(0f, ${leastPower});
}

// A number where the condition holds, else 0.
fn wideWhere(condition: bool, x: Wide) -> Wide {
  let zero = nothing();
  return Wide(select(zero.part, x.part, condition), select(zero.power, x.power, condition));
}

// part times 2 to the power of power, 0 where that is too small.
fn narrow(part: f32, power: i32) -> f32 {
  let factor = bitcast<f32>(u32(clamp(power, -126, 127) + 127) << 23u);
  return select(0f, part * factor, power >= -126);
}

fn wideSum(a: Wide, b: Wide) -> Wide {
  let power = max(a.power, b.power);
  return Wide(narrow(a.part, a.power - power) + narrow(b.part, b.power - power), power);
}

// The same number with its part in [1, 2), or 0.
fn normalized(x: Wide) -> Wide {
  let bits = bitcast<u32>(x.part);
  if ((bits & 0x7f800000u) == 0x7f800000u) { return Wide(x.part, 0); }
  let exponent = i32(bits >> 23u);
  let power = x.power + exponent - 127;
  return wideWhere(exponent > 0 && power >= ${leastPower}, Wide(bitcast<f32>((bits & 0x7fffffu) | 0x3f800000u), power));
}

fn wideProduct(a: Wide, b: Wide) -> Wide {
  return normalized(Wide(a.part * b.part, a.power + b.power));
}

// e to the power of x, which is at most 0. The power of 2 is taken off in two parts (Cody & Waite 1980).
fn wideExp(x: f32) -> Wide {
  let size = max(x, ${-2 * ctcLossLimit}f);
  let power = round(size * 1.4426950408889634f);
  let rest = (size - power * 0.693359375f) + power * 2.12194440e-4f;
  return Wide(select(exp(rest), x, isNan(x)), i32(power));
}

// The logarithm of base e, for numbers other than 0. Near 1 its two terms do not cancel.
fn wideLog(x: Wide) -> f32 {
  let whole = normalized(x);
  let isLarge = whole.part > 1.4142135f;
  let part = select(whole.part, 0.5f * whole.part, isLarge);
  let power = select(whole.power, whole.power + 1, isLarge);
  return select(log(part) + f32(power) * 0.6931471805599453f, whole.part, isNan(whole.part));
}
`;
