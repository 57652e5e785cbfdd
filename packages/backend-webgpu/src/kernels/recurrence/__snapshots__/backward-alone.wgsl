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
  dOutputOffset: i32,
  dOutputTime: i32,
  dOutputRow: i32,
  dOutputUnit: i32,
  dxOffset: i32,
  dxTime: i32,
  dxRow: i32,
  dxGate: i32,
  dxUnit: i32,
  carriedOffset: i32,
  carriedIndex: i32,
  carriedRow: i32,
  carriedUnit: i32,
}
@group(0) @binding(0) var<uniform> u: Numbers;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> states: array<f32>;
@group(0) @binding(3) var<storage, read> lengths: array<i32>;
@group(0) @binding(4) var<storage, read> dOutput: array<f32>;
@group(0) @binding(5) var<storage, read_write> dx: array<f32>;
@group(0) @binding(6) var<storage, read_write> carried: array<f32>;


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

  var d0 = carried[u.carriedOffset + row * u.carriedRow + unit * u.carriedUnit];
  var d1 = carried[u.carriedOffset + u.carriedIndex + row * u.carriedRow + unit * u.carriedUnit];

  var time = u.first;
  for (var count = 0; count < u.steps; count++) {
    d0 += dOutput[u.dOutputOffset + time * u.dOutputTime + row * u.dOutputRow + unit * u.dOutputUnit];
    if (time < length) {
      let x0 = x[u.xOffset + time * u.xTime + row * u.xRow + unit * u.xUnit];
      let x1 = x[u.xOffset + time * u.xTime + row * u.xRow + u.xGate + unit * u.xUnit];
      let x2 = x[u.xOffset + time * u.xTime + row * u.xRow + 2 * u.xGate + unit * u.xUnit];
      let x3 = x[u.xOffset + time * u.xTime + row * u.xRow + 3 * u.xGate + unit * u.xUnit];
      let s0 = states[u.statesOffset + (time + u.before) * u.statesSlot + row * u.statesRow + unit * u.statesUnit];
      let s1 = states[u.statesOffset + u.statesState + (time + u.before) * u.statesSlot + row * u.statesRow + unit * u.statesUnit];
      let v0 = sigmoidOf(x3);
      let v1 = d0 * v0;
      let v2 = sigmoidOf(x1);
      let v3 = v2 * s1;
      let v4 = sigmoidOf(x0);
      let v5 = tanhOf(x2);
      let v6 = v4 * v5;
      let v7 = v3 + v6;
      let v8 = tanhOf(v7);
      let v9 = v8 * v8;
      let v10 = 1f - v9;
      let v11 = v1 * v10;
      let v12 = d1 + v11;
      let v13 = v12 * v5;
      let v14 = 1f - v4;
      let v15 = v4 * v14;
      let v16 = v13 * v15;
      let v17 = v12 * s1;
      let v18 = 1f - v2;
      let v19 = v2 * v18;
      let v20 = v17 * v19;
      let v21 = v12 * v4;
      let v22 = v5 * v5;
      let v23 = 1f - v22;
      let v24 = v21 * v23;
      let v25 = d0 * v8;
      let v26 = 1f - v0;
      let v27 = v0 * v26;
      let v28 = v25 * v27;
      let v29 = v12 * v2;
      let gx0 = v16;
      let gx1 = v20;
      let gx2 = v24;
      let gx3 = v28;
      let gs0 = 0f;
      let gs1 = v29;
      dx[u.dxOffset + time * u.dxTime + row * u.dxRow + unit * u.dxUnit] = gx0;
      dx[u.dxOffset + time * u.dxTime + row * u.dxRow + u.dxGate + unit * u.dxUnit] = gx1;
      dx[u.dxOffset + time * u.dxTime + row * u.dxRow + 2 * u.dxGate + unit * u.dxUnit] = gx2;
      dx[u.dxOffset + time * u.dxTime + row * u.dxRow + 3 * u.dxGate + unit * u.dxUnit] = gx3;
      d0 = gs0;
      d1 = gs1;
    } else {
      dx[u.dxOffset + time * u.dxTime + row * u.dxRow + unit * u.dxUnit] = 0f;
      dx[u.dxOffset + time * u.dxTime + row * u.dxRow + u.dxGate + unit * u.dxUnit] = 0f;
      dx[u.dxOffset + time * u.dxTime + row * u.dxRow + 2 * u.dxGate + unit * u.dxUnit] = 0f;
      dx[u.dxOffset + time * u.dxTime + row * u.dxRow + 3 * u.dxGate + unit * u.dxUnit] = 0f;
    }
    time += u.direction;
  }
  carried[u.carriedOffset + row * u.carriedRow + unit * u.carriedUnit] = d0;
  carried[u.carriedOffset + u.carriedIndex + row * u.carriedRow + unit * u.carriedUnit] = d1;
}
