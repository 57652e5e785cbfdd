struct Numbers {
  count: i32,
  lanes: i32,
  steps: i32,
  first: i32,
  direction: i32,
  before: i32,
  after: i32,
  length: i32,
  rows: i32,
  units: i32,
  xOffset: i32,
  xTime: i32,
  xRow: i32,
  xGate: i32,
  xUnit: i32,
  statesOffset: i32,
  statesState: i32,
  statesSlot: i32,
  statesRow: i32,
  statesUnit: i32,
  lengthsOffset: i32,
  lengthsRow: i32,
}
@group(0) @binding(0) var<uniform> u: Numbers;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> states: array<f32>;
@group(0) @binding(3) var<storage, read> lengths: array<i32>;


fn isNan(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u;
}
fn tanhOf(x: f32) -> f32 {
  let size = min(abs(x), 15f);
  let square = size * size;
  let near = ((((-5.70498872745e-3f * square + 2.06390887954e-2f) * square - 5.37397155531e-2f) * square
    + 1.33314422036e-1f) * square - 3.33332819422e-1f) * square * size + size;
  let far = 1f - 2f / (exp(2f * size) + 1f);
  let result = select(far, near, size < 0.625f);
  return select(select(result, -result, x < 0f), x, isNan(x));
}
fn sigmoidOf(x: f32) -> f32 {
  return select(1f / (1f + exp(-max(x, -88f))), x, isNan(x));
}
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let index = i32(id.x) + i32(id.y) * u.lanes;
  if (index >= u.count) { return; }
  let row = index / u.units;
  let unit = index % u.units;
  let length = i32(lengths[u.lengthsOffset + row * u.lengthsRow]);

  var time = u.first;
  var s0 = states[u.statesOffset + (time + u.before) * u.statesSlot + row * u.statesRow + unit * u.statesUnit];
  var s1 = states[u.statesOffset + u.statesState + (time + u.before) * u.statesSlot + row * u.statesRow + unit * u.statesUnit];
  for (var count = 0; count < u.steps; count++) {
    if (time < length) {
      let x0 = x[u.xOffset + time * u.xTime + row * u.xRow + unit * u.xUnit];
      let x1 = x[u.xOffset + time * u.xTime + row * u.xRow + u.xGate + unit * u.xUnit];
      let x2 = x[u.xOffset + time * u.xTime + row * u.xRow + 2 * u.xGate + unit * u.xUnit];
      let x3 = x[u.xOffset + time * u.xTime + row * u.xRow + 3 * u.xGate + unit * u.xUnit];
      let v0 = sigmoidOf(x3);
      let v1 = sigmoidOf(x1);
      let v2 = v1 * s1;
      let v3 = sigmoidOf(x0);
      let v4 = tanhOf(x2);
      let v5 = v3 * v4;
      let v6 = v2 + v5;
      let v7 = tanhOf(v6);
      let v8 = v0 * v7;
      let n0 = v8;
      let n1 = v6;
      s0 = n0;
      s1 = n1;
    }
    states[u.statesOffset + (time + u.after) * u.statesSlot + row * u.statesRow + unit * u.statesUnit] = s0;
    states[u.statesOffset + u.statesState + (time + u.after) * u.statesSlot + row * u.statesRow + unit * u.statesUnit] = s1;
    time += u.direction;
  }
}
