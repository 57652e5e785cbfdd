struct Numbers {
  rows: i32,
  columns: i32,
  groupsAcross: i32,
  axisLength0: i32,
  logitsOffset: i32,
  logitsAxis0: i32,
  logitsStep: i32,
  largestOffset: i32,
  largestAxis0: i32,
  largestStep: i32,
  inverseOffset: i32,
  inverseAxis0: i32,
  inverseStep: i32,
}
@group(0) @binding(0) var<uniform> u: Numbers;
@group(0) @binding(1) var<storage, read> logits: array<f32>;
@group(0) @binding(2) var<storage, read_write> largest: array<f32>;


fn isNan(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u;
}
fn fromBits(bits: u32) -> f32 {
  return bitcast<f32>(bits);
}
fn expOf(x: f32) -> f32 {
  return select(exp(x), x, isNan(x));
}
fn largerOf(a: f32, b: f32) -> f32 {
  return select(select(max(a, b), b, isNan(b)), a, isNan(a));
}
fn largestOf(local: i32, lane: i32, value: f32) -> f32 {
  return value;
}

fn addUp(local: i32, lane: i32, value: f32) -> f32 {
  return value;
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) id: vec3<u32>, @builtin(local_invocation_index) invocation: u32) {
  let local = i32(invocation);
  let group = i32(id.x) + i32(id.y) * u.groupsAcross;
  let team = group * 64 + local;
  let lane = 0;
  let lanes = 1;
  let row = team;
  let axis0 = row;
  let logitsRow = u.logitsOffset + axis0 * u.logitsAxis0;
  let largestRow = u.largestOffset + axis0 * u.largestAxis0;
  let inverseRow = u.inverseOffset + axis0 * u.inverseAxis0;
  let count = select(0, u.columns, row < u.rows);
  var most = logits[logitsRow + min(lane, u.columns - 1) * u.logitsStep];
  for (var i = lane + lanes; i < count; i += lanes) { most = max(most, logits[logitsRow + i * u.logitsStep]); }
  let top = largestOf(local, lane, most);
  var part = 0f;
  for (var i = lane; i < count; i += lanes) { part += expOf(logits[logitsRow + i * u.logitsStep] - top); }
  let sum = addUp(local, lane, part);
  if (lane == 0 && row < u.rows) {
    largest[largestRow] = top;
    largest[inverseRow] = 1f / sum;
  }
}
