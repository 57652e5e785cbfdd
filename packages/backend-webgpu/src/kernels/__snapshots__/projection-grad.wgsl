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
  return min(lengths[u.lengthsOffset + block * u.lengthsBlock], u.inner);
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

var<workgroup> sums: array<vec4f, 256>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let local = i32(invocation);
  let block = i32(group.x + group.y * u32(u.groupsAcross));
  let batch = block / (u.blocksAcross * u.blocksDown);
  let slice = local / 4;
  let tile = local % 4;
  let row0 = (block / u.blocksAcross % u.blocksDown * 2 + tile / 2) * 4;
  let column0 = (block % u.blocksAcross * 2 + tile % 2) * 4;
  let live = batch < u.batches && column0 < u.columns && row0 < u.rows;
  let aBase = u.aOffset;
  let bBase = u.bOffset;
  let outBase = u.outOffset;
  let aFirstRow0 = aBase + rowOfA(row0);
  let aFirstRow1 = aBase + rowOfA(row0 + 1);
  let aFirstRow2 = aBase + rowOfA(row0 + 2);
  let aFirstRow3 = aBase + rowOfA(row0 + 3);
  let bFirstColumn0 = bBase + column0 * u.bColumn;
  let bFirstColumn1 = bBase + (column0 + 1) * u.bColumn;
  let bFirstColumn2 = bBase + (column0 + 2) * u.bColumn;
  let bFirstColumn3 = bBase + (column0 + 3) * u.bColumn;
  var c0 = vec4f();
  var c1 = vec4f();
  var c2 = vec4f();
  var c3 = vec4f();
  let steps = (u.inner + 3) / 4;
  let count = select(0, u.repeats * steps, live);
  for (var turn = slice; turn < count; turn += 16) {
    let repeat = turn / steps;
    var k = turn % steps * 4;
    let end = min(lengthOf(repeat), k + 4);
    let aRow0 = aFirstRow0 + repeat * u.aRepeat;
    let aRow1 = aFirstRow1 + repeat * u.aRepeat;
    let aRow2 = aFirstRow2 + repeat * u.aRepeat;
    let aRow3 = aFirstRow3 + repeat * u.aRepeat;
    let bColumn0 = bFirstColumn0 + repeat * u.bRepeat;
    let bColumn1 = bFirstColumn1 + repeat * u.bRepeat;
    let bColumn2 = bFirstColumn2 + repeat * u.bRepeat;
    let bColumn3 = bFirstColumn3 + repeat * u.bRepeat;
    if (k + 4 == end) {
      let a0 = aVector(aRow0 + k * u.aInner);
      let a1 = aVector(aRow0 + (k + 1) * u.aInner);
      let a2 = aVector(aRow0 + (k + 2) * u.aInner);
      let a3 = aVector(aRow0 + (k + 3) * u.aInner);
      let b0 = bVector(bColumn0 + k * u.bInner);
      let b1 = bVector(bColumn0 + (k + 1) * u.bInner);
      let b2 = bVector(bColumn0 + (k + 2) * u.bInner);
      let b3 = bVector(bColumn0 + (k + 3) * u.bInner);
      c0 += a0.x * b0;
      c1 += a0.y * b0;
      c2 += a0.z * b0;
      c3 += a0.w * b0;
      c0 += a1.x * b1;
      c1 += a1.y * b1;
      c2 += a1.z * b1;
      c3 += a1.w * b1;
      c0 += a2.x * b2;
      c1 += a2.y * b2;
      c2 += a2.z * b2;
      c3 += a2.w * b2;
      c0 += a3.x * b3;
      c1 += a3.y * b3;
      c2 += a3.z * b3;
      c3 += a3.w * b3;
      continue;
    }
    for (; k < end; k++) {
      let right = vec4f(bAt(bColumn0 + k * u.bInner), bAt(bColumn1 + k * u.bInner), bAt(bColumn2 + k * u.bInner), bAt(bColumn3 + k * u.bInner));
      c0 += aAt(aRow0 + k * u.aInner) * right;
      c1 += aAt(aRow1 + k * u.aInner) * right;
      c2 += aAt(aRow2 + k * u.aInner) * right;
      c3 += aAt(aRow3 + k * u.aInner) * right;
    }
  }
  sums[local * 4] = c0;
  sums[local * 4 + 1] = c1;
  sums[local * 4 + 2] = c2;
  sums[local * 4 + 3] = c3;
  workgroupBarrier();
  if (!live || slice >= 4) { return; }
  let firstSum = (local - slice * 4) * 4 + slice;
  var total = sums[firstSum];
  for (var other = 1; other < u.slices; other++) {
    total += sums[firstSum + other * 16];
  }
  putRow(row0 + slice, outBase, column0, total);
}
