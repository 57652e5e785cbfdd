/** The test suite that every Ostinato backend runs, for vitest. Without vitest: `@ostinato/conformance/checks`. */
export * from './checks.js';
export { describeBackend } from './describe-backend.js';
