/** What needs a file system: `@ostinato/data/node`. */
export { readLabelled, type TextEncoding } from './read-labelled.js';
export { readTagged } from './read-tagged.js';
