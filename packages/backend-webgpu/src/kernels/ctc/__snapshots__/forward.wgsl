struct Numbers {
  rows: i32,
  classes: i32,
  blank: i32,
  pairs: i32,
  groups: i32,
  logitsOffset: i32,
  logitsTime: i32,
  logitsRow: i32,
  logitsClass: i32,
  largestLogitsOffset: i32,
  largestLogitsTime: i32,
  largestLogitsRow: i32,
  inverseSumsOffset: i32,
  inverseSumsTime: i32,
  inverseSumsRow: i32,
  targetsOffset: i32,
  targetsRow: i32,
  targetsSymbol: i32,
  inputLengthsOffset: i32,
  inputLengthsRow: i32,
  targetLengthsOffset: i32,
  targetLengthsRow: i32,
  lossOffset: i32,
  lossRow: i32,
  alphasOffset: i32,
  alphasTime: i32,
  alphasRow: i32,
  alphasPair: i32,
}
@group(0) @binding(0) var<uniform> u: Numbers;
@group(0) @binding(1) var<storage, read> logits: array<f32>;
@group(0) @binding(2) var<storage, read> largestLogits: array<f32>;
@group(0) @binding(3) var<storage, read> targets: array<i32>;
@group(0) @binding(4) var<storage, read> inputLengths: array<i32>;
@group(0) @binding(5) var<storage, read> targetLengths: array<i32>;
@group(0) @binding(6) var<storage, read_write> loss: array<f32>;
@group(0) @binding(7) var<storage, read_write> alphas: array<vec4<u32>>;


fn isNan(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u;
}
fn fromBits(bits: u32) -> f32 {
  return bitcast<f32>(bits);
}
fn smallerOf(a: f32, b: f32) -> f32 {
  return select(select(min(a, b), b, isNan(b)), a, isNan(a));
}

struct Wide {
  part: f32,
  power: i32,
}

fn nothing() -> Wide {
  return Wide(0f, -805306368);
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
  return wideWhere(exponent > 0 && power >= -805306368, Wide(bitcast<f32>((bits & 0x7fffffu) | 0x3f800000u), power));
}

fn wideProduct(a: Wide, b: Wide) -> Wide {
  return normalized(Wide(a.part * b.part, a.power + b.power));
}

// e to the power of x, which is at most 0. The power of 2 is taken off in two parts (Cody & Waite 1980).
fn wideExp(x: f32) -> Wide {
  let size = max(x, -536870912f);
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

// At the edges between invocations, twice: what was before a step, and what is behind it.
var<workgroup> edges: array<Wide, 66>;
var<workgroup> lengthOfRow: i32;
// The last blank and the last symbol of the target.
var<workgroup> ends: array<Wide, 2>;

// The class of the symbol of a pair; the blank where there is none.
fn classOf(row: i32, pair: i32, symbols: i32) -> i32 {
  if (pair < 0 || pair >= symbols) { return u.blank; }
  return targets[u.targetsOffset + row * u.targetsRow + pair * u.targetsSymbol];
}

fn probabilityOf(row: i32, time: i32, index: i32, largest: f32, inverse: f32) -> Wide {
  let size = wideExp(logits[u.logitsOffset + time * u.logitsTime + row * u.logitsRow + index * u.logitsClass] - largest);
  return Wide(size.part * inverse, size.power);
}

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) id: vec3<u32>, @builtin(local_invocation_index) invocation: u32) {
  let row = i32(id.x) + i32(id.y) * u.groups;
  if (row >= u.rows) { return; }
  let lane = i32(invocation);
  let symbols = targetLengths[u.targetLengthsOffset + row * u.targetLengthsRow];
  if (lane == 0) { lengthOfRow = inputLengths[u.inputLengthsOffset + row * u.inputLengthsRow]; }
  let length = workgroupUniformLoad(&lengthOfRow);
  let pair0 = lane * 1 + 0;
  let class0 = classOf(row, pair0, symbols);
  let isClass0 = class0 >= 0 && class0 < u.classes;
  let index0 = select(u.blank, class0, isClass0);
  let weight0 = select(fromBits(0x7fc00000u), select(0f, 1f, pair0 < symbols), isClass0);
  let skips0 = class0 != u.blank && class0 != classOf(row, pair0 - 1, symbols);
  var blank0 = nothing();
  var symbol0 = nothing();
  if (lane == 0) {
    blank0 = Wide(1f, 0);
    edges[0] = nothing();
    edges[33] = nothing();
    ends[1] = nothing();
  }
  edges[lane + 1] = nothing();
  workgroupBarrier();
  var now = 0;
  for (var count = 0; count < length; count++) {
    let time = count;
    let next = 33 - now;
    let largest = largestLogits[u.largestLogitsOffset + time * u.largestLogitsTime + row * u.largestLogitsRow];
    let inverse = largestLogits[u.inverseSumsOffset + time * u.inverseSumsTime + row * u.inverseSumsRow];
    let probability = probabilityOf(row, time, u.blank, largest, inverse);
    let probability0 = probabilityOf(row, time, index0, largest, weight0 * inverse);
    let before0 = edges[now + lane];
    symbol0 = wideProduct(wideSum(wideSum(symbol0, blank0), wideWhere(skips0, before0)), probability0);
    blank0 = wideProduct(wideSum(blank0, before0), probability);
    if (pair0 < u.pairs) { alphas[u.alphasOffset + time * u.alphasTime + row * u.alphasRow + pair0 * u.alphasPair] = vec4<u32>(bitcast<u32>(blank0.part), bitcast<u32>(blank0.power), bitcast<u32>(symbol0.part), bitcast<u32>(symbol0.power)); }
    edges[next + lane + 1] = symbol0;
    now = next;
    workgroupBarrier();
  }
  if (pair0 == symbols) { ends[0] = blank0; }
  if (pair0 == symbols - 1) { ends[1] = symbol0; }
  workgroupBarrier();
  if (lane == 0) {
    let total = wideSum(ends[0], ends[1]);
    var result = 268435456f;
    if (bitcast<u32>(total.part) != 0u) { result = smallerOf(result, 0f - wideLog(total)); }
    loss[u.lossOffset + row * u.lossRow] = result;
  }
}
