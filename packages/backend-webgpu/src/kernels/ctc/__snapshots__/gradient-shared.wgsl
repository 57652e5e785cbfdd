struct Numbers {
  steps: i32,
  rows: i32,
  classes: i32,
  pairs: i32,
  blank: i32,
  groupsAcross: i32,
  width: i32,
  depth: i32,
  acrossStep: i32,
  alongStep: i32,
  logitsOffset: i32,
  logitsTime: i32,
  logitsRow: i32,
  logitsClass: i32,
  largestLogitsOffset: i32,
  largestLogitsTime: i32,
  largestLogitsRow: i32,
  inverseSumsOffset: i32,
  inverseSumsTime: i32,
  inverseSumsRow: i32,
  blankSharesOffset: i32,
  blankSharesTime: i32,
  blankSharesRow: i32,
  blankSharesPair: i32,
  symbolSharesOffset: i32,
  symbolSharesTime: i32,
  symbolSharesRow: i32,
  symbolSharesPair: i32,
  firstSymbolsOffset: i32,
  firstSymbolsRow: i32,
  firstSymbolsClass: i32,
  nextSymbolsOffset: i32,
  nextSymbolsRow: i32,
  nextSymbolsSymbol: i32,
  inputLengthsOffset: i32,
  inputLengthsRow: i32,
  lossOffset: i32,
  lossRow: i32,
  gradientOffset: i32,
  gradientTime: i32,
  gradientRow: i32,
  gradientClass: i32,
}
@group(0) @binding(0) var<uniform> u: Numbers;
@group(0) @binding(1) var<storage, read> logits: array<f32>;
@group(0) @binding(2) var<storage, read> largestLogits: array<f32>;
@group(0) @binding(3) var<storage, read> blankShares: array<f32>;
@group(0) @binding(4) var<storage, read> firstSymbols: array<i32>;
@group(0) @binding(5) var<storage, read> inputLengths: array<i32>;
@group(0) @binding(6) var<storage, read> loss: array<f32>;
@group(0) @binding(7) var<storage, read_write> gradient: array<f32>;


fn isNan(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u;
}
var<workgroup> shares: array<f32, 64>;

fn addUp(local: i32, lane: i32, value: f32) -> f32 {
  shares[local] = value;
  for (var half = u.depth / 2; half > 0; half /= 2) {
    workgroupBarrier();
    if (lane < half) { shares[local] = shares[local] + shares[local + half * u.alongStep]; }
  }
  workgroupBarrier();
  let result = shares[local - lane * u.alongStep];
  workgroupBarrier();
  return result;
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) id: vec3<u32>, @builtin(local_invocation_index) invocation: u32) {
  let local = i32(invocation);
  let group = i32(id.x) + i32(id.y) * u.groupsAcross;
  let team = group * u.width + (local / u.acrossStep) % u.width;
  let lane = (local / u.alongStep) % u.depth;
  let lanes = u.depth;
  let isHere = team < u.steps * u.rows;
  let time = select(0, team / u.rows, isHere);
  let row = select(0, team % u.rows, isHere);
  let rowLoss = loss[u.lossOffset + row * u.lossRow];
  let counts = isHere && time < inputLengths[u.inputLengthsOffset + row * u.inputLengthsRow] && !(rowLoss >= 268435456f);
  let pairs = select(0, u.pairs, counts);
  var blankPart = 0f;
  var symbolPart = 0f;
  for (var pair = lane; pair < pairs; pair += lanes) {
    blankPart += blankShares[u.blankSharesOffset + time * u.blankSharesTime + row * u.blankSharesRow + pair * u.blankSharesPair];
    symbolPart += blankShares[u.symbolSharesOffset + time * u.symbolSharesTime + row * u.symbolSharesRow + pair * u.symbolSharesPair];
  }
  let blankShare = addUp(local, lane, blankPart);
  let total = blankShare + addUp(local, lane, symbolPart);
  let largest = largestLogits[u.largestLogitsOffset + time * u.largestLogitsTime + row * u.largestLogitsRow];
  let inverse = largestLogits[u.inverseSumsOffset + time * u.inverseSumsTime + row * u.inverseSumsRow];
  let classes = select(0, u.classes, isHere);
  for (var index = lane; index < classes; index += lanes) {
    var slope = 0f;
    if (counts) {
      var share = select(0f, blankShare, index == u.blank);
      var symbol = firstSymbols[u.firstSymbolsOffset + row * u.firstSymbolsRow + index * u.firstSymbolsClass];
      while (symbol >= 0) {
        share += blankShares[u.symbolSharesOffset + time * u.symbolSharesTime + row * u.symbolSharesRow + symbol * u.symbolSharesPair];
        symbol = firstSymbols[u.nextSymbolsOffset + row * u.nextSymbolsRow + symbol * u.nextSymbolsSymbol];
      }
      slope = exp(logits[u.logitsOffset + time * u.logitsTime + row * u.logitsRow + index * u.logitsClass] - largest) * inverse - share / total;
      slope = select(slope, rowLoss, isNan(rowLoss));
    }
    gradient[u.gradientOffset + time * u.gradientTime + row * u.gradientRow + index * u.gradientClass] = slope;
  }
}
