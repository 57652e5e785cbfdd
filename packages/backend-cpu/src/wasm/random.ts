import { type FunctionBuilder, f32x4, i32x4, type Value, v128 } from './assembler.js';

type Vector = Value<'v128'>;

const rotations = [13, 15, 26, 6, 17, 29, 16, 24];
const parity = 0x1bd11bda;
const rounds = 13;

/**
 * Four numbers of `uniform` in the kernel package, side by side: Threefry-2x32 with 13 rounds (Salmon et al. 2011).
 * @param seeds the two words of the key, whole numbers in every lane
 * @param positions row-major position of each lane's element
 * @param draw which draw of its program this is
 */
export function randomVector(
  f: FunctionBuilder,
  seeds: readonly [Vector, Vector],
  positions: Vector,
  draw: number,
): Vector {
  const [key0, key1] = [f.v128(seeds[0]), f.v128(seeds[1])];
  const keys = [key0, key1, f.v128(v128.xor(v128.xor(key0, key1), f.splatInteger(parity)))];
  const first = f.v128(i32x4.add(positions, key0));
  const second = f.v128(i32x4.add(key1, f.splatInteger(draw)));
  for (let round = 0; round < rounds; round++) {
    const bits = rotations[round % 8]!;
    f.set(first, i32x4.add(first, second));
    const rotated = v128.or(i32x4.shl(second, bits), i32x4.shr_u(second, 32 - bits));
    f.set(second, v128.xor(rotated, first));
    if (round % 4 === 3) {
      const injection = (round + 1) / 4;
      f.set(first, i32x4.add(first, keys[injection % 3]!));
      f.set(second, i32x4.add(i32x4.add(second, keys[(injection + 1) % 3]!), f.splatInteger(injection)));
    }
  }
  return f32x4.mul(f32x4.convert_i32x4_s(i32x4.shr_u(first, 8)), f.splat(2 ** -24));
}
