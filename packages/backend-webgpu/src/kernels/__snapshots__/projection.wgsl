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
  lengthsOffset: i32,
  lengthsBlock: i32,
}
@group(0) @binding(0) var<uniform> u: Numbers;
@group(0) @binding(1) var<storage, read> a: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> b: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> out: array<f32>;
@group(0) @binding(4) var<storage, read> lengths: array<i32>;

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

fn lengthOf(block: i32) -> i32 {
  return min(lengths[u.lengthsOffset + block * u.lengthsBlock], u.rowLength);
}

fn rowOfA(row: i32) -> i32 {
  return row / u.rowLength * u.aBlock + row % u.rowLength * u.aRow;
}

fn rowOfOut(row: i32) -> i32 {
  return row / u.rowLength * u.outBlock + row % u.rowLength * u.outRow;
}

fn isRow(row: i32) -> bool {
  return row < u.rows && row % u.rowLength < lengthOf(row / u.rowLength);
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
  let row0 = (block / u.blocksAcross % u.blocksDown * 16 + tile / 4) * 8;
  let column0 = (block % u.blocksAcross * 4 + tile % 4) * 4;
  let live = batch < u.batches && column0 < u.columns && (isRow(row0) || isRow(row0 + 1) || isRow(row0 + 2) || isRow(row0 + 3) || isRow(row0 + 4) || isRow(row0 + 5) || isRow(row0 + 6) || isRow(row0 + 7));
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
    let a0 = aVector(aRow0 + k);
    let a1 = aVector(aRow1 + k);
    let a2 = aVector(aRow2 + k);
    let a3 = aVector(aRow3 + k);
    let a4 = aVector(aRow4 + k);
    let a5 = aVector(aRow5 + k);
    let a6 = aVector(aRow6 + k);
    let a7 = aVector(aRow7 + k);
    let b0 = bVector(bColumn0 + k * u.bInner);
    let b1 = bVector(bColumn0 + (k + 1) * u.bInner);
    let b2 = bVector(bColumn0 + (k + 2) * u.bInner);
    let b3 = bVector(bColumn0 + (k + 3) * u.bInner);
    c0 += a0.x * b0;
    c1 += a1.x * b0;
    c2 += a2.x * b0;
    c3 += a3.x * b0;
    c4 += a4.x * b0;
    c5 += a5.x * b0;
    c6 += a6.x * b0;
    c7 += a7.x * b0;
    c0 += a0.y * b1;
    c1 += a1.y * b1;
    c2 += a2.y * b1;
    c3 += a3.y * b1;
    c4 += a4.y * b1;
    c5 += a5.y * b1;
    c6 += a6.y * b1;
    c7 += a7.y * b1;
    c0 += a0.z * b2;
    c1 += a1.z * b2;
    c2 += a2.z * b2;
    c3 += a3.z * b2;
    c4 += a4.z * b2;
    c5 += a5.z * b2;
    c6 += a6.z * b2;
    c7 += a7.z * b2;
    c0 += a0.w * b3;
    c1 += a1.w * b3;
    c2 += a2.w * b3;
    c3 += a3.w * b3;
    c4 += a4.w * b3;
    c5 += a5.w * b3;
    c6 += a6.w * b3;
    c7 += a7.w * b3;
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
