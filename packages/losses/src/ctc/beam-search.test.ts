import { describe, expect, it } from 'vitest';
import { CtcDecoder, type CtcDecoderStream } from './beam-search.js';
import { ctcBestPath } from './best-path.js';
import type { CtcDecoderOptions } from './decoder-options.js';
import type { CtcHypothesis } from './hypotheses.js';
import type { WordLanguageModel } from './language-model.js';
import { randomLogProbabilities, seeded, sumsOfAllPaths } from './testing.js';

const NONE = Number.NEGATIVE_INFINITY;

/** A language model of bigrams with a probability for any two words, by their letters. */
const bigrams: WordLanguageModel<string> = {
  start: '<s>',
  score: (before, word) => ({ logProbability: -((hash(`${before} ${word}`) % 400) / 100), state: word }),
  end: (before) => -((hash(`${before} </s>`) % 300) / 100),
};

function hash(text: string): number {
  let sum = 7;
  for (const letter of text) sum = (sum * 31 + letter.charCodeAt(0)) % 1_000_003;
  return sum;
}

/** The score of a whole sequence by its definition: no prefixes, no trie. */
function defined(options: CtcDecoderOptions, key: string, acoustic: number) {
  const { symbols, separator = ' ', languageModel, languageModelWeight = 0.5, wordBonus = 0 } = options;
  const written = key === '' ? [] : key.split(',').map((symbol) => symbols[Number(symbol)]!);
  const words = separator === null ? written : written.join('').split(separator).filter(Boolean);
  const lexicon = options.lexicon && new Set(options.lexicon as string[]);
  const hot = words.filter((word) => options.hotWords?.words.includes(word)).length;
  let languageModelScore = 0;
  let state = languageModel?.start;
  for (const word of words) {
    const scored = languageModel?.score(state, word);
    languageModelScore += scored?.logProbability ?? 0;
    state = scored?.state;
  }
  languageModelScore += languageModel?.end(state) ?? 0;
  const bonuses = wordBonus * words.length + (options.hotWords?.bonus ?? 0) * hot;
  const allowed = !lexicon || words.every((word) => lexicon.has(word));
  return {
    key,
    words,
    acousticScore: acoustic,
    languageModelScore,
    score: allowed ? acoustic + languageModelWeight * languageModelScore + bonuses : NONE,
  };
}

/** Everything that could have been read, best first. */
function enumerated(options: CtcDecoderOptions, numbers: Float32Array, frames: number) {
  const { symbols, blank = 0 } = options;
  return [...sumsOfAllPaths(numbers, frames, symbols.length, blank)]
    .map(([key, acoustic]) => defined(options, key, acoustic))
    .filter(({ score }) => score > NONE)
    .sort((a, b) => b.score - a.score);
}

function expectExact(options: CtcDecoderOptions, numbers: Float32Array, frames: number): void {
  const expected = enumerated(options, numbers, frames);
  const all = new CtcDecoder({ ...options, beamWidth: 2000, nBest: 2000 }).decode(numbers, frames);
  expect(all.length).toBe(expected.length);
  if (expected.length > 0) expect(`${all[0]!.symbols}`).toBe(expected[0]!.key);
  const byKey = new Map(all.map((hypothesis) => [`${hypothesis.symbols}`, hypothesis]));
  for (const { key, words, acousticScore, languageModelScore, score } of expected) {
    const found = byKey.get(key)!;
    expect(found.score).toBeCloseTo(score, 5);
    expect(found.acousticScore).toBeCloseTo(acousticScore, 5);
    expect(found.languageModelScore).toBeCloseTo(languageModelScore, 8);
    expect(found.words).toEqual(words);
  }
  for (const [rank, { score }] of expected.entries()) expect(all[rank]!.score).toBeCloseTo(score, 5);
}

