import { join } from 'node:path';
import { build } from 'esbuild';
import { folders } from '../folders.js';

/**
 * Bundles the program of the child processes, so that they run compiled JavaScript with nothing in between, as users of the
 * published packages do. It lies in the folder of peers, from where their names resolve; each library is a chunk of its own, which is loaded
 * only by the process that measures it.
 * @returns the path of the program
 */
export async function bundleChild(): Promise<string> {
  const outdir = join(folders.peers, '.build');
  await build({
    entryPoints: [join(folders.source, 'measure/child.ts')],
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
  });
  return join(outdir, 'child.js');
}
