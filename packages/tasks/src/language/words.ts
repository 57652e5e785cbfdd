import { DataError, Vocabulary } from '@ostinato/data';

/** Stands at the end of each sentence. */
export const END = '<eos>';
/** Stands in prepared texts, such as the Penn Treebank of Mikolov, for rare words. */
const RARE = '<unk>';

/**
 * The words of a text, those that are rare as one. Where the text has `<unk>` already, that is what other words are read as; else it is
 * OTHER of the vocabulary.
 */
export function vocabularyOf(sentences: readonly (readonly string[])[], minCount: number): Vocabulary {
  const all = sentences.map((words) => [...words, END]);
  const prepared = minCount === 1 && sentences.some((words) => words.includes(RARE));
  return Vocabulary.build(all, { minCount, padding: false, other: !prepared });
}

/** Sentences as one sequence of word indices, each with its end. */
export function tokensOf(sentences: Iterable<readonly string[]>, vocabulary: Vocabulary): Int32Array {
  const rare = vocabulary.otherIndex ?? vocabulary.indexOf(RARE);
  const indexOf = (word: string): number => (vocabulary.has(word) ? vocabulary.indexOf(word) : rare);
  const end = vocabulary.indexOf(END);
  const tokens: number[] = [];
  for (const words of sentences) {
    for (const word of words) tokens.push(indexOf(word));
    tokens.push(end);
  }
  return Int32Array.from(tokens);
}

/** Throws DataError, naming the sentence, unless each is a list of words and there is at least one word. */
export function checkSentences(where: string, sentences: readonly (readonly string[])[]): void {
  if (!Array.isArray(sentences)) {
    throw new DataError(`${where}: the text must be an array of sentences, got ${typeof sentences}`);
  }
  for (const [index, words] of sentences.entries()) {
    if (!Array.isArray(words) || !words.every((word) => typeof word === 'string')) {
      throw new DataError(
        `${where}: sentence ${index} must be a list of words; tokenize of @ostinato/data makes one`,
      );
    }
  }
  if (!sentences.some((words) => words.length > 0)) {
    throw new DataError(`${where}: there are no words; give sentences`);
  }
}
