struct Numbers {
  rows: i32,
  columns: i32,
  groupsAcross: i32,
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

var<workgroup> values: array<f32, 64>;

fn largestOf(local: i32, value: f32) -> f32 {
  let lane = local % 16;
  values[local] = value;
  for (var half = 8; half > 0; half = half / 2) {
    workgroupBarrier();
    if (lane < half) { values[local] = max(values[local], values[local + half]); }
  }
  workgroupBarrier();
  let result = values[local - lane];
  workgroupBarrier();
  return result;
}

fn addUp(local: i32, value: f32) -> f32 {
  let lane = local % 16;
  values[local] = value;
  for (var half = 8; half > 0; half = half / 2) {
    workgroupBarrier();
    if (lane < half) { values[local] = values[local] + values[local + half]; }
  }
  workgroupBarrier();
  let result = values[local - lane];
  workgroupBarrier();
  return result;
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) invocation: u32) {
  let local = i32(invocation);
  let lane = local % 16;
  let row = (i32(group.x) + i32(group.y) * u.groupsAcross) * 4 + local / 16;
  let axis0 = row;
  let xRow = u.xOffset + axis0 * u.xAxis0;
  let outRow = u.outOffset + axis0 * u.outAxis0;
  let count = select(0, u.columns, row < u.rows);
  var most = x[xRow + min(lane, u.columns - 1) * u.xStep];
  for (var i = lane + 16; i < count; i += 16) { most = max(most, x[xRow + i * u.xStep]); }
  let largest = largestOf(local, most);
  var part = 0f;
  for (var i = lane; i < count; i += 16) { part += exp(x[xRow + i * u.xStep] - largest); }
  let sum = addUp(local, part);
  for (var i = lane; i < count; i += 16) {
    out[outRow + i * u.outStep] = exp(x[xRow + i * u.xStep] - largest) / sum;
  }
}
