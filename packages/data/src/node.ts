/** What needs a file system: `@ostinato/data/node`. */

export { readManifest } from './audio/read-manifest.js';
export { readWav } from './audio/read-wav.js';
export { writeWav } from './audio/write-wav.js';
export { readArpa } from './ngram/read-arpa.js';
export { readDigits } from './read-digits.js';
export { readLabelled, type TextEncoding } from './read-labelled.js';
export { readSentences } from './read-sentences.js';
export { readTagged } from './read-tagged.js';
