import { describe, expect, it } from 'vitest';
import { parseArpa } from './parse-arpa.js';
import { smallArpa } from './testing.js';

const model = parseArpa(smallArpa);

/** Log10 of the probabilities of words, one after the other, from the beginning of a sentence. */
function log10(words: readonly string[], from = model.start): number[] {
  let state = from;
  return words.map((word) => {
    const scored = model.score(state, word);
    state = scored.state;
    return scored.logProbability / Math.LN10;
  });
}

function expectLog10(words: readonly string[], expected: readonly number[], from?: number): void {
  for (const [position, value] of log10(words, from).entries()) {
    expect(value, words[position]!).toBeCloseTo(expected[position]!, 6);
  }
}

describe('a model of order 3, beside values computed by hand', () => {
  it('takes the longest n-gram that is listed', () => {
    expectLog10(['the', 'dog', '</s>'], [-0.2, -0.1, -0.11]);
    expect(model.logProbability(['the', 'dog'])).toBeCloseTo(Math.LN10 * -0.41, 6);
  });

  it('backs off through every context', () => {
    // <s> the big: b(<s> the) + b(the) + p(big)
    expectLog10(['the', 'big'], [-0.2, -0.15 - 0.2 - 1.1]);
    // the big dog: neither 'the big dog' nor the context 'the big' is listed, p(dog | big); then b(big dog) + p(</s> | dog)
    expectLog10(['the', 'big', 'dog', '</s>'], [-0.2, -1.45, -0.7, -0.35 - 0.6]);
    // the dog blue: b(the dog) + b(dog) + p(blue)
    expectLog10(['the', 'dog', 'blue'], [-0.2, -0.1, -0.05 - 0.1 - 1.3]);
  });

  it('takes a back-off weight that is not there for 0, and may gain from one above 0', () => {
    // big has no weight: big the = p(the); blue has 0.05
    expectLog10(['big', 'the'], [-0.3 - 1.1, -0.5]);
    expectLog10(['blue', 'the'], [-0.3 - 1.3, 0.05 - 0.5]);
  });

  it('takes words that it does not know for <unk>, in contexts too', () => {
    // the cat dog: p(<unk> | the); then b(the <unk>) + b(<unk>) + p(dog)
    expectLog10(['the', 'cat', 'dog'], [-0.2, -0.15 - 0.3, -0.45 - 0.25 - 0.9]);
    expect(log10(['the', 'cat'])).toEqual(log10(['the', '<unk>']));
    expect(model.has('cat')).toBe(false);
    expect(model.has('dog')).toBe(true);
    expect(model.vocabularySize).toBe(7);
  });

  it('can begin without a beginning', () => {
    expectLog10(['dog', '</s>'], [-0.9, -0.6], model.empty);
  });

  it('gives the same state where the future is the same', () => {
    const after = (...words: string[]) =>
      words.reduce((state, word) => model.score(state, word).state, model.start);
    expect(after('blue', 'big')).toBe(after('dog', 'blue', 'big'));
    expect(after('the', 'dog')).toBe(after('blue', 'the', 'dog'));
    expect(after('big', 'dog')).not.toBe(after('the', 'dog'));
    expect(after('cat')).toBe(after('mouse'));
  });
});

it('needs neither <unk> nor more than one order', () => {
  const unigrams = parseArpa('\\data\\\nngram 1=3\n\n\\1-grams:\n-99 <s>\n-0.5 </s>\n-0.2 a\n\n\\end\\\n');
  expect(unigrams.order).toBe(1);
  expect(unigrams.start).toBe(unigrams.empty);
  expect(unigrams.score(unigrams.start, 'a')).toEqual({
    logProbability: Math.fround(-0.2) * Math.LN10,
    state: 0,
  });
  expect(unigrams.score(0, 'b').logProbability).toBeCloseTo(-100 * Math.LN10, 3);
  expect(unigrams.vocabularySize).toBe(4);
});

it('goes through contexts that were pruned away', () => {
  // 'a b c' is listed, its context 'a b' and its end 'b c' are not.
  const pruned = parseArpa(
    '\\data\\\nngram 1=5\nngram 2=1\nngram 3=1\n\\1-grams:\n-99 <s> -0.5\n-1 </s>\n-0.3 a -0.1\n-0.4 b -0.2\n-0.6 c -0.7\n' +
      '\\2-grams:\n-0.25 c a -0.05\n\\3-grams:\n-0.01 a b c\n\\end\\\n',
  );
  const a = pruned.score(pruned.start, 'a');
  const b = pruned.score(a.state, 'b');
  expect(b.logProbability / Math.LN10).toBeCloseTo(-0.1 - 0.4, 6);
  const c = pruned.score(b.state, 'c');
  expect(c.logProbability / Math.LN10).toBeCloseTo(-0.01, 6);
  // After 'a b c' only 'c' is a context: p(a | c), and elsewhere b(c) + p(b).
  expect(pruned.score(c.state, 'a').logProbability / Math.LN10).toBeCloseTo(-0.25, 6);
  expect(pruned.score(c.state, 'b').logProbability / Math.LN10).toBeCloseTo(-0.7 - 0.4, 6);
  // After 'a b', something else than 'c': the context has no weight of its own, b(b) + p(a).
  expect(pruned.score(b.state, 'a').logProbability / Math.LN10).toBeCloseTo(-0.2 - 0.3, 6);
});

it('agrees with the definition of back-off, on random models', () => {
  let state = 7;
  const random = (n: number) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % n;
  };
  const words = ['<s>', '</s>', '<unk>', 'a', 'b', 'c'];
  for (let round = 0; round < 20; round++) {
    const listed = new Map<string, readonly [probability: number, backoff: number]>();
    const all = (order: number): string[] =>
      order === 1 ? words : all(order - 1).flatMap((context) => words.map((word) => `${context} ${word}`));
    const orders = [1, 2, 3].map((order) => {
      const kept = all(order).filter(() => order === 1 || random(4) === 0);
      for (const ngram of kept) listed.set(ngram, [-random(300) / 100, order < 3 ? -random(100) / 100 : 0]);
      return kept;
    });
    const text = [
      '\\data\\',
      ...orders.map((ngrams, index) => `ngram ${index + 1}=${ngrams.length}`),
      ...orders.flatMap((ngrams, index) => [
        `\\${index + 1}-grams:`,
        ...ngrams.map((ngram) => `${listed.get(ngram)![0]}\t${ngram}\t${listed.get(ngram)![1]}`),
      ]),
      '\\end\\',
    ].join('\n');
    const random3 = parseArpa(text);
    const define = (context: readonly string[], word: string): number => {
      const entry = listed.get([...context, word].join(' '));
      if (entry) return entry[0];
      return (listed.get(context.join(' '))?.[1] ?? 0) + define(context.slice(1), word);
    };
    const history = ['<s>'];
    let at = random3.start;
    for (let step = 0; step < 40; step++) {
      const word = words[2 + random(4)]!;
      const scored = random3.score(at, word);
      expect(scored.logProbability / Math.LN10).toBeCloseTo(define(history.slice(-2), word), 5);
      history.push(word);
      at = scored.state;
    }
  }
});
