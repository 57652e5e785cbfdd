import { CtcDecoder, type CtcDecoderOptions } from '@ostinato/losses';
import { BLANK, type SymbolTable } from './symbols.js';

/** How texts are found among all that are possible. Without any of these it is the likeliest path, which is fastest. */
export interface SpeechDecoding
  extends Partial<Omit<CtcDecoderOptions, 'symbols' | 'blank' | 'separator' | 'beamWidth'>> {
  /** How many beginnings of texts are followed at a time (prefix beam search); 100 where only other options are given. */
  readonly beam?: number | undefined;
}

/** A decoder with these options; undefined where there are none. */
export function decoderOf(table: SymbolTable, { beam, ...options }: SpeechDecoding): CtcDecoder | undefined {
  const isAsked = beam !== undefined || Object.values(options).some((value) => value !== undefined);
  if (!isAsked) return undefined;
  const { names: symbols, units } = table;
  // Without a blank among the characters a whole text is one word.
  const separator = units === 'word' ? null : undefined;
  return new CtcDecoder({ ...options, symbols, separator, blank: BLANK, beamWidth: beam ?? 100 });
}
