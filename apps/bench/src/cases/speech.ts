import type { DecodeTask } from './task.js';
import { uniformNumbers } from './uniform-numbers.js';

/** The symbols of a decoder: φ, the separator, and letters. */
export function alphabetOf({ classes }: DecodeTask): string[] {
  const letter = 'a'.charCodeAt(0);
  return [
    'φ',
    ' ',
    ...Array.from({ length: classes - 2 }, (_, index) => String.fromCharCode(letter + index)),
  ];
}

/** What a network might say of words that are spoken, and a language model of these words. */
export interface Speech {
  /** [frames, classes], natural logarithms of probabilities. */
  readonly logProbabilities: Float32Array;
  /** An ARPA file of bigrams; empty where the task has no words to choose from. */
  readonly arpa: string;
}

/** How far the logit of what is heard lies above 0, where the others lie. */
const CLEAR = 6;

/** Recordings of random words, each letter one or two frames long after a φ; every eighth frame or so hears something else as well. */
export function speechOf(task: DecodeTask): Speech {
  const { frames, classes, vocabulary } = task;
  const draws = uniformNumbers(1000 + 8 * frames + 20 * vocabulary, 0.5, 41);
  let drawn = 0;
  const below = (count: number): number => Math.floor((draws[drawn++ % draws.length]! + 0.5) * count);
  const letters = alphabetOf(task).slice(2);
  const words = Array.from({ length: Math.max(1, vocabulary) }, () =>
    Array.from({ length: 2 + below(6) }, () => below(letters.length)),
  );
  const path: number[] = [];
  while (path.length < frames) {
    for (const index of words[below(words.length)]!) path.push(0, ...Array(1 + below(2)).fill(index + 2));
    path.push(0, 1);
  }
  const logits = uniformNumbers(frames * classes, 2, 42);
  for (let frame = 0; frame < frames; frame++) {
    logits[frame * classes + path[frame]!]! += CLEAR;
    if (below(8) === 0) logits[frame * classes + below(classes)]! += CLEAR;
    normalize(logits.subarray(frame * classes, (frame + 1) * classes));
  }
  const written = words.map((word) => word.map((index) => letters[index]!).join(''));
  return { logProbabilities: logits, arpa: vocabulary === 0 ? '' : arpaOf([...new Set(written)], below) };
}

function normalize(logits: Float32Array): void {
  const total = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
  for (let index = 0; index < logits.length; index++) logits[index]! -= total;
}

/** A bigram model with some successors for each word. */
function arpaOf(words: readonly string[], below: (count: number) => number): string {
  const cost = (): string => (-below(3000) / 1000).toFixed(3);
  const unigrams = words.map((word) => `${cost()}\t${word}\t${cost()}`);
  const bigrams = words.flatMap((word) => {
    const next = new Set(Array.from({ length: 4 }, () => words[below(words.length)]!));
    return [...next].map((other) => `${cost()}\t${word} ${other}`);
  });
  return [
    '\\data\\',
    `ngram 1=${words.length + 3}`,
    `ngram 2=${bigrams.length}`,
    '\\1-grams:',
    '-99\t<s>\t-0.5',
    '-1.5\t</s>',
    '-4\t<unk>',
    ...unigrams,
    '\\2-grams:',
    ...bigrams,
    '\\end\\',
  ].join('\n');
}