describe('with a wide beam, every hypothesis has the sum of all its paths', () => {
  const letters = ['φ', 'a', ' ', 'b'];
  const cases: [string, CtcDecoderOptions][] = [
    ['letters alone', { symbols: letters }],
    [
      'a language model',
      { symbols: letters, languageModel: bigrams, languageModelWeight: 0.7, wordBonus: 0.4 },
    ],
    ['a word bonus below 0', { symbols: letters, wordBonus: -0.6 }],
    ['a lexicon', { symbols: letters, lexicon: ['a', 'ab', 'ba', 'bb'] }],
    ['a lexicon of one word', { symbols: ['φ', 'a', 'b'], lexicon: ['ab', 'aab'] }],
    ['hot words', { symbols: letters, hotWords: { words: ['ab', 'abb', 'ba'], bonus: 2 } }],
    ['hot words that are unwelcome', { symbols: letters, hotWords: { words: ['ab', 'a'], bonus: -1.5 } }],
    [
      'all of it',
      {
        symbols: letters,
        languageModel: bigrams,
        languageModelWeight: 1.2,
        wordBonus: 1,
        lexicon: ['a', 'ab', 'ba', 'abb'],
        hotWords: { words: ['ab', 'abb'], bonus: 1 },
      },
    ],
    [
      'symbols that are words',
      { symbols: ['φ', 'two', 'three'], separator: null, languageModel: bigrams, wordBonus: 0.5 },
    ],
    [
      'symbols that are words, of a lexicon, some hot',
      {
        symbols: ['φ', 'two', 'three', 'tw'],
        separator: null,
        lexicon: ['two', 'three'],
        hotWords: { words: ['two'], bonus: 1 },
      },
    ],
    [
      'symbols of several letters',
      {
        symbols: ['φ', 'a', 'ab', '|'],
        separator: '|',
        lexicon: ['aa', 'ab', 'aab'],
        hotWords: { words: ['aab'], bonus: 0.5 },
        languageModel: bigrams,
      },
    ],
  ];
  it.each(cases)('%s', (_, options) => {
    const random = seeded(4);
    const classes = options.symbols.length;
    for (let round = 0; round < 40; round++) {
      const frames = round % 6;
      expectExact(options, randomLogProbabilities(frames, classes, random, 1 + (round % 4)), frames);
    }
  });

  it('the blank may be any class', () => {
    const random = seeded(5);
    for (let round = 0; round < 60; round++) {
      const blank = round % 4;
      const symbols = ['a', ' ', 'b'].toSpliced(blank, 0, 'φ');
      const options = { symbols, blank, languageModel: bigrams, wordBonus: 0.5 };
      expectExact(options, randomLogProbabilities(5, 4, random), 5);
    }
  });

  it('also where classes are impossible', () => {
    const random = seeded(6);
    for (let round = 0; round < 60; round++) {
      const numbers = randomLogProbabilities(5, 3, random);
      for (let at = 0; at < numbers.length; at += 3) {
        const ruled = Math.floor(4 * random());
        if (ruled < 3) numbers[at + ruled] = NONE;
      }
      const options = { symbols: ['φ', 'a', 'b'] };
      const expected = enumerated(options, numbers, 5);
      const all = new CtcDecoder({ ...options, nBest: 500, beamWidth: 500 }).decode(numbers, 5);
      expect(all.length).toBe(expected.length);
      for (const [rank, { score }] of expected.entries()) expect(all[rank]!.score).toBeCloseTo(score, 5);
    }
  });
});

