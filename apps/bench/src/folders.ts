import { fileURLToPath } from 'node:url';

const folder = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Where things lie. Not for child processes: their program is bundled, and lies elsewhere. */
export const folders = {
  /** This package; child processes run in it. */
  app: folder('..'),
  source: folder('.'),
  /** The libraries to compare with: a folder with its own package.json, outside of the workspace. */
  peers: folder('../peers'),
};
