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
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> out: array<f32>;

fn aAt(index: i32) -> f32 {
  return a[index];
}

fn bAt(index: i32) -> f32 {
  return b[index];
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
  for (var k = 0; k < end; k += 1) {
    let right = vec4f(bAt(bColumn0 + k * u.bInner), bAt(bColumn1 + k * u.bInner), bAt(bColumn2 + k * u.bInner), bAt(bColumn3 + k * u.bInner));
    c0 += aAt(aRow0 + k * u.aInner) * right;
    c1 += aAt(aRow1 + k * u.aInner) * right;
    c2 += aAt(aRow2 + k * u.aInner) * right;
    c3 += aAt(aRow3 + k * u.aInner) * right;
    c4 += aAt(aRow4 + k * u.aInner) * right;
    c5 += aAt(aRow5 + k * u.aInner) * right;
    c6 += aAt(aRow6 + k * u.aInner) * right;
    c7 += aAt(aRow7 + k * u.aInner) * right;
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
