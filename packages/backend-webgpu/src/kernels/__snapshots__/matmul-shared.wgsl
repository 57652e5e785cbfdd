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

var<workgroup> aPart: array<vec4f, 256>;
var<workgroup> bPart: array<vec4f, 256>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let local = i32(invocation);
  let block = i32(group.x + group.y * u32(u.groupsAcross));
  let batch = block / (u.blocksAcross * u.blocksDown);
  if (batch >= u.batches) { return; }
  let firstRow = block / u.blocksAcross % u.blocksDown * 64;
  let firstColumn = block % u.blocksAcross * 64;
  let aBase = u.aOffset;
  let bBase = u.bOffset;
  let outBase = u.outOffset;
  let across = local % 16;
  let down = local / 16;
  let row0 = firstRow + down * 4;
  let column0 = firstColumn + across * 4;
  // Some invocations read blocks of a, others blocks of b.
  let own = local % 64;
  let innerFirst = select(u.bInnerFirst, u.aInnerFirst, local < 64) != 0;
  let line = select(own % 16, own / 4, innerFirst);
  let term = select(own / 16, own % 4, innerFirst) * 4;
  let place = term * 16 + line;
  let a0 = aBase + rowOfA(firstRow + line * 4);
  let a1 = aBase + rowOfA(firstRow + line * 4 + 1);
  let a2 = aBase + rowOfA(firstRow + line * 4 + 2);
  let a3 = aBase + rowOfA(firstRow + line * 4 + 3);
  let b0 = bBase + u.bColumn * (firstColumn + line * 4);
  var c0 = vec4f();
  var c1 = vec4f();
  var c2 = vec4f();
  var c3 = vec4f();
  let end = u.inner;
  for (var first = 0; first < end; first += 16) {
    if (local < 64) {
      let fromA = u.aInner * (first + term);
      let v0 = aVector(a0 + fromA);
      let v1 = aVector(a1 + fromA);
      let v2 = aVector(a2 + fromA);
      let v3 = aVector(a3 + fromA);
      aPart[place] = vec4f(v0.x, v1.x, v2.x, v3.x);
      aPart[place + 16] = vec4f(v0.y, v1.y, v2.y, v3.y);
      aPart[place + 32] = vec4f(v0.z, v1.z, v2.z, v3.z);
      aPart[place + 48] = vec4f(v0.w, v1.w, v2.w, v3.w);
    } else if (local < 128) {
      let fromB = u.bInner * (first + term);
      bPart[place] = bVector(b0 + fromB);
      bPart[place + 16] = bVector(b0 + fromB + 1 * u.bInner);
      bPart[place + 32] = bVector(b0 + fromB + 2 * u.bInner);
      bPart[place + 48] = bVector(b0 + fromB + 3 * u.bInner);
    }
    workgroupBarrier();
    // What was read past the end is not used.
    let terms = min(16, end - first);
    for (var step = 0; step < terms; step++) {
      let left = aPart[step * 16 + down];
      let right = bPart[step * 16 + across];
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
