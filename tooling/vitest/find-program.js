import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** @param {string} path */
function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Where a program is: what `named` says, since who names one wants that one and no other; else the first that is found.
 *
 * Plain JavaScript, because Node loads this file before anything compiles TypeScript.
 *
 * @param {string | undefined} named
 * @param {readonly string[]} names in order of preference
 * @param {readonly string[]} before folders to look in before those on PATH
 */
export function findProgram(named, names, before = []) {
  if (named) return named;
  const folders = [...before, ...(process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')];
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isProgram);
}
