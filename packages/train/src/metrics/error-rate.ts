import { ShapeError } from '@ostinato/kernel';
import { type Edits, editsBetween } from './edit-distance.js';

/** How many edits recognised texts need. */
export interface ErrorRate extends Edits {
  /** Edits for each symbol of the references, from 0; above 1 where more is inserted than is there. 0 where nothing is expected and nothing found. */
  readonly rate: number;
  /** Symbols of the references. */
  readonly length: number;
}

/**
 * Edits of all sequences together over the length of all references, as error rates of speech recognition are counted (NIST's sclite).
 * @param references what was said, each a sequence of symbols
 * @param found what was recognised, one for each
 * @throws ShapeError where their numbers differ
 */
export function errorRate<Symbol>(
  references: readonly ArrayLike<Symbol>[],
  found: readonly ArrayLike<Symbol>[],
): ErrorRate {
  if (references.length !== found.length) {
    throw new ShapeError(
      `errorRate: ${references.length} references and ${found.length} recognised; one is needed for each`,
    );
  }
  let [substitutions, insertions, deletions, length] = [0, 0, 0, 0];
  references.forEach((reference, index) => {
    const edits = editsBetween(reference, found[index]!);
    substitutions += edits.substitutions;
    insertions += edits.insertions;
    deletions += edits.deletions;
    length += reference.length;
  });
  const edits = substitutions + insertions + deletions;
  const rate = length > 0 ? edits / length : edits > 0 ? Number.POSITIVE_INFINITY : 0;
  return { rate, substitutions, insertions, deletions, length };
}

/**
 * Word error rate: texts are cut at blanks. Texts that only Unicode writes in different ways are the same (NFC).
 * @example wordErrorRate(['the cat sat'], ['a cat']).rate   // 2 / 3: one substitution, one deletion
 */
export function wordErrorRate(references: readonly string[], found: readonly string[]): ErrorRate {
  return errorRate(references.map(wordsOf), found.map(wordsOf));
}

/** Character error rate: by Unicode characters, blanks between words counted as one. */
export function characterErrorRate(references: readonly string[], found: readonly string[]): ErrorRate {
  const characters = (text: string): string[] => [...wordsOf(text).join(' ')];
  return errorRate(references.map(characters), found.map(characters));
}

function wordsOf(text: string): string[] {
  return text
    .normalize('NFC')
    .split(/\s+/)
    .filter((word) => word !== '');
}
