import { DataError, type TaggedSentence } from '@ostinato/data';
import { describe } from '../shared/describe.js';

/**
 * Throws DataError, naming the sentence, unless each is a list of words.
 * @param where what the user called
 */
export function checkWords(where: string, sentences: readonly (readonly string[])[]): void {
  if (!Array.isArray(sentences)) {
    throw new DataError(`${where}: sentences must be an array, got ${describe(sentences)}`);
  }
  for (const [index, words] of sentences.entries()) {
    const name = `${where}: sentence ${index}`;
    if (typeof words === 'string') {
      throw new DataError(
        `${name} is the string ${describe(words)}; give a list of words: tokenize of @ostinato/data cuts text into them`,
      );
    }
    if (!Array.isArray(words)) {
      throw new DataError(`${name} must be a list of words, got ${describe(words)}`);
    }
    const odd = words.findIndex((word) => typeof word !== 'string');
    if (odd >= 0) {
      throw new DataError(`${name}: word ${odd} must be a string, got ${describe(words[odd])}`);
    }
  }
}

/** Throws DataError, naming the sentence by its index and first words, unless each has words and one tag for each word. */
export function checkTagged(where: string, sentences: readonly TaggedSentence[]): void {
  if (!Array.isArray(sentences)) {
    throw new DataError(`${where}: sentences must be an array, got ${describe(sentences)}`);
  }
  for (const [index, sentence] of sentences.entries()) {
    if (Array.isArray(sentence?.words) && Array.isArray(sentence.tags)) continue;
    throw new DataError(
      `${where}: sentence ${index} must be { words, tags } with two lists, got ${describe(sentence)}`,
    );
  }
  checkWords(
    where,
    sentences.map(({ words }) => words),
  );
  for (const [index, { words, tags }] of sentences.entries()) {
    const name = `${where}: sentence ${index} (${beginOf(words)})`;
    if (words.length !== tags.length) {
      throw new DataError(
        `${name} has ${words.length} words but ${tags.length} tags; give each word one tag`,
      );
    }
    const odd = tags.findIndex((tag: unknown) => typeof tag !== 'string');
    if (odd >= 0) throw new DataError(`${name}: tag ${odd} must be a string, got ${describe(tags[odd])}`);
  }
}

/** Throws DataError where there is no word at all. */
export function assertAnyWords(where: string, sentences: readonly TaggedSentence[]): void {
  if (sentences.some(({ words }) => words.length > 0)) return;
  const found = sentences.length === 0 ? 'no sentences' : 'only empty sentences';
  throw new DataError(`${where}: there are ${found} to learn from; give some with words and tags`);
}

/** The first words of a sentence, as errors show them. */
export function beginOf(words: readonly string[]): string {
  return `'${words.slice(0, 5).join(' ')}${words.length > 5 ? ' ...' : ''}'`;
}
