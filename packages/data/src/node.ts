/** What needs a file system: `@ostinato/data/node`. */
export { readTagged } from './read-tagged.js';
