import { DataError } from '../errors.js';
import { expand, type Grammar } from '../grammar.js';
import { Random } from '../random.js';
import type { TaggedSentence } from '../tagged-sentence.js';
import { lectureSentences } from './lecture-sentences.js';
import { heldOutPatterns, type Patterns, patterns } from './patterns.js';
import { phrases, slots } from './phrases.js';
import { heldOutValues, values } from './values.js';

/** How many sentences {@link flights} makes, and from which seed. */
export interface FlightOptions {
  /** Seed, a whole number. Default 0. */
  seed?: number;
  /** Sentences of the training part. Default 3000. */
  train?: number;
  /** Sentences of the development part, of the same kind as the training part. Default 300. */
  dev?: number;
  /** Sentences of the test part. Default 500. */
  test?: number;
}

/** The three parts of the data set; no sentence occurs twice, in the same or in another part. */
export interface Flights {
  train: TaggedSentence[];
  dev: TaggedSentence[];
  test: TaggedSentence[];
}

/** Share of test sentences of a held-out pattern, and with held-out cities and dates: the two are drawn apart. */
const HELD_OUT_PATTERN = 0.25;
const HELD_OUT_VALUES = 0.25;
/** Share of sentences that end in a full stop or question mark. */
const PUNCTUATED = 0.2;

const common: Grammar = { phrases, slots, values: [values] };
const heldOut: Grammar = { phrases, slots, values: [values, heldOutValues] };

/**
 * The embedded data set: requests to book and find flights, made from a grammar and a seed (L1 to L3). Nineteen kinds of
 * slots; a city's slot is decided by the words around it, near or far, before or after. Cities, dates and sentence
 * patterns that no other part has occur in the test part, so that its score says how well a tagger generalises.
 * The same options give the same sentences.
 *
 * @example
 * const { train, dev, test } = flights({ seed: 1 });
 * train[0];   // { words: ['i', 'want', ...], tags: ['O', 'O', ...], intent: 'book' }
 */
export function flights(options: FlightOptions = {}): Flights {
  const { seed = 0, train = 3000, dev = 300, test = 500 } = options;
  const random = new Random(seed);
  const seen = new Set(lectureSentences.map(({ words }) => words.join(' ')));
  const make = (part: string, count: number, draw: () => TaggedSentence): TaggedSentence[] => {
    if (!Number.isInteger(count) || count < 0) {
      throw new DataError(`flights: ${part} must be a whole number from 0, got ${count}`);
    }
    const sentences: TaggedSentence[] = [];
    for (let tries = 0; sentences.length < count; tries++) {
      if (tries > 20 * count + 1000) {
        throw new DataError(
          `flights: only ${sentences.length} of ${count} ${part} sentences differ; ask for fewer`,
        );
      }
      const sentence = draw();
      const key = sentence.words.join(' ');
      if (seen.has(key)) continue;
      seen.add(key);
      sentences.push(random.next() < PUNCTUATED ? punctuate(sentence) : sentence);
    }
    return sentences;
  };
  return {
    train: make('train', train, () => drawSentence(patterns, common, random)),
    dev: make('dev', dev, () => drawSentence(patterns, common, random)),
    test: make('test', test, () =>
      drawSentence(
        random.next() < HELD_OUT_PATTERN ? heldOutPatterns : patterns,
        random.next() < HELD_OUT_VALUES ? heldOut : common,
        random,
      ),
    ),
  };
}

function drawSentence(source: Patterns, grammar: Grammar, random: Random): TaggedSentence {
  const all = Object.entries(source).flatMap(([intent, templates]) =>
    templates.map((template) => ({ intent, template })),
  );
  const { intent, template } = random.choice(all);
  const words = expand(template, grammar, random);
  return { words: words.map(({ word }) => word), tags: words.map(({ tag }) => tag), intent };
}

const QUESTION = /^(?:how|what|which|when|who|is|are|can|could|do|does|did|has|will)$/;

function punctuate({ words, tags, ...rest }: TaggedSentence): TaggedSentence {
  const mark = QUESTION.test(words[0] as string) ? '?' : '.';
  return { words: [...words, mark], tags: [...tags, 'O'], ...rest };
}
