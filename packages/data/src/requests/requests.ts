import { DataError } from '../errors.js';
import { expand } from '../grammar.js';
import type { LabelledText } from '../labelled-text.js';
import { Random } from '../random.js';
import { heldOutPatterns, idlePatterns, patterns } from './patterns.js';
import { heldOutPhrases, intents, phrases } from './phrases.js';

/** How many texts {@link requests} makes, and from which seed. */
export interface RequestOptions {
  /** Seed, a whole number. Default 0. */
  seed?: number;
  /** Texts of the training part. Default 2000. */
  train?: number;
  /** Texts of the development part, of the same kind as the training part. Default 300. */
  dev?: number;
  /** Texts of the test part. Default 500. */
  test?: number;
}

/** The three parts of the data set; no text occurs twice, in the same or in another part. */
export interface Requests {
  train: LabelledText[];
  dev: LabelledText[];
  test: LabelledText[];
}

/** The label where nothing shall be done. */
const NOTHING = 'nothing';
/** Share of texts in which nothing is wanted. */
const IDLE = 0.15;
/** Share of test texts of a held-out pattern, and with held-out names: the two are drawn apart. */
const HELD_OUT_PATTERN = 0.25;
const HELD_OUT_PHRASES = 0.25;

/**
 * The embedded data set for classifiers: requests to a house that listens, made from a grammar and a seed (L24). The label is what
 * shall be done. Most requests also say what shall not be done, and the same words in another order ask for another thing:
 * "call anna do not play jazz", "play jazz do not call anna". So counting words is not enough, the order has to be read.
 * Patterns and names that no other part has occur in the test part. The same options give the same texts.
 *
 * @example
 * const { train, dev } = requests({ seed: 1 });
 * train[0];   // { text: 'instead of calling anna heat the kitchen', label: 'heating' }
 */
export function requests(options: RequestOptions = {}): Requests {
  const { seed = 0, train = 2000, dev = 300, test = 500 } = options;
  const random = new Random(seed);
  const seen = new Set<string>();
  const make = (part: string, count: number, draw: () => LabelledText): LabelledText[] => {
    if (!Number.isInteger(count) || count < 0) {
      throw new DataError(`requests: ${part} must be a whole number from 0, got ${count}`);
    }
    const texts: LabelledText[] = [];
    for (let tries = 0; texts.length < count; tries++) {
      if (tries > 20 * count + 1000) {
        throw new DataError(`requests: only ${texts.length} of ${count} ${part} texts differ; ask for fewer`);
      }
      const drawn = draw();
      if (seen.has(drawn.text)) continue;
      seen.add(drawn.text);
      texts.push(drawn);
    }
    return texts;
  };
  return {
    train: make('train', train, () => drawText(patterns, phrases, random)),
    dev: make('dev', dev, () => drawText(patterns, phrases, random)),
    test: make('test', test, () =>
      drawText(
        random.next() < HELD_OUT_PATTERN ? heldOutPatterns : patterns,
        random.next() < HELD_OUT_PHRASES ? { ...phrases, ...heldOutPhrases } : phrases,
        random,
      ),
    ),
  };
}

function drawText(
  source: readonly string[],
  names: Readonly<Record<string, readonly string[]>>,
  random: Random,
): LabelledText {
  const [wanted, unwanted, also] = random.shuffle(Object.keys(intents)) as [string, string, string];
  const isIdle = random.next() < IDLE;
  const template = random.choice(isIdle ? idlePatterns : source);
  const words = expand(
    template,
    {
      phrases: {
        ...names,
        wanted: intents[wanted]!.order,
        unwanted: intents[unwanted]!.order,
        also_unwanted: intents[also]!.order,
        doing_unwanted: intents[unwanted]!.activity,
      },
      slots: {},
      values: [],
    },
    random,
  );
  return { text: words.map(({ word }) => word).join(' '), label: isIdle ? NOTHING : wanted };
}
