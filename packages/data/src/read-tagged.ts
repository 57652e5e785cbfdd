import { join } from 'node:path';
import { parseConll } from './conll.js';
import { DataError } from './errors.js';
import { parseSlotFiles } from './slot-files.js';
import type { TaggedSentence } from './tagged-sentence.js';
import { decodeUtf8 } from './text.js';
import { kindOf, readBytes } from './text-files.js';

/** What a path to tagged sentences may be. */
const EXPECTED =
  'expected a folder with seq.in and seq.out (and label, for intents) or a CoNLL file (word and tag per line)';

/**
 * Reads tagged sentences from a folder with `seq.in`, `seq.out` and, if there are intents, `label`, or from a CoNLL
 * file. Throws a `DataError` that names file and line for whatever is wrong with them.
 *
 * @example const sentences = await readTagged('atis/train');
 */
export async function readTagged(path: string): Promise<TaggedSentence[]> {
  const kind = await kindOf(path);
  if (kind === 'missing') throw new DataError(`no such file or folder; ${EXPECTED}`, { file: path });
  if (kind === 'file') {
    const text = await readText(path);
    if (text.trim() === '') throw new DataError(`the file is empty; ${EXPECTED}`, { file: path });
    return parseConll(text, { name: path });
  }
  const names = { words: join(path, 'seq.in'), tags: join(path, 'seq.out'), labels: join(path, 'label') };
  for (const file of [names.words, names.tags]) {
    if ((await kindOf(file)) !== 'file') throw new DataError(`the file is missing; ${EXPECTED}`, { file });
  }
  const hasLabels = (await kindOf(names.labels)) === 'file';
  const [words, tags, labels] = await Promise.all([
    readText(names.words),
    readText(names.tags),
    hasLabels ? readText(names.labels) : undefined,
  ]);
  return parseSlotFiles(labels === undefined ? { words, tags } : { words, tags, labels }, names);
}

async function readText(path: string): Promise<string> {
  return decodeUtf8(await readBytes(path), path);
}
