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

var<workgroup> aPart: array<vec4f, 128>;
var<workgroup> bPart: array<vec4f, 128>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let local = i32(invocation);
  let block = i32(group.x + group.y * u32(u.groupsAcross));
  let batch = block / (u.blocksAcross * u.blocksDown);
  if (batch >= u.batches) { return; }
  let firstRow = block / u.blocksAcross % u.blocksDown * 32;
  let firstColumn = block % u.blocksAcross * 32;
  let aBase = u.aOffset;
  let bBase = u.bOffset;
  let outBase = u.outOffset;
  let across = local % 8;
  let down = local / 8;
  let row0 = firstRow + down * 4;
  let column0 = firstColumn + across * 4;
  // Some invocations read blocks of a, others blocks of b.
  let own = local % 32;
  let innerFirst = select(u.bInnerFirst, u.aInnerFirst, local < 32) != 0;
  let line = select(own % 8, own / 4, innerFirst);
  let term = select(own / 8, own % 4, innerFirst) * 4;
  let place = term * 8 + line;
  let a0 = aBase + rowOfA(firstRow + line * 4);
  let a1 = aBase + rowOfA(firstRow + line * 4 + 1);
  let a2 = aBase + rowOfA(firstRow + line * 4 + 2);
  let a3 = aBase + rowOfA(firstRow + line * 4 + 3);
  let b0 = bBase + u.bColumn * (firstColumn + line * 4);
  let b1 = bBase + u.bColumn * (firstColumn + line * 4 + 1);
  let b2 = bBase + u.bColumn * (firstColumn + line * 4 + 2);
  let b3 = bBase + u.bColumn * (firstColumn + line * 4 + 3);
  var c0 = vec4f();
  var c1 = vec4f();
  var c2 = vec4f();
  var c3 = vec4f();
  let end = u.inner;
  for (var first = 0; first < end; first += 16) {
    if (local < 32) {
      let fromA = u.aInner * (first + term);
      aPart[place] = vec4f(aAt(a0 + fromA), aAt(a1 + fromA), aAt(a2 + fromA), aAt(a3 + fromA));
      aPart[place + 8] = vec4f(aAt(a0 + fromA + 1 * u.aInner), aAt(a1 + fromA + 1 * u.aInner), aAt(a2 + fromA + 1 * u.aInner), aAt(a3 + fromA + 1 * u.aInner));
      aPart[place + 16] = vec4f(aAt(a0 + fromA + 2 * u.aInner), aAt(a1 + fromA + 2 * u.aInner), aAt(a2 + fromA + 2 * u.aInner), aAt(a3 + fromA + 2 * u.aInner));
      aPart[place + 24] = vec4f(aAt(a0 + fromA + 3 * u.aInner), aAt(a1 + fromA + 3 * u.aInner), aAt(a2 + fromA + 3 * u.aInner), aAt(a3 + fromA + 3 * u.aInner));
    } else if (local < 64) {
      let fromB = u.bInner * (first + term);
      bPart[place] = vec4f(bAt(b0 + fromB), bAt(b1 + fromB), bAt(b2 + fromB), bAt(b3 + fromB));
      bPart[place + 8] = vec4f(bAt(b0 + fromB + 1 * u.bInner), bAt(b1 + fromB + 1 * u.bInner), bAt(b2 + fromB + 1 * u.bInner), bAt(b3 + fromB + 1 * u.bInner));
      bPart[place + 16] = vec4f(bAt(b0 + fromB + 2 * u.bInner), bAt(b1 + fromB + 2 * u.bInner), bAt(b2 + fromB + 2 * u.bInner), bAt(b3 + fromB + 2 * u.bInner));
      bPart[place + 24] = vec4f(bAt(b0 + fromB + 3 * u.bInner), bAt(b1 + fromB + 3 * u.bInner), bAt(b2 + fromB + 3 * u.bInner), bAt(b3 + fromB + 3 * u.bInner));
    }
    workgroupBarrier();
    // What was read past the end is not used.
    let terms = min(16, end - first);
    for (var step = 0; step < terms; step++) {
      let left = aPart[step * 8 + down];
      let right = bPart[step * 8 + across];
      c0 += left.x * right;
      c1 += left.y * right;
      c2 += left.z * right;
      c3 += left.w * right;
    }
    workgroupBarrier();
  }
  let rowEnd = min(row0 + 4, u.rows);
  for (var row = row0; row < rowEnd; row++) {
    putRow(row, outBase, column0, c0);
    c0 = c1;
    c1 = c2;
    c2 = c3;
  }
}
