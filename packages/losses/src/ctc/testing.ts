/** What tests of decoding compare with: all paths, one after the other. */

/** Numbers in [0, 1), always the same for a seed (the linear congruential generator of Knuth's MMIX, its upper half). */
export function seeded(seed: number): () => number {
  let state = BigInt(seed);
  return () => {
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n);
    return Number(state >> 32n) / 2 ** 32;
  };
}

/** Log probabilities `[frames, classes]` of random distributions; `sharpness` is how far logits lie apart. */
export function randomLogProbabilities(
  frames: number,
  classes: number,
  random: () => number,
  sharpness = 3,
): Float32Array {
  const out = new Float32Array(frames * classes);
  for (let frame = 0; frame < frames; frame++) {
    const logits = Array.from({ length: classes }, () => sharpness * random());
    const total = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
    out.set(
      logits.map((logit) => logit - total),
      frame * classes,
    );
  }
  return out;
}

/** Every path of classes over the frames, with its log probability. */
export function* allPaths(
  numbers: Float32Array,
  frames: number,
  classes: number,
): Generator<{ path: number[]; logProbability: number }> {
  for (let code = 0; code < classes ** frames; code++) {
    const path: number[] = [];
    let logProbability = 0;
    for (let frame = 0, rest = code; frame < frames; frame++, rest = Math.floor(rest / classes)) {
      path.push(rest % classes);
      logProbability += numbers[frame * classes + (rest % classes)]!;
    }
    yield { path, logProbability };
  }
}

/** What a path stands for, written apart from `ctcCollapse`: by the words of the lecture. */
export function spelledBy(path: readonly number[], blank: number): number[] {
  const merged: number[] = [];
  for (const symbol of path) if (merged.at(-1) !== symbol) merged.push(symbol);
  return merged.filter((symbol) => symbol !== blank);
}

/** Log probability of every sequence of symbols, the sum over its paths; keys are symbols joined by commas. */
export function sumsOfAllPaths(
  numbers: Float32Array,
  frames: number,
  classes: number,
  blank: number,
): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { path, logProbability } of allPaths(numbers, frames, classes)) {
    const key = spelledBy(path, blank).join(',');
    sums.set(key, (sums.get(key) ?? 0) + Math.exp(logProbability));
  }
  return new Map([...sums].map(([key, sum]) => [key, Math.log(sum)]));
}
