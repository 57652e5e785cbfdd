import { join } from 'node:path';
import { findProgram } from './find-program.js';
import { root } from './workspace.js';

/**
 * Deno, for tests that run in it as a process of its own.
 *
 * Plain JavaScript like the rest of this package.
 */

/** Where Deno is: what DENO_PATH says, else what `pnpm deno:setup` brought or what is found on PATH; undefined where there is none. */
export const denoPath = findProgram(
  process.env.DENO_PATH,
  ['deno'],
  [join(root, '.gpu/deno/node_modules/.bin')],
);

/** Why tests in Deno are skipped; undefined where they run. */
export const withoutDeno =
  denoPath === undefined ? 'no Deno found: pnpm deno:setup, or set DENO_PATH to one' : undefined;
