import { DataError, type LabelledText, OTHER, tokenize } from '@ostinato/data';
import { describe } from '../shared/describe.js';
import type { TextUnit } from './options.js';

/** A text in pieces. One in which there are none is read as one unknown word, so that every text has an answer. */
export function cut(text: string, unit: TextUnit): string[] {
  const pieces = unit === 'word' ? tokenize(text) : [...text.normalize('NFC').trim()];
  return pieces.length > 0 ? pieces : [OTHER];
}

/**
 * Throws DataError, naming the text, unless each is a string.
 * @param where what the user called
 */
export function checkTexts(where: string, texts: readonly string[]): void {
  if (!Array.isArray(texts)) throw new DataError(`${where}: texts must be an array, got ${describe(texts)}`);
  for (const [index, text] of texts.entries()) {
    if (typeof text === 'string') continue;
    throw new DataError(`${where}: text ${index} must be a string, got ${describe(text)}`);
  }
}

/** Throws DataError, naming the text, unless each is a text with a label. */
export function checkLabelled(where: string, texts: readonly LabelledText[]): void {
  if (!Array.isArray(texts)) throw new DataError(`${where}: texts must be an array, got ${describe(texts)}`);
  for (const [index, given] of texts.entries()) {
    if (typeof given?.text === 'string' && typeof given.label === 'string') continue;
    throw new DataError(
      `${where}: text ${index} must be { text, label } with two strings, got ${describe(given)}`,
    );
  }
}

/** Throws DataError where there is nothing to tell apart. */
export function assertLabels(where: string, texts: readonly LabelledText[]): void {
  const labels = new Set(texts.map(({ label }) => label));
  if (labels.size >= 2) return;
  const found = texts.length === 0 ? 'there are no texts' : `all texts have the label '${texts[0]!.label}'`;
  throw new DataError(`${where}: ${found}; give texts of two labels or more to learn from`);
}

/** The beginning of a text, as errors show it. */
export function beginOf(text: string): string {
  return `'${text.length > 30 ? `${text.slice(0, 30)}...` : text}'`;
}
