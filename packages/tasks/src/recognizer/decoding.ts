import { OstinatoError } from '@ostinato/kernel';
import { CtcDecoder, type CtcDecoderOptions, Lexicon } from '@ostinato/losses';
import { BLANK, type SymbolTable } from './symbols.js';

/** How texts are found among all that are possible. Without any of these it is the likeliest path, which is fastest. */
export interface SpeechDecoding
  extends Partial<Omit<CtcDecoderOptions, 'symbols' | 'blank' | 'separator' | 'beamWidth'>> {
  /** How many beginnings of texts are followed at a time (prefix beam search); 100 where only other options are given. */
  readonly beam?: number | undefined;
}

/** A decoder with these options; undefined where there are none. Throws OstinatoError for words that the symbols cannot spell. */
export function decoderOf(table: SymbolTable, { beam, ...options }: SpeechDecoding): CtcDecoder | undefined {
  const isAsked = beam !== undefined || Object.values(options).some((value) => value !== undefined);
  if (!isAsked) return undefined;
  const { names: symbols, units } = table;
  const { lexicon, hotWords } = options;
  if (lexicon && !(lexicon instanceof Lexicon)) {
    const words = [...lexicon];
    assertSpelled('the lexicon has', words, table);
    options.lexicon = words;
  }
  if (hotWords) assertSpelled('hot words have', hotWords.words, table);
  // Without a blank among the characters a whole text is one word.
  const separator = units === 'word' ? null : undefined;
  return new CtcDecoder({ ...options, symbols, separator, blank: BLANK, beamWidth: beam ?? 100 });
}

function assertSpelled(who: string, words: readonly string[], table: SymbolTable): void {
  for (const word of words) {
    const strange = table.unknownIn(word)[0];
    if (strange === undefined) continue;
    const what = strange === word ? '' : ` with '${strange}'`;
    throw new OstinatoError(
      `recognizer: ${who} '${word}'${what}, which is none of its ${table.symbols.length} symbols (${table.shown}); ` +
        'leave the word out, or write it as transcripts do',
    );
  }
}
