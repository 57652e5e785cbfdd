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
  weightsGate: i32,
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
}
@group(0) @binding(0) var<uniform> u: Numbers;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> weights: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> states: array<f32>;
@group(0) @binding(4) var<storage, read_write> products: array<f32>;
@group(0) @binding(5) var<storage, read> lengths: array<i32>;


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
var<workgroup> first: array<f32, 1536>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) id: vec3<u32>, @builtin(local_invocation_index) invocation: u32) {
  let row = i32(id.x) + i32(id.y) * u.groups;
  if (row >= u.rows) { return; }
  let lane = i32(invocation);
  let length = i32(lengths[u.lengthsOffset + row * u.lengthsRow]);
  var time = u.first;
  for (var unit = lane; unit < u.units; unit += 256) {
    first[unit] = states[u.statesOffset + (time + u.before) * u.statesSlot + row * u.statesRow + unit * u.statesUnit];
  }
  if (lane < 4 * u.fours - u.units) {
    first[u.units + lane] = 0f;
    first[512 + u.units + lane] = 0f;
    first[1024 + u.units + lane] = 0f;
  }
  workgroupBarrier();
  var old = 0;
  for (var count = 0; count < u.steps; count++) {
    let runs = time < length;
    let young = 512 - old;
    if (runs) {
      for (var unit = lane; unit < u.units; unit += 256) {
        let s0 = states[u.statesOffset + (time + u.before) * u.statesSlot + row * u.statesRow + unit * u.statesUnit];
        let x0 = x[u.xOffset + time * u.xTime + row * u.xRow + unit * u.xUnit];
        let x1 = x[u.xOffset + time * u.xTime + row * u.xRow + u.xGate + unit * u.xUnit];
        let x2 = x[u.xOffset + time * u.xTime + row * u.xRow + 2 * u.xGate + unit * u.xUnit];
        var r0 = 0f;
        var r1 = 0f;
        var r2 = 0f;
        let begin = 0;
        let end = u.fours;
        var w0 = vec4<f32>();
        var w1 = vec4<f32>();
        for (var k = begin; k < end; k++) {
          let h = vec4<f32>(first[old + 4 * k], first[old + 4 * k + 1], first[old + 4 * k + 2], first[old + 4 * k + 3]);
          w0 += h * weights[u.weightsOffset + k * u.weightsFour + unit * u.weightsUnit];
          w1 += h * weights[u.weightsOffset + k * u.weightsFour + u.weightsGate + unit * u.weightsUnit];
        }
        r0 = (w0.x + w0.y) + (w0.z + w0.w);
        r1 = (w1.x + w1.y) + (w1.z + w1.w);
        products[u.productsOffset + time * u.productsTime + row * u.productsRow + unit * u.productsUnit] = r0;
        products[u.productsOffset + time * u.productsTime + row * u.productsRow + u.productsGate + unit * u.productsUnit] = r1;
        let v0 = x0 + r0;
        let v1 = sigmoidOf(v0);
        let v2 = v1 * s0;
        first[1024 + unit] = v2;
      }
    }
    workgroupBarrier();
    for (var unit = lane; unit < u.units; unit += 256) {
      let s0 = states[u.statesOffset + (time + u.before) * u.statesSlot + row * u.statesRow + unit * u.statesUnit];
      if (runs) {
        let x0 = x[u.xOffset + time * u.xTime + row * u.xRow + unit * u.xUnit];
        let x1 = x[u.xOffset + time * u.xTime + row * u.xRow + u.xGate + unit * u.xUnit];
        let x2 = x[u.xOffset + time * u.xTime + row * u.xRow + 2 * u.xGate + unit * u.xUnit];
        var r0 = 0f;
        var r1 = 0f;
        var r2 = 0f;
        let begin = 0;
        let end = u.fours;
        r0 = products[u.productsOffset + time * u.productsTime + row * u.productsRow + unit * u.productsUnit];
        r1 = products[u.productsOffset + time * u.productsTime + row * u.productsRow + u.productsGate + unit * u.productsUnit];
        var w2 = vec4<f32>();
        for (var k = begin; k < end; k++) {
          let h = vec4<f32>(first[1024 + 4 * k], first[1024 + 4 * k + 1], first[1024 + 4 * k + 2], first[1024 + 4 * k + 3]);
          w2 += h * weights[u.weightsOffset + k * u.weightsFour + 2 * u.weightsGate + unit * u.weightsUnit];
        }
        r2 = (w2.x + w2.y) + (w2.z + w2.w);
        products[u.productsOffset + time * u.productsTime + row * u.productsRow + 2 * u.productsGate + unit * u.productsUnit] = r2;
        let v0 = x1 + r1;
        let v1 = sigmoidOf(v0);
        let v2 = 1f - v1;
        let v3 = x2 + r2;
        let v4 = tanhOf(v3);
        let v5 = v2 * v4;
        let v6 = v1 * s0;
        let v7 = v5 + v6;
        let n0 = v7;
        first[young + unit] = n0;
        states[u.statesOffset + (time + u.after) * u.statesSlot + row * u.statesRow + unit * u.statesUnit] = n0;
      } else {
        products[u.productsOffset + time * u.productsTime + row * u.productsRow + unit * u.productsUnit] = 0f;
        products[u.productsOffset + time * u.productsTime + row * u.productsRow + u.productsGate + unit * u.productsUnit] = 0f;
        products[u.productsOffset + time * u.productsTime + row * u.productsRow + 2 * u.productsGate + unit * u.productsUnit] = 0f;
        first[young + unit] = s0;
        states[u.statesOffset + (time + u.after) * u.statesSlot + row * u.statesRow + unit * u.statesUnit] = s0;
      }
    }
    workgroupBarrier();
    old = young;
    time += u.direction;
  }
}
