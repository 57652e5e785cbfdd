struct Numbers {
  rows: i32,
  classes: i32,
  groups: i32,
  targetsOffset: i32,
  targetsRow: i32,
  targetsSymbol: i32,
  targetLengthsOffset: i32,
  targetLengthsRow: i32,
  firstOffset: i32,
  firstRow: i32,
  firstClass: i32,
  nextOffset: i32,
  nextRow: i32,
  nextSymbol: i32,
}
@group(0) @binding(0) var<uniform> u: Numbers;
@group(0) @binding(1) var<storage, read> targets: array<i32>;
@group(0) @binding(2) var<storage, read> targetLengths: array<i32>;
@group(0) @binding(3) var<storage, read_write> first: array<i32>;


@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) id: vec3<u32>, @builtin(local_invocation_index) invocation: u32) {
  let row = i32(id.x) + i32(id.y) * u.groups;
  if (row >= u.rows) { return; }
  let lane = i32(invocation);
  for (var index = lane; index < u.classes; index += 64) { first[u.firstOffset + row * u.firstRow + index * u.firstClass] = -1; }
  storageBarrier();
  let symbols = targetLengths[u.targetLengthsOffset + row * u.targetLengthsRow];
  for (var at = lane; at < symbols; at += 64) {
    let index = targets[u.targetsOffset + row * u.targetsRow + at * u.targetsSymbol];
    var isFirst = index >= 0 && index < u.classes;
    for (var other = 0; other < at && isFirst; other++) { isFirst = targets[u.targetsOffset + row * u.targetsRow + other * u.targetsSymbol] != index; }
    if (isFirst) { first[u.firstOffset + row * u.firstRow + index * u.firstClass] = at; }
    var later = at + 1;
    while (later < symbols && targets[u.targetsOffset + row * u.targetsRow + later * u.targetsSymbol] != index) { later++; }
    first[u.nextOffset + row * u.nextRow + at * u.nextSymbol] = select(-1, later, later < symbols);
  }
}
