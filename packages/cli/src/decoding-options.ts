import { readArpa, readSentences } from '@ostinato/data/node';
import type { SpeechDecoding } from '@ostinato/tasks';
import { type Command, Option } from 'commander';
import { CommandError, UsageError } from './errors.js';
import { numberIn } from './options.js';

/** What a hot word adds where nothing else is said. */
const HOT_WORD_BONUS = 4;

/** How texts are found, as options of a command. */
export interface DecodingOptions {
  readonly beam?: number;
  readonly lm?: string;
  readonly lmWeight?: number;
  readonly wordBonus?: number;
  readonly lexicon?: string;
  readonly hotWord?: readonly string[];
  readonly hotWordBonus?: number;
  readonly topK?: number;
  readonly blankSkip?: number;
  readonly nBest?: number;
}

/** `--beam`, `--lm` and so on. */
export function addDecodingOptions(command: Command): Command {
  const number = numberIn({});
  const whole = numberIn({ whole: true, from: 1 });
  return command
    .addOption(
      new Option(
        '--beam <n>',
        'follow so many beginnings of texts: 100 with any option below, else only the likeliest path',
      ).argParser(numberIn({ whole: true, from: 1 })),
    )
    .option('--lm <file>', 'n-gram model of words, an ARPA file, perhaps packed (.gz)')
    .addOption(
      new Option('--lm-weight <x>', 'how much the language model counts; 0.5 by default').argParser(number),
    )
    .addOption(
      new Option('--word-bonus <x>', 'added to the score for each word; 0 by default').argParser(number),
    )
    .option('--lexicon <file>', 'only the words of this file, separated by blanks or lines')
    .addOption(
      new Option('--hot-word <word>', 'a word that is likely here; may be given several times').argParser(
        eachTime,
      ),
    )
    .addOption(
      new Option('--top-k <n>', 'go on with so many symbols of a step; all by default').argParser(whole),
    )
    .addOption(
      new Option(
        '--blank-skip <p>',
        'pass over steps that are φ with at least this probability; none by default',
      ).argParser(numberIn({ above: 0, to: 1 })),
    )
    .addOption(new Option('--n-best <n>', 'tell so many texts (predict); 1 by default').argParser(whole))
    .addOption(
      new Option(
        '--hot-word-bonus <x>',
        `added to the score for each hot word; ${HOT_WORD_BONUS} by default`,
      ).argParser(number),
    );
}

/** Collects the values of an option that may be given several times. */
export function eachTime(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** What `predict` and `evaluate` of a recogniser take. Throws DataError for files that cannot be used, UsageError for options that need others. */
export async function decodingOf(options: DecodingOptions): Promise<SpeechDecoding> {
  const { beam, lm, lmWeight, wordBonus, lexicon, hotWord, hotWordBonus, topK, blankSkip, nBest } = options;
  if (lmWeight !== undefined && lm === undefined) throw new UsageError('--lm-weight needs --lm');
  if (hotWordBonus !== undefined && !hotWord) throw new UsageError('--hot-word-bonus needs --hot-word');
  return {
    beam,
    languageModel: lm === undefined ? undefined : await readArpa(lm),
    languageModelWeight: lmWeight,
    wordBonus,
    lexicon: lexicon === undefined ? undefined : await wordsOf(lexicon),
    hotWords: hotWord && { words: hotWord, bonus: hotWordBonus ?? HOT_WORD_BONUS },
    topK,
    blankSkip,
    nBest,
  };
}

async function wordsOf(path: string): Promise<string[]> {
  const words = new Set((await readSentences(path)).flat());
  if (words.size === 0) throw new CommandError(`--lexicon ${path}: there are no words in it; give some`);
  return [...words];
}

/** The same options for a command line that goes on with something. */
export function decodingWords(options: DecodingOptions): string[] {
  const { beam, lm, lmWeight, wordBonus, lexicon, hotWord, hotWordBonus, topK, blankSkip, nBest } = options;
  const given: [string, string | number | undefined][] = [
    ['--beam', beam],
    ['--lm', lm],
    ['--lm-weight', lmWeight],
    ['--word-bonus', wordBonus],
    ['--lexicon', lexicon],
    ['--top-k', topK],
    ['--blank-skip', blankSkip],
    ['--n-best', nBest],
    ['--hot-word-bonus', hotWordBonus],
  ];
  const words = given.flatMap(([name, value]) => (value === undefined ? [] : [name, String(value)]));
  return [...words, ...(hotWord ?? []).flatMap((word) => ['--hot-word', word])];
}
