import type { AllowedTags } from '@ostinato/losses';

/**
 * Which tag may follow which: `I-x` continues `B-x` or `I-x`, and whatever else the training data shows. One row for each
 * tag, listing the tags that may come before it; `undefined` where all may.
 */
export type AllowedBefore = readonly (ReadonlySet<number> | undefined)[];

/** What a sequence of tags has to keep to. */
export interface TagRules {
  readonly before: AllowedBefore;
  /** Which tags a sentence may begin with. */
  readonly mayBegin: readonly boolean[];
}

/** The rules of BIO tags, widened by the neighbours in `seen` (pairs "before after"). */
export function bioRules(tags: readonly string[], seen: ReadonlySet<string>): TagRules {
  const inside = (tag: string): boolean => tag.startsWith('I-');
  const before = tags.map((tag) => {
    if (!inside(tag)) return undefined;
    const type = tag.slice(2);
    const allowed = tags.flatMap((other, index) =>
      other === `B-${type}` || other === tag || seen.has(`${other} ${tag}`) ? [index] : [],
    );
    return new Set(allowed);
  });
  return { before, mayBegin: tags.map((tag) => !inside(tag) || seen.has(` ${tag}`)) };
}

/** The rules as numbers, 1 where something is allowed, for `viterbi`. */
export function allowedBy({ before, mayBegin }: TagRules): AllowedTags {
  const count = before.length;
  const transitions = new Uint8Array(count * count);
  for (const [tag, allowed] of before.entries())
    for (let other = 0; other < count; other++)
      transitions[other * count + tag] = Number(allowed?.has(other) ?? true);
  return { transitions, start: mayBegin };
}

/** Pairs "before after" of tags in sentences that end in an `I-` tag, as `bioRules` wants them; before the first tag is ''. */
export function neighbours(sentences: Iterable<{ readonly tags: readonly string[] }>): Set<string> {
  const seen = new Set<string>();
  for (const { tags } of sentences) {
    for (const [index, tag] of tags.entries())
      if (tag.startsWith('I-')) seen.add(`${tags[index - 1] ?? ''} ${tag}`);
  }
  return seen;
}

/**
 * The best sequence of tags that keeps to the rules (Viterbi 1967, with the scores of single tags only).
 * @param scores [time, tags] row-major, log probabilities
 */
export function decode(scores: ArrayLike<number>, time: number, { before, mayBegin }: TagRules): number[] {
  const count = before.length;
  if (time === 0) return [];
  let best = Float64Array.from({ length: count }, (_, tag) =>
    mayBegin[tag] ? scores[tag]! : Number.NEGATIVE_INFINITY,
  );
  const cameFrom: Int32Array[] = [];
  for (let step = 1; step < time; step++) {
    let leader = 0;
    for (let tag = 1; tag < count; tag++) if (best[tag]! > best[leader]!) leader = tag;
    const next = new Float64Array(count);
    const origin = new Int32Array(count);
    for (let tag = 0; tag < count; tag++) {
      const allowed = before[tag];
      let from = allowed ? -1 : leader;
      if (allowed) for (const other of allowed) if (from < 0 || best[other]! > best[from]!) from = other;
      origin[tag] = from;
      next[tag] = (from < 0 ? Number.NEGATIVE_INFINITY : best[from]!) + scores[step * count + tag]!;
    }
    cameFrom.push(origin);
    best = next;
  }
  let tag = best.indexOf(Math.max(...best));
  const path = [tag];
  for (const origin of cameFrom.reverse()) {
    tag = origin[tag]!;
    path.push(tag);
  }
  return path.reverse();
}
