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
  innerFours: i32,
  innerDepth: i32,
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
var<workgroup> gradient: array<f32, 192>;
var<workgroup> partials: array<f32, 64>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) id: vec3<u32>, @builtin(local_invocation_index) invocation: u32) {
  let row = i32(id.x) + i32(id.y) * u.groups;
  if (row >= u.rows) { return; }
  let lane = i32(invocation);
  let unit = lane % u.units;
  let slice = lane / u.units;
  let owns = slice == 0;
  let length = i32(lengths[u.lengthsOffset + row * u.lengthsRow]);
  let begin = slice * u.depth;
  let end = select(0, min(begin + u.depth, u.fours), slice < u.slices);
  let innerBegin = u.fours + slice * u.innerDepth;
  let innerEnd = select(0, u.fours + min((slice + 1) * u.innerDepth, u.innerFours), slice < u.slices);

  var d0 = carried[u.carriedOffset + row * u.carriedRow + unit * u.carriedUnit];

  if (lane < 4 * u.fours - 2 * u.units) { gradient[2 * u.units + lane] = 0f; }
  if (lane < 4 * u.innerFours - 1 * u.units) { gradient[4 * u.fours + 1 * u.units + lane] = 0f; }
  var time = u.first;
  for (var count = 0; count < u.steps; count++) {
    let runs = time < length;
    if (owns) {
      d0 += dOutput[u.dOutputOffset + time * u.dOutputTime + row * u.dOutputRow + unit * u.dOutputUnit];
      if (runs) {
        let x0 = x[u.xOffset + time * u.xTime + row * u.xRow + unit * u.xUnit];
        let x1 = x[u.xOffset + time * u.xTime + row * u.xRow + u.xGate + unit * u.xUnit];
        let x2 = x[u.xOffset + time * u.xTime + row * u.xRow + 2 * u.xGate + unit * u.xUnit];
        let r0 = products[u.productsOffset + time * u.productsTime + row * u.productsRow + unit * u.productsUnit];
        let r1 = products[u.productsOffset + time * u.productsTime + row * u.productsRow + u.productsGate + unit * u.productsUnit];
        let r2 = products[u.productsOffset + time * u.productsTime + row * u.productsRow + 2 * u.productsGate + unit * u.productsUnit];
        let s0 = states[u.statesOffset + (time + u.before) * u.statesSlot + row * u.statesRow + unit * u.statesUnit];
        let v0 = d0 * s0;
        let v1 = x2 + r2;
        let v2 = tanhOf(v1);
        let v3 = d0 * v2;
        let v4 = -v3;
        let v5 = v0 + v4;
        let v6 = x1 + r1;
        let v7 = sigmoidOf(v6);
        let v8 = 1f - v7;
        let v9 = v7 * v8;
        let v10 = v5 * v9;
        let v11 = d0 * v8;
        let v12 = v2 * v2;
        let v13 = 1f - v12;
        let v14 = v11 * v13;
        let v15 = d0 * v7;
        let gx0 = 0f;
        let gx1 = v10;
        let gx2 = v14;
        let gs0 = v15;
        dx[u.dxOffset + time * u.dxTime + row * u.dxRow + unit * u.dxUnit] = gx0;
        dx[u.dxOffset + time * u.dxTime + row * u.dxRow + u.dxGate + unit * u.dxUnit] = gx1;
        dx[u.dxOffset + time * u.dxTime + row * u.dxRow + 2 * u.dxGate + unit * u.dxUnit] = gx2;
        gradient[0 * u.units + unit] = gx0;
        gradient[1 * u.units + unit] = gx1;
        gradient[4 * u.fours + unit] = gx2;
        d0 = gs0;
      } else {
        dx[u.dxOffset + time * u.dxTime + row * u.dxRow + unit * u.dxUnit] = 0f;
        dx[u.dxOffset + time * u.dxTime + row * u.dxRow + u.dxGate + unit * u.dxUnit] = 0f;
        dx[u.dxOffset + time * u.dxTime + row * u.dxRow + 2 * u.dxGate + unit * u.dxUnit] = 0f;
      }
    }
    workgroupBarrier();
    var sum = 0f;
    if (runs) {
      var w = vec4<f32>();
      for (var k = innerBegin; k < innerEnd; k++) { w += vec4<f32>(gradient[4 * k], gradient[4 * k + 1], gradient[4 * k + 2], gradient[4 * k + 3]) * weights[u.weightsOffset + k * u.weightsFour + unit * u.weightsUnit]; }
      sum = (w.x + w.y) + (w.z + w.w);
      if (!owns && slice < u.slices) { partials[(slice - 1) * u.units + unit] = sum; }
    }
    workgroupBarrier();
    if (owns && runs) {
      for (var other = 1; other < u.slices; other++) { sum += partials[(other - 1) * u.units + unit]; }
      let dValue = sum;
      let x0 = x[u.xOffset + time * u.xTime + row * u.xRow + unit * u.xUnit];
      let x1 = x[u.xOffset + time * u.xTime + row * u.xRow + u.xGate + unit * u.xUnit];
      let x2 = x[u.xOffset + time * u.xTime + row * u.xRow + 2 * u.xGate + unit * u.xUnit];
      let r0 = products[u.productsOffset + time * u.productsTime + row * u.productsRow + unit * u.productsUnit];
      let r1 = products[u.productsOffset + time * u.productsTime + row * u.productsRow + u.productsGate + unit * u.productsUnit];
      let r2 = products[u.productsOffset + time * u.productsTime + row * u.productsRow + 2 * u.productsGate + unit * u.productsUnit];
      let s0 = states[u.statesOffset + (time + u.before) * u.statesSlot + row * u.statesRow + unit * u.statesUnit];
      let v0 = dValue * s0;
      let v1 = x0 + r0;
      let v2 = sigmoidOf(v1);
      let v3 = 1f - v2;
      let v4 = v2 * v3;
      let v5 = v0 * v4;
      let v6 = dValue * v2;
      dx[u.dxOffset + time * u.dxTime + row * u.dxRow + unit * u.dxUnit] += v5;
      gradient[0 * u.units + unit] += v5;
      d0 += v6;
    }
    workgroupBarrier();
    if (runs) {
      var w = vec4<f32>();
      for (var k = begin; k < end; k++) { w += vec4<f32>(gradient[4 * k], gradient[4 * k + 1], gradient[4 * k + 2], gradient[4 * k + 3]) * weights[u.weightsOffset + k * u.weightsFour + unit * u.weightsUnit]; }
      sum = (w.x + w.y) + (w.z + w.w);
      if (!owns && slice < u.slices) { partials[(slice - 1) * u.units + unit] = sum; }
    }
    workgroupBarrier();
    if (owns && runs) {
      for (var other = 1; other < u.slices; other++) { sum += partials[(other - 1) * u.units + unit]; }
      d0 += sum;
    }
    time += u.direction;
  }
  if (owns) {
    carried[u.carriedOffset + row * u.carriedRow + unit * u.carriedUnit] = d0;
  }
}
