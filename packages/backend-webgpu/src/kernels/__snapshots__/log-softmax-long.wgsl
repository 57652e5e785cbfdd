struct Arguments {
  rows: i32,
  columns: i32,
  groupsAcross: i32,
  xOffset: i32,
  xStep: i32,
  outOffset: i32,
  outStep: i32,
  axes: array<vec4i, 1>,
}
@group(0) @binding(0) var<uniform> u: Arguments;

@group(0) @binding(1) var<storage, read> buffer0: array<f32>;
@group(0) @binding(2) var<storage, read_write> buffer1: array<f32>;

fn walk(index: i32) -> vec3i {
  var rest = index;
  var at = vec3i();
  at += rest * u.axes[0].yzw;
  return at;
}

var<workgroup> values: array<f32, 256>;

fn largestOf(local: i32, value: f32) -> f32 {
  let lane = local % 256;
  values[local] = value;
  for (var half = 128; half > 0; half = half / 2) {
    workgroupBarrier();
    if (lane < half) { values[local] = max(values[local], values[local + half]); }
  }
  workgroupBarrier();
  let result = values[local - lane];
  workgroupBarrier();
  return result;
}

fn addUp(local: i32, value: f32) -> f32 {
  let lane = local % 256;
  values[local] = value;
  for (var half = 128; half > 0; half = half / 2) {
    workgroupBarrier();
    if (lane < half) { values[local] = values[local] + values[local + half]; }
  }
  workgroupBarrier();
  let result = values[local - lane];
  workgroupBarrier();
  return result;
}

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let local = i32(invocation);
  let lane = local % 256;
  let row = i32(group.x + group.y * u32(u.groupsAcross)) * 1 + local / 256;
  let start = walk(row);
  let xRow = u.xOffset + start.x;
  let outRow = u.outOffset + start.y;
  let count = select(0, u.columns, row < u.rows);
  var most = buffer0[xRow + min(lane, u.columns - 1) * u.xStep];
  for (var i = lane + 256; i < count; i += 256) { most = max(most, buffer0[xRow + i * u.xStep]); }
  let largest = largestOf(local, most);
  var part = 0f;
  for (var i = lane; i < count; i += 256) { part += exp(buffer0[xRow + i * u.xStep] - largest); }
  let sum = addUp(local, part);
  let logSum = log(sum);
  for (var i = lane; i < count; i += 256) {
    buffer1[outRow + i * u.outStep] = buffer0[xRow + i * u.xStep] - largest - logSum;
  }
}