describe('a narrow beam', () => {
  it('finds the best in most cases, and never says more than all paths have', () => {
    const random = seeded(8);
    const options = { symbols: ['φ', 'a', ' ', 'b'], languageModel: bigrams };
    const decoder = new CtcDecoder({ ...options, beamWidth: 8 });
    let found = 0;
    for (let round = 0; round < 100; round++) {
      const numbers = randomLogProbabilities(6, 4, random, 4);
      const [best] = enumerated(options, numbers, 6);
      const [narrow] = decoder.decode(numbers, 6);
      expect(narrow!.score).toBeLessThan(best!.score + 1e-5);
      if (`${narrow!.symbols}` === best!.key) found++;
    }
    expect(found).toBeGreaterThan(80);
  });

  it('of one prefix is the best path, where the network is sure', () => {
    const random = seeded(9);
    const decoder = new CtcDecoder({ symbols: ['φ', 'a', 'b', 'c'], beamWidth: 1 });
    for (let round = 0; round < 50; round++) {
      const numbers = new Float32Array(20 * 4).fill(Math.log(0.01));
      for (let frame = 0; frame < 20; frame++) numbers[4 * frame + Math.floor(4 * random())] = Math.log(0.97);
      const { symbols } = ctcBestPath(numbers, 20, 4);
      expect(decoder.decode(numbers, 20)[0]!.symbols).toEqual(symbols.map(({ symbol }) => symbol));
    }
  });

  it('keeps as many candidates as a plain search that sorts them all', () => {
    const random = seeded(10);
    for (const beamWidth of [1, 2, 3, 7, 20]) {
      for (let round = 0; round < 20; round++) {
        const numbers = randomLogProbabilities(12, 5, random, 2);
        const [best] = new CtcDecoder({ symbols: ['φ', 'a', 'b', 'c', 'd'], beamWidth }).decode(numbers, 12);
        const [key, score] = plainSearch(numbers, 12, 5, beamWidth);
        expect(best!.score).toBeCloseTo(score, 6);
        expect(`${best!.symbols}`).toBe(key);
      }
    }
  });
});

/** Prefix beam search with maps and strings, as textbooks write it; the blank is 0. */
function plainSearch(
  numbers: Float32Array,
  frames: number,
  classes: number,
  width: number,
): [key: string, score: number] {
  const sum = ([blank, symbol]: readonly [number, number]) => Math.log(blank + symbol);
  let beam = new Map<string, readonly [blank: number, symbol: number]>([['', [1, 0]]]);
  for (let frame = 0; frame < frames; frame++) {
    const next = new Map<string, readonly [number, number]>();
    const add = (key: string, blank: number, symbol: number) => {
      const [a, b] = next.get(key) ?? [0, 0];
      next.set(key, [a + blank, b + symbol]);
    };
    for (const [key, [blank, symbol]] of beam) {
      const last = Number(key.split(',').at(-1));
      for (let index = 0; index < classes; index++) {
        const here = Math.exp(numbers[frame * classes + index]!);
        const longer = key === '' ? `${index}` : `${key},${index}`;
        if (index === 0) add(key, (blank + symbol) * here, 0);
        else if (index !== last) add(longer, 0, (blank + symbol) * here);
        else {
          add(key, 0, symbol * here);
          add(longer, 0, blank * here);
        }
      }
    }
    beam = new Map([...next].sort((a, b) => sum(b[1]) - sum(a[1])).slice(0, width));
  }
  const [key, probabilities] = [...beam][0]!;
  return [key, sum(probabilities)];
}

