struct Numbers {
  rows: i32,
  columns: i32,
  groupsAcross: i32,
  width: i32,
  depth: i32,
  acrossStep: i32,
  alongStep: i32,
  axisLength0: i32,
  epsilon: f32,
  xOffset: i32,
  xAxis0: i32,
  xStep: i32,
  outOffset: i32,
  outAxis0: i32,
  outStep: i32,
  inverseDeviationOffset: i32,
  inverseDeviationAxis0: i32,
  inverseDeviationStep: i32,
}
@group(0) @binding(0) var<uniform> u: Numbers;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;
@group(0) @binding(3) var<storage, read_write> inverseDeviation: array<f32>;


var<workgroup> shares: array<f32, 64>;

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

@compute @workgroup_size(64)
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
  let inverseDeviationRow = u.inverseDeviationOffset + axis0 * u.inverseDeviationAxis0;
  let count = select(0, u.columns, row < u.rows);
  let origin = x[xRow];
  let total = f32(max(u.columns, 1));
  var part = 0f;
  for (var i = lane; i < count; i += lanes) { part += x[xRow + i * u.xStep] - origin; }
  let mean = addUp(local, lane, part) / total;
  part = 0f;
  for (var i = lane; i < count; i += lanes) {
    let deviation = x[xRow + i * u.xStep] - origin - mean;
    part += deviation * deviation;
  }
  let inverse = inverseSqrt(addUp(local, lane, part) / total + u.epsilon);
  for (var i = lane; i < count; i += lanes) {
    out[outRow + i * u.outStep] = (x[xRow + i * u.xStep] - origin - mean) * inverse;
  }
  if (lane == 0 && row < u.rows) { inverseDeviation[inverseDeviationRow] = inverse; }
}
