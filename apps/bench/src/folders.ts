import { fileURLToPath } from 'node:url';

const folder = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Where things lie. */
export const folders = {
  source: folder('.'),
  /** The libraries to compare with: a folder with its own package.json, outside of the workspace. */
  peers: folder('../peers'),
  python: folder('../python'),
};
