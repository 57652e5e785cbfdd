struct Numbers {
  time: i32,
  before: i32,
  after: i32,
  length: i32,
  rows: i32,
  units: i32,
  terms: i32,
  together: i32,
  xOffset: i32,
  xTime: i32,
  xRow: i32,
  xGate: i32,
  xUnit: i32,
  weightsOffset: i32,
  weightsTerm: i32,
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
@group(0) @binding(2) var<storage, read> weights: array<f32>;
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
var<workgroup> lefts: array<vec4<f32>, 16>;
var<workgroup> rights: array<f32, 2048>;
var<workgroup> partials: array<vec4<f32>, 256>;

fn left(row: i32, term: i32) -> f32 {
  if (row >= u.rows || term >= u.terms) { return 0f; }
  return states[u.statesOffset + (u.time + u.before) * u.statesSlot + row * u.statesRow + term * u.statesUnit];
}

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) id: vec3<u32>, @builtin(local_invocation_index) invocation: u32) {
  let lane = i32(invocation);
  let column = lane % 32;
  let group = lane / 32 % 1;
  let slice = lane / 32;
  let firstUnit = i32(id.x) * 32;
  let firstRow = i32(id.y) * 4;
  var a0 = vec4<f32>();
  var a1 = vec4<f32>();
  var a2 = vec4<f32>();
  var a3 = vec4<f32>();
  for (var begin = 0; begin < u.terms; begin += 16) {
    for (var at = lane; at < 16; at += 256) {
      let term = begin + at % 16;
      let together = at / 16;
      let row = firstRow + together * 4;
      lefts[at % 16 * 1 + together] =
        vec4<f32>(left(row, term), left(row + 1, term), left(row + 2, term), left(row + 3, term));
    }
    for (var at = lane; at < 512; at += 256) {
      let term = begin + at / 32;
      let unit = firstUnit + column;
      if (term < u.terms && unit < u.units) {
        rights[0 + at] = weights[u.weightsOffset + term * u.weightsTerm + unit * u.weightsUnit];
        rights[512 + at] = weights[u.weightsOffset + term * u.weightsTerm + u.weightsGate + unit * u.weightsUnit];
        rights[1024 + at] = weights[u.weightsOffset + term * u.weightsTerm + 2 * u.weightsGate + unit * u.weightsUnit];
        rights[1536 + at] = weights[u.weightsOffset + term * u.weightsTerm + 3 * u.weightsGate + unit * u.weightsUnit];
      }
    }
    workgroupBarrier();
    let end = min(16, u.terms - begin);
    for (var k = slice; k < end; k += 8) {
      let some = lefts[k * 1 + group];
      a0 += some * rights[0 + k * 32 + column];
      a1 += some * rights[512 + k * 32 + column];
      a2 += some * rights[1024 + k * 32 + column];
      a3 += some * rights[1536 + k * 32 + column];
    }
    workgroupBarrier();
  }
  partials[lane] = a0;
  workgroupBarrier();
  if (slice == 0) {
    for (var other = lane + 32; other < 256; other += 32) { a0 += partials[other]; }
  }
  workgroupBarrier();
  partials[lane] = a1;
  workgroupBarrier();
  if (slice == 0) {
    for (var other = lane + 32; other < 256; other += 32) { a1 += partials[other]; }
  }
  workgroupBarrier();
  partials[lane] = a2;
  workgroupBarrier();
  if (slice == 0) {
    for (var other = lane + 32; other < 256; other += 32) { a2 += partials[other]; }
  }
  workgroupBarrier();
  partials[lane] = a3;
  workgroupBarrier();
  if (slice == 0) {
    for (var other = lane + 32; other < 256; other += 32) { a3 += partials[other]; }
  }
  workgroupBarrier();
  let unit = firstUnit + column;
  let begin = firstRow + group * 4;
  if (slice > 0 || unit >= u.units) { return; }
  for (var row = begin; row < min(begin + u.together, u.rows); row++) {
    var r0 = a0.x;
    a0 = a0.yzwx;
    var r1 = a1.x;
    a1 = a1.yzwx;
    var r2 = a2.x;
    a2 = a2.yzwx;
    var r3 = a3.x;
    a3 = a3.yzwx;
    let s0 = states[u.statesOffset + (u.time + u.before) * u.statesSlot + row * u.statesRow + unit * u.statesUnit];
    let s1 = states[u.statesOffset + u.statesState + (u.time + u.before) * u.statesSlot + row * u.statesRow + unit * u.statesUnit];
    if (u.time < i32(lengths[u.lengthsOffset + row * u.lengthsRow])) {
      let x0 = x[u.xOffset + u.time * u.xTime + row * u.xRow + unit * u.xUnit];
      let x1 = x[u.xOffset + u.time * u.xTime + row * u.xRow + u.xGate + unit * u.xUnit];
      let x2 = x[u.xOffset + u.time * u.xTime + row * u.xRow + 2 * u.xGate + unit * u.xUnit];
      let x3 = x[u.xOffset + u.time * u.xTime + row * u.xRow + 3 * u.xGate + unit * u.xUnit];
      let v0 = x3 + r3;
      let v1 = sigmoidOf(v0);
      let v2 = x1 + r1;
      let v3 = sigmoidOf(v2);
      let v4 = v3 * s1;
      let v5 = x0 + r0;
      let v6 = sigmoidOf(v5);
      let v7 = x2 + r2;
      let v8 = tanhOf(v7);
      let v9 = v6 * v8;
      let v10 = v4 + v9;
      let v11 = tanhOf(v10);
      let v12 = v1 * v11;
      let n0 = v12;
      let n1 = v10;
      states[u.statesOffset + (u.time + u.after) * u.statesSlot + row * u.statesRow + unit * u.statesUnit] = n0;
      states[u.statesOffset + u.statesState + (u.time + u.after) * u.statesSlot + row * u.statesRow + unit * u.statesUnit] = n1;
      products[u.productsOffset + u.time * u.productsTime + row * u.productsRow + unit * u.productsUnit] = r0;
      products[u.productsOffset + u.time * u.productsTime + row * u.productsRow + u.productsGate + unit * u.productsUnit] = r1;
      products[u.productsOffset + u.time * u.productsTime + row * u.productsRow + 2 * u.productsGate + unit * u.productsUnit] = r2;
      products[u.productsOffset + u.time * u.productsTime + row * u.productsRow + 3 * u.productsGate + unit * u.productsUnit] = r3;
    } else {
      states[u.statesOffset + (u.time + u.after) * u.statesSlot + row * u.statesRow + unit * u.statesUnit] = s0;
      states[u.statesOffset + u.statesState + (u.time + u.after) * u.statesSlot + row * u.statesRow + unit * u.statesUnit] = s1;
      products[u.productsOffset + u.time * u.productsTime + row * u.productsRow + unit * u.productsUnit] = 0f;
      products[u.productsOffset + u.time * u.productsTime + row * u.productsRow + u.productsGate + unit * u.productsUnit] = 0f;
      products[u.productsOffset + u.time * u.productsTime + row * u.productsRow + 2 * u.productsGate + unit * u.productsUnit] = 0f;
      products[u.productsOffset + u.time * u.productsTime + row * u.productsRow + 3 * u.productsGate + unit * u.productsUnit] = 0f;
    }
  }
}
