/** Rotations of Threefry-2x32, see `threefry2x32` of the kernel package, which this repeats bit for bit. */
const rotations = [13, 15, 26, 6, 17, 29, 16, 24] as const;
const rounds = 13;

function threefryRounds(): string {
  const lines: string[] = [];
  for (let round = 0; round < rounds; round++) {
    const rotation = rotations[round % 8]!;
    lines.push(
      'first += second;',
      `second = ((second << ${rotation}u) | (second >> ${32 - rotation}u)) ^ first;`,
    );
    if (round % 4 === 3) {
      const injection = (round + 1) / 4;
      lines.push(`first += key${injection % 3};`, `second += key${(injection + 1) % 3} + ${injection}u;`);
    }
  }
  return lines.map((line) => `  ${line}`).join('\n');
}

/**
 * Functions that shaders call. WGSL may take for granted that there are neither NaN nor infinities, and compilers do: `x != x` is
 * folded to false. So NaN is told by its bits, and formulas keep away from overflow on the way.
 */
const functions = {
  isNan: `
fn isNan(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u;
}`,
  // A number that may not be written as a constant: infinity, NaN, -0. The result of a call is none.
  fromBits: `
fn fromBits(bits: u32) -> f32 {
  return bitcast<f32>(bits);
}`,
  signOf: `
fn signOf(x: f32) -> f32 {
  return select(sign(x), x, isNan(x));
}`,
  expOf: `
fn expOf(x: f32) -> f32 {
  return select(exp(x), x, isNan(x));
}`,
  logOf: `
fn logOf(x: f32) -> f32 {
  let bits = bitcast<u32>(x);
  if (bits < 0x7f800000u && x > 0f) { return log(x); }
  if (bits << 1u == 0u) { return fromBits(0xff800000u); }
  return select(x, fromBits(0x7fc00000u), bits > 0x80000000u);
}`,
  smallerOf: `
fn smallerOf(a: f32, b: f32) -> f32 {
  return select(select(min(a, b), b, isNan(b)), a, isNan(a));
}`,
  largerOf: `
fn largerOf(a: f32, b: f32) -> f32 {
  return select(select(max(a, b), b, isNan(b)), a, isNan(a));
}`,
  lessOf: `
fn lessOf(a: f32, b: f32) -> f32 {
  return select(0f, 1f, a < b && !isNan(a) && !isNan(b));
}`,
  lessEqualOf: `
fn lessEqualOf(a: f32, b: f32) -> f32 {
  return select(0f, 1f, a <= b && !isNan(a) && !isNan(b));
}`,
  equalOf: `
fn equalOf(a: f32, b: f32) -> f32 {
  return select(0f, 1f, a == b && !isNan(a) && !isNan(b));
}`,
  selectOf: `
fn selectOf(condition: f32, a: f32, b: f32) -> f32 {
  return select(b, a, (bitcast<u32>(condition) & 0x7fffffffu) != 0u);
}`,
  // Below 0.625 the polynomial of Cephes (Moshier 1992), where the quotient of exponentials would lose digits.
  tanhOf: `
fn tanhOf(x: f32) -> f32 {
  let size = min(abs(x), 15f);
  let square = size * size;
  let near = ((((-5.70498872745e-3f * square + 2.06390887954e-2f) * square - 5.37397155531e-2f) * square
    + 1.33314422036e-1f) * square - 3.33332819422e-1f) * square * size + size;
  let far = 1f - 2f / (exp(2f * size) + 1f);
  let result = select(far, near, size < 0.625f);
  return select(select(result, -result, x < 0f), x, isNan(x));
}`,
  // Beyond -88 the result lies below the smallest normal number.
  sigmoidOf: `
fn sigmoidOf(x: f32) -> f32 {
  return select(1f / (1f + exp(-max(x, -88f))), x, isNan(x));
}`,
  // Built-in sines may be off by 2^-11. Here: the angle less multiples of pi / 2, in three parts (Cody & Waite 1980), and the
  // polynomials of Cephes. Angles so large that this does not help are left to the built-in function.
  sineOf: `
fn sineOf(x: f32, shift: i32) -> f32 {
  let count = round(x * 0.6366197723675814f);
  let rest = ((x - count * 1.5703125f) - count * 4.837512969970703125e-4f) - count * 7.54978995489188216e-8f;
  let square = rest * rest;
  let sine = ((-1.9515295891e-4f * square + 8.3321608736e-3f) * square - 1.6666654611e-1f) * square * rest + rest;
  let cosine = ((2.443315711809948e-5f * square - 1.388731625493765e-3f) * square + 4.166664568298827e-2f) * square * square
    - 0.5f * square + 1f;
  let quarter = (i32(clamp(count, -1e6f, 1e6f)) + shift) & 3;
  let value = select(sine, cosine, (quarter & 1) == 1);
  return select(value, -value, quarter >= 2);
}`,
  sinOf: `
fn sinOf(x: f32) -> f32 {
  return select(sin(x), sineOf(x, 0), abs(x) < 8192f);
}`,
  cosOf: `
fn cosOf(x: f32) -> f32 {
  return select(cos(x), sineOf(x, 1), abs(x) < 8192f);
}`,
  // The built-in power knows positive bases only.
  powerOf: `
fn powerOf(a: f32, b: f32) -> f32 {
  if (isNan(a) || isNan(b)) { return select(fromBits(0x7fc00000u), 1f, b == 0f && !isNan(b)); }
  if (b == 0f) { return 1f; }
  if (a == 0f) { return select(fromBits(0x7f800000u), 0f, b > 0f); }
  let size = pow(abs(a), b);
  if (a > 0f) { return size; }
  if (floor(b) != b) { return fromBits(0x7fc00000u); }
  let half = b * 0.5f;
  return select(size, -size, floor(half) != half);
}`,
  // A quotient may be off by some units in the last place, which its floor would make a whole one.
  moduloOf: `
fn moduloOf(a: f32, b: f32) -> f32 {
  let rest = a - b * floor(a / b);
  if (rest != 0f && (rest < 0f) != (b < 0f)) { return rest + b; }
  return select(rest, rest - b, abs(rest) >= abs(b));
}`,
  // What `x | 0` is in JavaScript: towards 0, modulo 2^32, and 0 for what is not finite.
  wholeOf: `
fn wholeOf(x: f32) -> i32 {
  if (abs(x) < 2147483648f && !isNan(x)) { return i32(x); }
  let bits = bitcast<u32>(x);
  // At least 8, since x is no smaller than 2^31.
  let shift = ((bits >> 23u) & 255u) - 150u;
  if (shift > 31u) { return 0; }
  let size = bitcast<i32>(((bits & 0x7fffffu) | 0x800000u) << shift);
  return select(size, -size, x < 0f);
}`,
  // See `uniform` of the kernel package: 24 bits of Threefry-2x32 with 13 rounds.
  uniformAt: `
fn uniformAt(seed0: f32, seed1: f32, position: u32, lane: u32) -> f32 {
  let key0 = u32(seed0);
  let key1 = u32(seed1);
  let key2 = 0x1bd11bdau ^ key0 ^ key1;
  var first = position + key0;
  var second = lane + key1;
${threefryRounds()}
  return f32(first >> 8u) * 5.9604644775390625e-8f;
}`,
} as const;

/** Name of a function that shaders call. */
export type HelperName = keyof typeof functions;

const names = Object.keys(functions) as HelperName[];

/**
 * WGSL of the named functions and of those that they call, each once: for module scope.
 * @example helperText(['tanhOf']) // fn isNan(x: f32) -> bool { ... } fn tanhOf(x: f32) -> f32 { ... }
 */
export function helperText(wanted: Iterable<HelperName>): string {
  const all = new Set<HelperName>();
  const take = (name: HelperName): void => {
    if (all.has(name)) return;
    all.add(name);
    for (const other of names) {
      if (other !== name && functions[name].includes(`${other}(`)) take(other);
    }
  };
  for (const name of wanted) take(name);
  return names
    .filter((name) => all.has(name))
    .map((name) => functions[name])
    .join('');
}
