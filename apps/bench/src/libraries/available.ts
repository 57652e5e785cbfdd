import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { folders } from '../folders.js';
import type { Competitor } from './list.js';

const execute = promisify(execFile);

/** Why libraries cannot be measured here, by their ids. */
export async function unavailableReasons(
  competitors: readonly Competitor[],
): Promise<ReadonlyMap<string, string>> {
  const python = competitors.filter(({ library }) => library === 'pytorch');
  if (python.length === 0) return new Map();
  try {
    await execute('python3', ['-c', 'import torch']);
    return new Map();
  } catch {
    return new Map(python.map(({ id }) => [id, 'python3 -c "import torch" does not work here']));
  }
}

/**
 * Installs the peers where they are not there yet, exactly as their lockfile says, into a folder outside of the workspace: they are
 * large, and only this command needs them. Scripts of packages do not run.
 */
export async function installPeers(say: (text: string) => void): Promise<void> {
  if (existsSync(join(folders.peers, 'node_modules/.package-lock.json'))) return;
  say('Installing the libraries to compare with (once, about 620 MB) ...\n');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const options = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  await execute(npm, options, { cwd: folders.peers, shell: process.platform === 'win32' });
}
