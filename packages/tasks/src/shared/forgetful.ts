import { Random, type Vocabulary } from '@ostinato/data';

/** Words to be read as OTHER: rare ones often, frequent ones seldom; the same for the same seed, epoch and batch. */
export function forgetful(
  vocabulary: Vocabulary,
  strength: number,
  seed: number,
  epoch: number,
  batch: number,
): (word: string) => boolean {
  const random = new Random(seed, epoch, batch);
  return (word) => {
    const draw = random.next();
    return draw < strength / (strength + (vocabulary.has(word) ? vocabulary.count(word) : 0));
  };
}
