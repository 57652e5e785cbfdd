import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { root } from './workspace.js';

/**
 * Deno, for tests that run in it as a process of its own.
 *
 * Plain JavaScript like the rest of this package.
 */

/** @param {string} path */
function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function find() {
  // Who names a Deno wants that one: tests that cannot start it fail.
  const { DENO_PATH, PATH = '' } = process.env;
  if (DENO_PATH) return DENO_PATH;
  const folders = PATH.split(delimiter).filter((folder) => folder !== '');
  return [join(root, '.gpu/deno/node_modules/.bin'), ...folders]
    .map((folder) => join(folder, 'deno'))
    .find(isProgram);
}

/** Where Deno is: what DENO_PATH says, else what `pnpm deno:setup` brought or what is found on PATH; undefined where there is none. */
export const denoPath = find();

/** Why tests in Deno are skipped; undefined where they run. */
export const withoutDeno =
  denoPath === undefined ? 'no Deno found: pnpm deno:setup, or set DENO_PATH to one' : undefined;
