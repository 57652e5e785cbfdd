import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type OutputFile } from 'esbuild';
import { folders } from '../folders.js';

/**
 * Bundles the program of the child processes, so that they run compiled JavaScript with nothing in between, as users of the
 * published packages do. It lies in the folder of peers, from where their names resolve; each library is a chunk of its own, which is loaded
 * only by the process that measures it.
 * @returns the path of the program
 */
export async function bundleChild(): Promise<string> {
  const outdir = join(folders.peers, '.build');
  const { outputFiles } = await build({
    entryPoints: [join(folders.source, 'measure/child.ts')],
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    external: ['webgpu'],
    target: 'node20',
    logLevel: 'warning',
    write: false,
  });
  await mkdir(outdir, { recursive: true });
  await Promise.all(outputFiles.map(store));
  return join(outdir, 'child.js');
}

/** Writes a file at once, and only where it changes: another benchmark may be reading it. */
async function store({ path, contents }: OutputFile): Promise<void> {
  const stored = await readFile(path).catch(() => undefined);
  if (stored?.equals(contents)) return;
  const own = `${path}.${process.pid}`;
  await writeFile(own, contents);
  await rename(own, path);
}
