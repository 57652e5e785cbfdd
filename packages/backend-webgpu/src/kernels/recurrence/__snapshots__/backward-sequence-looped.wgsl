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
  x_at: i32,
  x_time: i32,
  x_row: i32,
  x_gate: i32,
  x_unit: i32,
  weights_at: i32,
  weights_four: i32,
  weights_unit: i32,
  states_at: i32,
  states_state: i32,
  states_slot: i32,
  states_row: i32,
  states_unit: i32,
  products_at: i32,
  products_time: i32,
  products_row: i32,
  products_gate: i32,
  products_unit: i32,
  lengths_at: i32,
  lengths_row: i32,
  dOutput_at: i32,
  dOutput_time: i32,
  dOutput_row: i32,
  dOutput_unit: i32,
  dx_at: i32,
  dx_time: i32,
  dx_row: i32,
  dx_gate: i32,
  dx_unit: i32,
  carried_at: i32,
  carried_index: i32,
  carried_row: i32,
  carried_unit: i32,
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
  let length = i32(lengths[u.lengths_at + row * u.lengths_row]);
  if (lane < 4 * u.fours - 4 * u.units) { gradient[4 * u.units + lane] = 0f; }
  var time = u.first;
  for (var count = 0; count < u.steps; count++) {
    let runs = time < length;
    for (var unit = lane; unit < u.units; unit += 256) {
      var d0 = carried[u.carried_at + row * u.carried_row + unit * u.carried_unit];
      var d1 = carried[u.carried_at + u.carried_index + row * u.carried_row + unit * u.carried_unit];
      d0 += dOutput[u.dOutput_at + time * u.dOutput_time + row * u.dOutput_row + unit * u.dOutput_unit];
      if (runs) {
        let x0 = x[u.x_at + time * u.x_time + row * u.x_row + unit * u.x_unit];
        let x1 = x[u.x_at + time * u.x_time + row * u.x_row + u.x_gate + unit * u.x_unit];
        let x2 = x[u.x_at + time * u.x_time + row * u.x_row + 2 * u.x_gate + unit * u.x_unit];
        let x3 = x[u.x_at + time * u.x_time + row * u.x_row + 3 * u.x_gate + unit * u.x_unit];
        let r0 = products[u.products_at + time * u.products_time + row * u.products_row + unit * u.products_unit];
        let r1 = products[u.products_at + time * u.products_time + row * u.products_row + u.products_gate + unit * u.products_unit];
        let r2 = products[u.products_at + time * u.products_time + row * u.products_row + 2 * u.products_gate + unit * u.products_unit];
        let r3 = products[u.products_at + time * u.products_time + row * u.products_row + 3 * u.products_gate + unit * u.products_unit];
        let s0 = states[u.states_at + (time + u.before) * u.states_slot + row * u.states_row + unit * u.states_unit];
        let s1 = states[u.states_at + u.states_state + (time + u.before) * u.states_slot + row * u.states_row + unit * u.states_unit];
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
        dx[u.dx_at + time * u.dx_time + row * u.dx_row + unit * u.dx_unit] = gx0;
        dx[u.dx_at + time * u.dx_time + row * u.dx_row + u.dx_gate + unit * u.dx_unit] = gx1;
        dx[u.dx_at + time * u.dx_time + row * u.dx_row + 2 * u.dx_gate + unit * u.dx_unit] = gx2;
        dx[u.dx_at + time * u.dx_time + row * u.dx_row + 3 * u.dx_gate + unit * u.dx_unit] = gx3;
        gradient[0 * u.units + unit] = gx0;
        gradient[1 * u.units + unit] = gx1;
        gradient[2 * u.units + unit] = gx2;
        gradient[3 * u.units + unit] = gx3;
        d0 = gs0;
        d1 = gs1;
      } else {
        dx[u.dx_at + time * u.dx_time + row * u.dx_row + unit * u.dx_unit] = 0f;
        dx[u.dx_at + time * u.dx_time + row * u.dx_row + u.dx_gate + unit * u.dx_unit] = 0f;
        dx[u.dx_at + time * u.dx_time + row * u.dx_row + 2 * u.dx_gate + unit * u.dx_unit] = 0f;
        dx[u.dx_at + time * u.dx_time + row * u.dx_row + 3 * u.dx_gate + unit * u.dx_unit] = 0f;
      }
      carried[u.carried_at + row * u.carried_row + unit * u.carried_unit] = d0;
      carried[u.carried_at + u.carried_index + row * u.carried_row + unit * u.carried_unit] = d1;
    }
    workgroupBarrier();
    if (runs) {
      for (var unit = lane; unit < u.units; unit += 256) {
        var w = vec4<f32>();
        for (var k = 0; k < u.fours; k++) { w += vec4<f32>(gradient[4 * k], gradient[4 * k + 1], gradient[4 * k + 2], gradient[4 * k + 3]) * weights[u.weights_at + k * u.weights_four + unit * u.weights_unit]; }
        carried[u.carried_at + row * u.carried_row + unit * u.carried_unit] += (w.x + w.y) + (w.z + w.w);
      }
    }
    workgroupBarrier();
    time += u.direction;
  }
}
