import { DataError, type Utterance } from '@ostinato/data';
import type { SpeechUnits } from './options.js';
import { nameOf } from './utterances.js';

/** The class of CTC's blank. Symbols are numbered from 1. */
export const BLANK = 0;

/** The symbols that a recogniser writes, and how texts are made of them. */
export class SymbolTable {
  readonly #indices: Map<string, number>;

  /** @param symbols without the blank; class i + 1 is symbol i */
  constructor(
    readonly units: SpeechUnits,
    readonly symbols: readonly string[],
  ) {
    this.#indices = new Map(symbols.map((symbol, index) => [symbol, index + 1]));
  }

  /** The symbols of transcripts, in the order of their code points; of characters the blank between words is always one. */
  static of(units: SpeechUnits, transcripts: readonly string[]): SymbolTable {
    const found = new Set(transcripts.flatMap((transcript) => cut(transcript, units)));
    if (units === 'char' && found.size > 0) found.add(' ');
    return new SymbolTable(units, [...found].sort());
  }

  /** A table of given symbols. Throws DataError for one that comes twice, or that its units could never cut. */
  static given(where: string, units: SpeechUnits, symbols: readonly string[]): SymbolTable {
    const odd = symbols.find((symbol, index) => {
      const isCut = units === 'char' ? [...symbol].length === 1 : symbol !== '' && !/\s/.test(symbol);
      return !isCut || symbols.indexOf(symbol) !== index;
    });
    if (odd === undefined) return new SymbolTable(units, symbols);
    const wanted = units === 'char' ? 'single characters' : 'words without blanks';
    throw new DataError(`${where}: symbols must be ${wanted}, each once, got '${odd}'`);
  }

  /** Classes, the blank among them. */
  get classes(): number {
    return this.symbols.length + 1;
  }

  /** What stands between two words where symbols are characters; null where each symbol is a word. */
  get separator(): string | null {
    return this.units === 'char' ? ' ' : null;
  }

  /** Names of all classes; the blank's is empty. */
  get names(): string[] {
    return ['', ...this.symbols];
  }

  /** The symbols of a text that it lacks, each once. */
  unknownIn(text: string): string[] {
    return [...new Set(cut(text, this.units).filter((symbol) => !this.#indices.has(symbol)))];
  }

  /** Some of the symbols, for messages. */
  get shown(): string {
    return this.symbols.slice(0, 40).join(' ');
  }

  /**
   * The classes of a transcript.
   * @param name what messages call the recording
   * @throws DataError that names the recording and a symbol that the table lacks
   */
  encode(where: string, name: string, transcript: string): number[] {
    return cut(transcript, this.units).map((symbol) => {
      const index = this.#indices.get(symbol);
      if (index !== undefined) return index;
      throw new DataError(
        `${where}: ${name}: the transcript '${transcript}' has the symbol '${symbol}', which is none of the ` +
          `${this.symbols.length} of the recognizer (${this.shown}); ` +
          'correct the transcript, or train a recognizer that knows the symbol',
      );
    });
  }

  /** The text that classes spell. */
  textOf(classes: Iterable<number>): string {
    const symbols = Array.from(classes, (index) => this.symbols[index - 1]!);
    return this.units === 'char' ? symbols.join('') : symbols.join(' ');
  }
}

/** A text as symbols. Blanks before, after and beside blanks are left out. */
export function cut(text: string, units: SpeechUnits): string[] {
  const words = wordsOf(text);
  return units === 'word' ? words : [...words.join(' ')];
}

function wordsOf(text: string): string[] {
  return text
    .normalize('NFC')
    .split(/\s+/)
    .filter((word) => word !== '');
}

/** How many steps CTC needs for a target: one for each symbol, and one between two that are the same. */
export function stepsNeeded(target: readonly number[]): number {
  return target.reduce<number>((sum, symbol, index) => sum + (symbol === target[index - 1] ? 2 : 1), 0);
}

/** Throws DataError, naming the utterance, where a transcript is longer than its recording can hold. */
export function assertFits(
  where: string,
  utterance: Utterance,
  index: number,
  target: readonly number[],
  steps: number,
): void {
  const needed = stepsNeeded(target);
  if (needed <= steps) return;
  const seconds = utterance.clip.samples.length / utterance.clip.sampleRate;
  throw new DataError(
    `${where}: ${nameOf(utterance, index)}: the transcript '${utterance.transcript}' needs ${needed} steps, but the recording of ` +
      `${seconds.toFixed(2)} s has ${steps}; correct the transcript, leave the recording out, or train with less subsampling`,
  );
}
