struct Numbers {
  steps: i32,
  first: i32,
  direction: i32,
  before: i32,
  after: i32,
  length: i32,
  rows: i32,
  units: i32,
  groups: i32,
  slices: i32,
  depth: i32,
  fours: i32,
  xOffset: i32,
  xTime: i32,
  xRow: i32,
  xGate: i32,
  xUnit: i32,
  weightsOffset: i32,
  weightsFour: i32,
  weightsUnit: i32,
  statesOffset: i32,
  statesState: i32,
  statesSlot: i32,
  statesRow: i32,
  statesUnit: i32,
  productsOffset: i32,
  productsTime: i32,
  productsRow: i32,
  productsGate: i32,
  productsUnit: i32,
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
@group(0) @binding(2) var<storage, read> weights: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> states: array<f32>;
@group(0) @binding(4) var<storage, read> products: array<f32>;
@group(0) @binding(5) var<storage, read> lengths: array<i32>;
@group(0) @binding(6) var<storage, read> dOutput: array<f32>;
@group(0) @binding(7) var<storage, read_write> dx: array<f32>;
@group(0) @binding(8) var<storage, read_write> carried: array<f32>;


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
var<workgroup> gradient: array<f32, 2048>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) id: vec3<u32>, @builtin(local_invocation_index) invocation: u32) {
  let row = i32(id.x) + i32(id.y) * u.groups;
  if (row >= u.rows) { return; }
  let lane = i32(invocation);
  let length = i32(lengths[u.lengthsOffset + row * u.lengthsRow]);
  if (lane < 4 * u.fours - 4 * u.units) { gradient[4 * u.units + lane] = 0f; }
  var time = u.first;
  for (var count = 0; count < u.steps; count++) {
    let runs = time < length;
    for (var unit = lane; unit < u.units; unit += 256) {
      var d0 = carried[u.carriedOffset + row * u.carriedRow + unit * u.carriedUnit];
      var d1 = carried[u.carriedOffset + u.carriedIndex + row * u.carriedRow + unit * u.carriedUnit];
      d0 += dOutput[u.dOutputOffset + time * u.dOutputTime + row * u.dOutputRow + unit * u.dOutputUnit];
      if (runs) {
        let x0 = x[u.xOffset + time * u.xTime + row * u.xRow + unit * u.xUnit];
        let x1 = x[u.xOffset + time * u.xTime + row * u.xRow + u.xGate + unit * u.xUnit];
        let x2 = x[u.xOffset + time * u.xTime + row * u.xRow + 2 * u.xGate + unit * u.xUnit];
        let x3 = x[u.xOffset + time * u.xTime + row * u.xRow + 3 * u.xGate + unit * u.xUnit];
        let r0 = products[u.productsOffset + time * u.productsTime + row * u.productsRow + unit * u.productsUnit];
        let r1 = products[u.productsOffset + time * u.productsTime + row * u.productsRow + u.productsGate + unit * u.productsUnit];
        let r2 = products[u.productsOffset + time * u.productsTime + row * u.productsRow + 2 * u.productsGate + unit * u.productsUnit];
        let r3 = products[u.productsOffset + time * u.productsTime + row * u.productsRow + 3 * u.productsGate + unit * u.productsUnit];
        let s0 = states[u.statesOffset + (time + u.before) * u.statesSlot + row * u.statesRow + unit * u.statesUnit];
        let s1 = states[u.statesOffset + u.statesState + (time + u.before) * u.statesSlot + row * u.statesRow + unit * u.statesUnit];
        let v0 = x3 + r3;
        let v1 = sigmoidOf(v0);
        let v2 = d0 * v1;
        let v3 = x1 + r1;
        let v4 = sigmoidOf(v3);
        let v5 = v4 * s1;
        let v6 = x0 + r0;
        let v7 = sigmoidOf(v6);
        let v8 = x2 + r2;
        let v9 = tanhOf(v8);
        let v10 = v7 * v9;
        let v11 = v5 + v10;
        let v12 = tanhOf(v11);
        let v13 = v12 * v12;
        let v14 = 1f - v13;
        let v15 = v2 * v14;
        let v16 = d1 + v15;
        let v17 = v16 * v9;
        let v18 = 1f - v7;
        let v19 = v7 * v18;
        let v20 = v17 * v19;
        let v21 = v16 * s1;
        let v22 = 1f - v4;
        let v23 = v4 * v22;
        let v24 = v21 * v23;
        let v25 = v16 * v7;
        let v26 = v9 * v9;
        let v27 = 1f - v26;
        let v28 = v25 * v27;
        let v29 = d0 * v12;
        let v30 = 1f - v1;
        let v31 = v1 * v30;
        let v32 = v29 * v31;
        let v33 = v16 * v4;
        let gx0 = v20;
        let gx1 = v24;
        let gx2 = v28;
        let gx3 = v32;
        let gs0 = 0f;
        let gs1 = v33;
        dx[u.dxOffset + time * u.dxTime + row * u.dxRow + unit * u.dxUnit] = gx0;
        dx[u.dxOffset + time * u.dxTime + row * u.dxRow + u.dxGate + unit * u.dxUnit] = gx1;
        dx[u.dxOffset + time * u.dxTime + row * u.dxRow + 2 * u.dxGate + unit * u.dxUnit] = gx2;
        dx[u.dxOffset + time * u.dxTime + row * u.dxRow + 3 * u.dxGate + unit * u.dxUnit] = gx3;
        gradient[0 * u.units + unit] = gx0;
        gradient[1 * u.units + unit] = gx1;
        gradient[2 * u.units + unit] = gx2;
        gradient[3 * u.units + unit] = gx3;
        d0 = gs0;
        d1 = gs1;
      } else {
        dx[u.dxOffset + time * u.dxTime + row * u.dxRow + unit * u.dxUnit] = 0f;
        dx[u.dxOffset + time * u.dxTime + row * u.dxRow + u.dxGate + unit * u.dxUnit] = 0f;
        dx[u.dxOffset + time * u.dxTime + row * u.dxRow + 2 * u.dxGate + unit * u.dxUnit] = 0f;
        dx[u.dxOffset + time * u.dxTime + row * u.dxRow + 3 * u.dxGate + unit * u.dxUnit] = 0f;
      }
      carried[u.carriedOffset + row * u.carriedRow + unit * u.carriedUnit] = d0;
      carried[u.carriedOffset + u.carriedIndex + row * u.carriedRow + unit * u.carriedUnit] = d1;
    }
    workgroupBarrier();
    if (runs) {
      for (var unit = lane; unit < u.units; unit += 256) {
        var w = vec4<f32>();
        for (var k = 0; k < u.fours; k++) { w += vec4<f32>(gradient[4 * k], gradient[4 * k + 1], gradient[4 * k + 2], gradient[4 * k + 3]) * weights[u.weightsOffset + k * u.weightsFour + unit * u.weightsUnit]; }
        carried[u.carriedOffset + row * u.carriedRow + unit * u.carriedUnit] += (w.x + w.y) + (w.z + w.w);
      }
    }
    workgroupBarrier();
    time += u.direction;
  }
}
