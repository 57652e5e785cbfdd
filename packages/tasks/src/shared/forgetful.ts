import { Random, type Vocabulary } from '@ostinato/data';

/**
 * Words to be read as OTHER: rare ones often, frequent ones seldom; the same for the same seed, epoch and batch.
 * @param strength a word seen n times is forgotten with probability strength / (strength + n)
 * @param uniform besides, any word is forgotten with this probability
 */
export function forgetful(
  vocabulary: Vocabulary,
  strength: number,
  seed: number,
  epoch: number,
  batch: number,
  uniform = 0,
): (word: string) => boolean {
  const random = new Random(seed, epoch, batch);
  return (word) => {
    const draw = random.next();
    const rare = strength / (strength + (vocabulary.has(word) ? vocabulary.count(word) : 0));
    return draw < uniform + (1 - uniform) * rare;
  };
}