describe('pruning', () => {
  const numbers = Float32Array.from([0.5, 0.3, 0.15, 0.05, 0.2, 0.2, 0.5, 0.1].map(Math.log));
  const symbols = ['φ', 'a', 'b', 'c'];
  const texts = (options: Partial<CtcDecoderOptions>) =>
    new CtcDecoder({ symbols, nBest: 100, ...options })
      .decode(numbers, 2)
      .map(({ text }) => text)
      .sort();

  it('takes the k most probable symbols of a frame', () => {
    expect(texts({ topK: 1 })).toEqual(['', 'a', 'ab', 'b']);
    expect(texts({ topK: 2 })).toEqual(['', 'a', 'ab', 'b', 'ba']);
    expect(texts({ topK: 3 })).toEqual(texts({}));
    expect(texts({})).toHaveLength(1 + 3 + 6);
  });

  it('takes symbols from a probability on', () => {
    expect(texts({ minLogProbability: Math.log(0.25) })).toEqual(['', 'a', 'ab', 'b']);
  });

  it('takes a frame that is surely blank for nothing else', () => {
    const sure = Float32Array.from([0.01, 0.99, 0.9, 0.1, 0.01, 0.99].map(Math.log));
    const decode = (blankSkip?: number) =>
      new CtcDecoder({ symbols: ['φ', 'a'], nBest: 9, blankSkip }).decode(sure, 3);
    expect(decode(0.8).map(({ text }) => text)).toEqual(['aa', 'a', '']);
    const [doubled] = decode(0.8);
    expect(doubled!.score).toBeCloseTo(Math.log(0.99 * 0.9 * 0.99), 6);
    // Not skipped, a is also spelled by a path through the middle frame.
    expect(decode()[1]!.score).toBeGreaterThan(decode(0.8)[1]!.score);
    expect(decode(0.95)).toEqual(decode());
  });
});

describe('words', () => {
  /** The network hears 'a b' and 'ab' equally well. */
  const numbers = Float32Array.from(
    [
      [0.05, 0.9, 0.05, 0],
      [0.5, 0, 0, 0.5],
      [0.05, 0.05, 0.9, 0],
    ]
      .flat()
      .map(Math.log),
  );
  const symbols = ['φ', 'a', 'b', ' '];
  const read = (options: Partial<CtcDecoderOptions>) =>
    new CtcDecoder({ symbols, ...options }).decode(numbers, 3)[0]!;
  const unigrams = (known: Record<string, number>): WordLanguageModel<number> => ({
    start: 0,
    score: (state, word) => ({ logProbability: Math.log(known[word] ?? 1e-4), state: state + 1 }),
    end: () => 0,
  });

  it('a language model chooses between them', () => {
    expect(read({ languageModel: unigrams({ a: 0.4, b: 0.5 }) }).text).toBe('a b');
    expect(read({ languageModel: unigrams({ ab: 0.4 }) }).text).toBe('ab');
    const { languageModelScore, score, acousticScore, words } = read({
      languageModel: unigrams({ a: 0.4, b: 0.5 }),
      languageModelWeight: 2,
      wordBonus: 3,
    });
    expect(languageModelScore).toBeCloseTo(Math.log(0.2), 10);
    expect(score).toBeCloseTo(acousticScore + 2 * Math.log(0.2) + 6, 10);
    expect(words).toEqual(['a', 'b']);
  });

  it('a bonus for words makes more of them', () => {
    expect(read({ wordBonus: 2 }).text).toBe('a b');
    expect(read({ wordBonus: -2 }).text).toBe('ab');
  });

  it('a lexicon allows nothing else, and a hot word wins', () => {
    expect(read({ lexicon: ['ab', 'ba'] }).text).toBe('ab');
    expect(read({ lexicon: ['a', 'b'] }).text).toBe('a b');
    expect(read({ hotWords: { words: ['ab'], bonus: 2 } }).text).toBe('ab');
    expect(read({ hotWords: { words: ['b'], bonus: 2 } }).text).toBe('a b');
  });

  it('a hot word keeps its beginning in a narrow beam, and what is not completed has no bonus', () => {
    const weak = Float32Array.from(
      [
        [0.01, 0.39, 0.6],
        [0.97, 0.02, 0.01],
        [0.05, 0.15, 0.8],
      ]
        .flat()
        .map(Math.log),
    );
    const decode = (hot: string[], frames = 3) =>
      new CtcDecoder({ symbols: ['φ', 'a', 'b'], beamWidth: 1, hotWords: { words: hot, bonus: 4 } }).decode(
        weak.subarray(0, 3 * frames),
        frames,
      )[0]!;
    expect(decode(['ab']).text).toBe('ab');
    const unfinished = decode(['ab'], 1);
    expect(unfinished.text).toBe('a');
    expect(unfinished.score).toBeCloseTo(unfinished.acousticScore, 12);
  });

  it('no hypothesis is given where the lexicon allows none', () => {
    expect(
      new CtcDecoder({ symbols: ['φ', 'a', 'b'], lexicon: ['bb'] }).decode(Float32Array.of(NONE, 0, NONE), 1),
    ).toEqual([]);
  });
});

