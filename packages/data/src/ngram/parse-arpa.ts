import { DataError } from '../errors.js';
import { ArpaLines } from './arpa-lines.js';
import { NgramModel, SENTENCE_BEGIN, SENTENCE_END, UNKNOWN_WORD } from './ngram-model.js';
import { NgramTable } from './ngram-table.js';

/** How an ARPA file is read. */
export interface ArpaOptions {
  /** What errors call the file. Default `text`. */
  file?: string | undefined;
  /**
   * Logarithm to base 10 of the probability of a word that the model does not know, where the file lists no `<unk>`. Default -100,
   * as in KenLM.
   */
  unknown?: number | undefined;
}

/** Fewer characters than this have no n-gram with its line. */
const SHORTEST_LINE = 5;

/**
 * Reads a word n-gram language model from the text of an ARPA file
 * (https://www.speech.sri.com/projects/srilm/manpages/ngram-format.5.html): `\data\` with the number of n-grams of each order, then the
 * n-grams of each order with logarithms to base 10, then `\end\`. What stands before `\data\` is left out.
 *
 * As in KenLM (https://kheafield.com/code/kenlm/), `<s>` and `</s>` have to be there, and `<UNK>` is `<unk>`. N-grams whose context was
 * pruned away are taken, the context with back-off weight 1.
 *
 * @throws DataError with file and line for whatever is not of that form: a heading or an order that is missing, numbers of n-grams
 * that do not match, malformed numbers, probabilities above 1, words that are no 1-gram, n-grams that come twice
 */
export function parseArpa(text: string, { file = 'text', unknown = -100 }: ArpaOptions = {}): NgramModel {
  if (!(unknown <= 0)) {
    throw new DataError(
      `parseArpa: unknown must be the logarithm of a probability, at most 0, got ${unknown}`,
    );
  }
  const lines = new ArpaLines(text, file);
  const counts = readHeader(lines);
  const total = counts.reduce((sum, count) => sum + count, 0);
  // A wrong number in the header must not take all memory.
  const table = new NgramTable(Math.min(total + 1, Math.ceil(text.length / SHORTEST_LINE)));
  const words = new Map<string, number>();
  for (let order = 1; order <= counts.length; order++) readSection(lines, order, counts, table, words);
  if (lines.line !== '\\end\\') throw lines.error(`'${lines.line}' where \\end\\ is expected`);
  for (const word of [SENTENCE_BEGIN, SENTENCE_END]) {
    if (words.has(word)) continue;
    throw new DataError(`${word} is not among the 1-grams; build the model with the ends of sentences`, {
      file,
    });
  }
  if (!words.has(UNKNOWN_WORD)) {
    words.set(UNKNOWN_WORD, words.size);
    table.set(table.findOrAdd(0, words.get(UNKNOWN_WORD)!), unknown, 0);
  }
  return new NgramModel(counts.length, table, words);
}

/** Numbers of n-grams by order, from 1; the lines stand at the first heading afterwards. */
function readHeader(lines: ArpaLines): number[] {
  do {
    if (!lines.next()) {
      throw lines.error('there is no line \\data\\; expected a language model in ARPA format');
    }
  } while (lines.line !== '\\data\\');
  const counts: number[] = [];
  while (lines.next() && !lines.isHeading) {
    const [, order, count] = /^ngram\s+(\d+)\s*=\s*(\d+)$/.exec(lines.line) ?? [];
    if (order === undefined) {
      throw lines.error(`'${lines.line}' where 'ngram ORDER=COUNT' or the heading \\1-grams: is expected`);
    }
    if (Number(order) !== counts.length + 1) {
      throw lines.error(
        `order ${order} where order ${counts.length + 1} is expected; orders go up from 1 by 1`,
      );
    }
    counts.push(Number(count));
  }
  if (counts.length === 0) throw lines.error("after \\data\\ there is no line 'ngram 1=COUNT'");
  if (counts.length > 255) throw lines.error(`the order is ${counts.length}, expected 255 at most`);
  return counts;
}

/** Reads the n-grams of one order, whose heading is the present line; afterwards the next heading is. */
function readSection(
  lines: ArpaLines,
  order: number,
  counts: readonly number[],
  table: NgramTable,
  words: Map<string, number>,
): void {
  const heading = `\\${order}-grams:`;
  if (lines.line !== heading) {
    throw lines.error(
      `'${lines.line}' where ${heading} is expected; the header says that there are ${counts[order - 1]} of order ${order}`,
    );
  }
  const isHighest = order === counts.length;
  let count = 0;
  let more = lines.next();
  for (; more && !lines.isHeading; more = lines.next()) {
    const probability = numberOf(lines, lines.field(), 'a logarithm of a probability');
    if (probability > 0) {
      throw lines.error(`the log10 probability is ${probability}, expected 0 at most`);
    }
    const ngram = readNgram(lines, order, table, words);
    if (!Number.isNaN(table.probabilityOf(ngram))) {
      throw lines.error(`this n-gram stands here a second time ('${lines.line}')`);
    }
    const backoff = lines.hasField() ? numberOf(lines, lines.field(), 'a back-off weight') : 0;
    if (lines.hasField()) throw wrongFields(lines, order);
    if (isHighest && backoff !== 0) {
      throw lines.error(`back-off weight ${backoff} of the highest order, from which nothing backs off`);
    }
    table.set(ngram, probability, backoff);
    count++;
  }
  if (!more) throw lines.error('the file ends before \\end\\; load it again');
  if (count === counts[order - 1]) return;
  throw lines.error(
    `there are ${count} ${order}-grams before this line, the header says ${counts[order - 1]}; load the file again`,
  );
}

/** The n-gram whose words stand next; words of the first order are learned. */
function readNgram(lines: ArpaLines, order: number, table: NgramTable, words: Map<string, number>): number {
  let ngram = 0;
  for (let position = 0; position < order; position++) {
    const field = lines.field();
    if (field === '') throw wrongFields(lines, order);
    const word = field === '<UNK>' ? UNKNOWN_WORD : field;
    let index = words.get(word);
    if (index === undefined) {
      if (order > 1) throw lines.error(`'${word}' is not among the 1-grams; every word has to be`);
      index = words.size;
      words.set(ownCopy(word), index);
    }
    ngram = table.findOrAdd(ngram, index);
  }
  return ngram;
}

function numberOf(lines: ArpaLines, field: string, what: string): number {
  const value = field === '-inf' ? Number.NEGATIVE_INFINITY : Number(field);
  if (value < Number.POSITIVE_INFINITY) return value;
  throw lines.error(`'${field}' where ${what} is expected, as in '-1.25'`);
}

function wrongFields(lines: ArpaLines, order: number): DataError {
  const words = order === 1 ? '1 word' : `${order} words`;
  return lines.error(
    `'${lines.line}' has ${lines.line.split(/[ \t]+/).length} fields, expected a log10 probability, ${words}, ` +
      'and perhaps a back-off weight',
  );
}

/** Engines keep a whole text for as long as there is a long piece of it. */
function ownCopy(word: string): string {
  return word.split('').join('');
}
