/** The command line as a function, for programs that want to offer it. */
export { run } from './run.js';
