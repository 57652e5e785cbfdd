struct Numbers {
  rows: i32,
  rowLength: i32,
  columns: i32,
  inner: i32,
  repeats: i32,
  slices: i32,
  accumulate: i32,
  aInnerFirst: i32,
  bInnerFirst: i32,
  batches: i32,
  blocksDown: i32,
  blocksAcross: i32,
  groupsAcross: i32,
  aOffset: i32,
  aBlock: i32,
  aRow: i32,
  aRepeat: i32,
  aInner: i32,
  bOffset: i32,
  bRepeat: i32,
  bInner: i32,
  bColumn: i32,
  outOffset: i32,
  outBlock: i32,
  outRow: i32,
  outColumn: i32,
}
@group(0) @binding(0) var<uniform> u: Numbers;
@group(0) @binding(1) var<storage, read> a: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> b: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> out: array<f32>;

fn aVector(index: i32) -> vec4f {
  return a[index >> 2];
}

fn aAt(index: i32) -> f32 {
  return a[index >> 2][index & 3];
}

fn bVector(index: i32) -> vec4f {
  return b[index >> 2];
}

fn bAt(index: i32) -> f32 {
  return b[index >> 2][index & 3];
}

fn rowOfA(row: i32) -> i32 {
  return row * u.aRow;
}

fn rowOfOut(row: i32) -> i32 {
  return row * u.outRow;
}

fn isRow(row: i32) -> bool {
  return row < u.rows;
}

fn putRow(row: i32, start: i32, column: i32, values: vec4f) {
  if (!isRow(row)) { return; }
  var rest = values;
  let end = min(column + 4, u.columns);
  for (var n = column; n < end; n++) {
    let at = start + rowOfOut(row) + n * u.outColumn;
    var value = rest.x;
    if (u.accumulate != 0) { value += out[at]; }
    out[at] = value;
    rest = rest.yzwx;
  }
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let local = i32(invocation);
  let block = i32(group.x + group.y * u32(u.groupsAcross));
  let batch = block / (u.blocksAcross * u.blocksDown);
  let slice = local / 64;
  let tile = local % 64;
  let row0 = (block / u.blocksAcross % u.blocksDown * 8 + tile / 8) * 8;
  let column0 = (block % u.blocksAcross * 8 + tile % 8) * 4;
  let live = batch < u.batches && column0 < u.columns && row0 < u.rows;
  if (!live) { return; }
  let aBase = u.aOffset;
  let bBase = u.bOffset;
  let outBase = u.outOffset;
  let aRow0 = aBase + rowOfA(row0);
  let aRow1 = aBase + rowOfA(row0 + 1);
  let aRow2 = aBase + rowOfA(row0 + 2);
  let aRow3 = aBase + rowOfA(row0 + 3);
  let aRow4 = aBase + rowOfA(row0 + 4);
  let aRow5 = aBase + rowOfA(row0 + 5);
  let aRow6 = aBase + rowOfA(row0 + 6);
  let aRow7 = aBase + rowOfA(row0 + 7);
  let bColumn0 = bBase + column0 * u.bColumn;
  let bColumn1 = bBase + (column0 + 1) * u.bColumn;
  let bColumn2 = bBase + (column0 + 2) * u.bColumn;
  let bColumn3 = bBase + (column0 + 3) * u.bColumn;
  var c0 = vec4f();
  var c1 = vec4f();
  var c2 = vec4f();
  var c3 = vec4f();
  var c4 = vec4f();
  var c5 = vec4f();
  var c6 = vec4f();
  var c7 = vec4f();
  let end = u.inner;
  var k = 0;
  for (; k + 3 < end; k += 4) {
    let a0 = aVector(aRow0 + k * u.aInner);
    let a1 = aVector(aRow0 + (k + 1) * u.aInner);
    let a2 = aVector(aRow0 + (k + 2) * u.aInner);
    let a3 = aVector(aRow0 + (k + 3) * u.aInner);
    let a4 = aVector(aRow4 + k * u.aInner);
    let a5 = aVector(aRow4 + (k + 1) * u.aInner);
    let a6 = aVector(aRow4 + (k + 2) * u.aInner);
    let a7 = aVector(aRow4 + (k + 3) * u.aInner);
    let b0 = bVector(bColumn0 + k);
    let b1 = bVector(bColumn1 + k);
    let b2 = bVector(bColumn2 + k);
    let b3 = bVector(bColumn3 + k);
    let right0 = vec4f(b0.x, b1.x, b2.x, b3.x);
    c0 += a0.x * right0;
    c1 += a0.y * right0;
    c2 += a0.z * right0;
    c3 += a0.w * right0;
    c4 += a4.x * right0;
    c5 += a4.y * right0;
    c6 += a4.z * right0;
    c7 += a4.w * right0;
    let right1 = vec4f(b0.y, b1.y, b2.y, b3.y);
    c0 += a1.x * right1;
    c1 += a1.y * right1;
    c2 += a1.z * right1;
    c3 += a1.w * right1;
    c4 += a5.x * right1;
    c5 += a5.y * right1;
    c6 += a5.z * right1;
    c7 += a5.w * right1;
    let right2 = vec4f(b0.z, b1.z, b2.z, b3.z);
    c0 += a2.x * right2;
    c1 += a2.y * right2;
    c2 += a2.z * right2;
    c3 += a2.w * right2;
    c4 += a6.x * right2;
    c5 += a6.y * right2;
    c6 += a6.z * right2;
    c7 += a6.w * right2;
    let right3 = vec4f(b0.w, b1.w, b2.w, b3.w);
    c0 += a3.x * right3;
    c1 += a3.y * right3;
    c2 += a3.z * right3;
    c3 += a3.w * right3;
    c4 += a7.x * right3;
    c5 += a7.y * right3;
    c6 += a7.z * right3;
    c7 += a7.w * right3;
  }
  let rowEnd = min(row0 + 8, u.rows);
  for (var row = row0; row < rowEnd; row++) {
    putRow(row, outBase, column0, c0);
    c0 = c1;
    c1 = c2;
    c2 = c3;
    c3 = c4;
    c4 = c5;
    c5 = c6;
    c6 = c7;
  }
}
