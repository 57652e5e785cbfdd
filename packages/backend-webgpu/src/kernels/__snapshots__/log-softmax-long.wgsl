struct Numbers {
  rows: i32,
  columns: i32,
  groupsAcross: i32,
  width: i32,
  depth: i32,
  acrossStep: i32,
  alongStep: i32,
  axisLength0: i32,
  xOffset: i32,
  xAxis0: i32,
  xStep: i32,
  outOffset: i32,
  outAxis0: i32,
  outStep: i32,
}
@group(0) @binding(0) var<uniform> u: Numbers;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;


fn isNan(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u;
}
fn fromBits(bits: u32) -> f32 {
  return bitcast<f32>(bits);
}
fn expOf(x: f32) -> f32 {
  return select(exp(x), x, isNan(x));
}
fn logOf(x: f32) -> f32 {
  let bits = bitcast<u32>(x);
  if (bits < 0x7f800000u && x > 0f) { return log(x); }
  if (bits << 1u == 0u) { return fromBits(0xff800000u); }
  return select(x, fromBits(0x7fc00000u), bits > 0x80000000u);
}
fn largerOf(a: f32, b: f32) -> f32 {
  return select(select(max(a, b), b, isNan(b)), a, isNan(a));
}
var<workgroup> shares: array<f32, 256>;

fn largestOf(local: i32, lane: i32, value: f32) -> f32 {
  shares[local] = value;
  for (var half = u.depth / 2; half > 0; half /= 2) {
    workgroupBarrier();
    if (lane < half) { shares[local] = largerOf(shares[local], shares[local + half * u.alongStep]); }
  }
  workgroupBarrier();
  let result = shares[local - lane * u.alongStep];
  workgroupBarrier();
  return result;
}

fn addUp(local: i32, lane: i32, value: f32) -> f32 {
  shares[local] = value;
  for (var half = u.depth / 2; half > 0; half /= 2) {
    workgroupBarrier();
    if (lane < half) { shares[local] = shares[local] + shares[local + half * u.alongStep]; }
  }
  workgroupBarrier();
  let result = shares[local - lane * u.alongStep];
  workgroupBarrier();
  return result;
}

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) id: vec3<u32>, @builtin(local_invocation_index) invocation: u32) {
  let local = i32(invocation);
  let group = i32(id.x) + i32(id.y) * u.groupsAcross;
  let team = group * u.width + (local / u.acrossStep) % u.width;
  let lane = (local / u.alongStep) % u.depth;
  let lanes = u.depth;
  let row = team;
  let axis0 = row;
  let xRow = u.xOffset + axis0 * u.xAxis0;
  let outRow = u.outOffset + axis0 * u.outAxis0;
  let count = select(0, u.columns, row < u.rows);
  var most = x[xRow + min(lane, u.columns - 1) * u.xStep];
  for (var i = lane + lanes; i < count; i += lanes) { most = max(most, x[xRow + i * u.xStep]); }
  let largest = largestOf(local, lane, most);
  var part = 0f;
  for (var i = lane; i < count; i += lanes) { part += expOf(x[xRow + i * u.xStep] - largest); }
  let sum = addUp(local, lane, part);
  let logSum = logOf(sum);
  for (var i = lane; i < count; i += lanes) {
    out[outRow + i * u.outStep] = x[xRow + i * u.xStep] - largest - logSum;
  }
}
