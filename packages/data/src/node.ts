/** What needs a file system: `@ostinato/data/node`. */

export { readDigitRecordings } from './audio/digits/read-digit-recordings.js';
export {
  type DigitStringPart,
  type DigitStringsProgress,
  type DigitStringsSummary,
  type WriteDigitStringsOptions,
  type WrittenDigitStrings,
  writeDigitStrings,
} from './audio/digits/write-digit-strings.js';
export { readManifest } from './audio/read-manifest.js';
export { type RecordedUtterance, readUtterances } from './audio/read-utterances.js';
export { readWav } from './audio/read-wav.js';
export { writeWav } from './audio/write-wav.js';
export { readArpa } from './ngram/read-arpa.js';
export { readDigits } from './read-digits.js';
export { readLabelled, type TextEncoding } from './read-labelled.js';
export { readSentences } from './read-sentences.js';
export { readTagged } from './read-tagged.js';
