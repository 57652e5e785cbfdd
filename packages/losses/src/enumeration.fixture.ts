/** Sequences of tags one by one: what losses and decoders of linear chains are held against. */

/** Scores of a batch as plain numbers. */
export interface PlainChain {
  /** emissions[row][step][tag], as many steps as the row is long. */
  readonly emissions: readonly (readonly (readonly number[])[])[];
  readonly transitions: readonly (readonly number[])[];
  readonly start: readonly number[];
  readonly end: readonly number[];
}

/** Every sequence of `steps` tags below `tags`. */
export function* sequences(steps: number, tags: number): Generator<number[]> {
  if (steps === 0) yield [];
  else for (const before of sequences(steps - 1, tags)) for (let y = 0; y < tags; y++) yield [...before, y];
}

/** What a row's tags score. */
export function scoreOf(chain: PlainChain, row: number, tags: readonly number[]): number {
  if (tags.length === 0) return 0;
  const ofSteps = tags.reduce((sum, tag, step) => sum + chain.emissions[row]![step]![tag]!, 0);
  const ofPairs = tags.slice(1).reduce((sum, tag, step) => sum + chain.transitions[tags[step]!]![tag]!, 0);
  return chain.start[tags[0]!]! + ofSteps + ofPairs + chain.end[tags.at(-1)!]!;
}

/** All sequences of a row with their scores and probabilities, and the log partition. */
export function enumerate(chain: PlainChain, row: number) {
  const all = [...sequences(chain.emissions[row]!.length, chain.start.length)].map((tags) => ({
    tags,
    score: scoreOf(chain, row, tags),
  }));
  const largest = Math.max(...all.map(({ score }) => score));
  const partition = largest + Math.log(all.reduce((sum, { score }) => sum + Math.exp(score - largest), 0));
  return {
    partition,
    all: all.map(({ tags, score }) => ({ tags, score, probability: Math.exp(score - partition) })),
  };
}
