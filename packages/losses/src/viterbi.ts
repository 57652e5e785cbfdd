import { OstinatoError, ShapeError } from '@ostinato/kernel';

/** The scores of a linear chain of tags as numbers. */
export interface ChainScores {
  /** [time, tags] row by row: the score of each tag at each step. */
  readonly emissions: ArrayLike<number>;
  /** [tags, tags] row by row: how well the tag of the column follows that of the row. */
  readonly transitions: ArrayLike<number>;
  /** [tags]: how well a tag begins a sequence. */
  readonly start: ArrayLike<number>;
  /** [tags]: how well a tag ends one. */
  readonly end: ArrayLike<number>;
}

/** What sequences of tags are allowed: 0 (or false) forbids, whatever the scores are. What is left out allows everything. */
export interface AllowedTags {
  /** [tags, tags] row by row: whether the tag of the column may follow that of the row. */
  readonly transitions?: ArrayLike<number | boolean> | undefined;
  /** [tags]: whether a sequence may begin with a tag. */
  readonly start?: ArrayLike<number | boolean> | undefined;
  /** [tags]: whether a sequence may end with it. */
  readonly end?: ArrayLike<number | boolean> | undefined;
}

/** The best sequence of tags and its score: start + emissions + transitions + end. */
export interface BestPath {
  /** [time] */
  readonly tags: Int32Array;
  readonly score: number;
}

/**
 * The sequence of tags with the highest score (Viterbi 1967). Of equal ones that with the lowest tags, the last step first. Without
 * steps the path is empty and scores 0.
 * @throws ShapeError where sizes do not fit each other; OstinatoError where no sequence is allowed
 * @example
 * const crf = { transitions: await model.crf.transitions.data(), start: ..., end: ... };
 * const row = scores.subarray(0, length * tags);             // of one sentence
 * viterbi({ emissions: row, ...crf }, { start: [1, 1, 0] }).tags;
 */
export function viterbi(scores: ChainScores, allowed: AllowedTags = {}): BestPath {
  const { emissions, transitions, start, end } = scores;
  const count = start.length;
  const steps = checkSizes(scores, allowed);
  if (steps === 0) return { tags: new Int32Array(0), score: 0 };
  const origins = new Int32Array(steps * count);
  let best = Float64Array.from({ length: count }, (_, tag) =>
    allowed.start && !allowed.start[tag] ? Number.NEGATIVE_INFINITY : start[tag]! + emissions[tag]!,
  );
  for (let step = 1; step < steps; step++) {
    const next = new Float64Array(count).fill(Number.NEGATIVE_INFINITY);
    const from = origins.subarray(step * count, (step + 1) * count);
    for (let before = 0; before < count; before++) {
      const score = best[before]!;
      if (score === Number.NEGATIVE_INFINITY) continue;
      for (let tag = 0, at = before * count; tag < count; tag++, at++) {
        if (allowed.transitions && !allowed.transitions[at]) continue;
        const candidate = score + transitions[at]!;
        if (candidate <= next[tag]!) continue;
        next[tag] = candidate;
        from[tag] = before;
      }
    }
    for (let tag = 0; tag < count; tag++) next[tag]! += emissions[step * count + tag]!;
    best = next;
  }
  let last = 0;
  let score = Number.NEGATIVE_INFINITY;
  for (let tag = 0; tag < count; tag++) {
    const whole = allowed.end && !allowed.end[tag] ? Number.NEGATIVE_INFINITY : best[tag]! + end[tag]!;
    if (whole <= score) continue;
    score = whole;
    last = tag;
  }
  if (score === Number.NEGATIVE_INFINITY) {
    throw new OstinatoError(
      `viterbi: no sequence of ${steps} tags is allowed; allow more starts, transitions or ends`,
    );
  }
  return { tags: backFrom(last, origins, steps, count), score };
}

/** The path that ends in a tag. */
function backFrom(last: number, origins: Int32Array, steps: number, count: number): Int32Array {
  const tags = new Int32Array(steps);
  tags[steps - 1] = last;
  for (let step = steps - 1; step > 0; step--) tags[step - 1] = origins[step * count + tags[step]!]!;
  return tags;
}

/** The number of steps. Throws ShapeError where sizes do not fit. */
function checkSizes({ emissions, transitions, start, end }: ChainScores, allowed: AllowedTags): number {
  const count = start.length;
  const steps = emissions.length / count;
  if (count === 0 || !Number.isInteger(steps)) {
    throw new ShapeError(
      `viterbi: ${emissions.length} emissions do not make steps of ${count} tags, as start has them; pass [time, tags] row by row`,
    );
  }
  const sizes: [string, ArrayLike<unknown> | undefined, number][] = [
    ['transitions', transitions, count * count],
    ['end', end, count],
    ['allowed.transitions', allowed.transitions, count * count],
    ['allowed.start', allowed.start, count],
    ['allowed.end', allowed.end, count],
  ];
  for (const [name, numbers, wanted] of sizes) {
    if (numbers && numbers.length !== wanted) {
      throw new ShapeError(
        `viterbi: ${name} has ${numbers.length} numbers, expected ${wanted} for ${count} tags`,
      );
    }
  }
  return steps;
}