describe('a stream', () => {
  const symbols = ['φ', ' ', 'a', 'b', 'c'];
  const options = {
    symbols,
    beamWidth: 12,
    nBest: 5,
    languageModel: bigrams,
    wordBonus: 0.5,
    blankSkip: 0.9,
  };

  /** Pushes frames in pieces of random lengths. */
  function pushed(stream: CtcDecoderStream, numbers: Float32Array, random: () => number) {
    const partial: (CtcHypothesis | undefined)[] = [];
    const classes = symbols.length;
    for (let frame = 0; frame < numbers.length / classes; ) {
      const count = Math.min(Math.floor(5 * random()), numbers.length / classes - frame);
      partial.push(stream.push(numbers.slice(frame * classes, (frame + count) * classes), count));
      frame += count;
    }
    return partial;
  }

  it('ends as the whole does, and can begin anew', () => {
    const random = seeded(11);
    const decoder = new CtcDecoder(options);
    const [first, second] = [decoder.stream(), decoder.stream()];
    for (let round = 0; round < 20; round++) {
      const [a, b] = [0, 1].map(() => randomLogProbabilities(30, symbols.length, random, 6)) as [
        Float32Array,
        Float32Array,
      ];
      pushed(first, a, random);
      pushed(second, b, random);
      expect(first.end()).toEqual(decoder.decode(a, 30));
      expect(second.end({ nBest: 2 })).toEqual(decoder.decode(b, 30, { nBest: 2 }));
    }
  });

  it('tells the best so far', () => {
    const stream = new CtcDecoder({ symbols: ['φ', ' ', 'a', 'b'], languageModel: bigrams }).stream({
      normalize: true,
    });
    const say = (...classes: number[]) => {
      const logits = new Float32Array(4 * classes.length);
      for (const [frame, index] of classes.entries()) logits[4 * frame + index] = 20;
      return stream.push(logits, classes.length);
    };
    expect(say()).toMatchObject({ text: '', words: [], languageModelScore: 0 });
    expect(say(2, 2)).toMatchObject({ text: 'a', languageModelScore: 0 });
    expect(say(0, 2)).toMatchObject({ text: 'aa', languageModelScore: 0 });
    const { logProbability, state } = bigrams.score('<s>', 'aa');
    expect(say(1)).toMatchObject({ text: 'aa ', words: ['aa'], languageModelScore: logProbability });
    const [best] = stream.end();
    expect(best).toMatchObject({ text: 'aa ', languageModelScore: logProbability + bigrams.end(state) });
  });
});

it('takes logits, and gives the same when called again', () => {
  const random = seeded(12);
  const decoder = new CtcDecoder({ symbols: ['φ', 'a', 'b'], beamWidth: 5, nBest: 5 });
  const numbers = randomLogProbabilities(40, 3, random);
  const logits = numbers.map((value) => 3 + value);
  const first = decoder.decode(numbers, 40);
  decoder.decode(randomLogProbabilities(70, 3, random), 70);
  expect(decoder.decode(numbers, 40)).toEqual(first);
  const [best] = decoder.decode(logits, 40, { normalize: true, nBest: 1 });
  expect(best!.symbols).toEqual(first[0]!.symbols);
  expect(best!.score).toBeCloseTo(first[0]!.score, 4);
});

it('no frames are the empty text', () => {
  const [best] = new CtcDecoder({ symbols: ['φ', 'a'] }).decode(new Float32Array(), 0);
  expect(best).toEqual({
    symbols: [],
    text: '',
    words: [],
    score: 0,
    acousticScore: 0,
    languageModelScore: 0,
  });
});
