import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { folders } from '../folders.js';
import type { Competitor } from './list.js';

const execute = promisify(execFile);

/** Why libraries cannot be measured here, by their ids. */
export async function unavailableReasons(
  competitors: readonly Competitor[],
): Promise<ReadonlyMap<string, string>> {
  const reasons = new Map<string, string>();
  for (const backend of ['cpu', 'cuda'] as const) {
    const python = competitors.filter((each) => each.library === 'pytorch' && each.backend === backend);
    const reason = python.length > 0 ? await whyNotPython(pythonFor[backend]) : undefined;
    if (reason) for (const { id } of python) reasons.set(id, reason);
  }
  return reasons;
}

/** What Python has to be able to do for PyTorch. */
const pythonFor = {
  cpu: 'import torch',
  cuda: "import torch; torch.zeros(1, device='cuda')",
};

async function whyNotPython(program: string): Promise<string | undefined> {
  try {
    await execute('python3', ['-c', program]);
    return undefined;
  } catch {
    return `python3 -c "${program}" does not work here`;
  }
}

/**
 * Installs the peers where they are not there yet, or older than this program, exactly as their lockfile says, into a folder outside of the workspace: they are
 * large, and only this command needs them. Scripts of packages do not run.
 */
export async function installPeers(say: (text: string) => void, signal?: AbortSignal): Promise<void> {
  if (await areInstalled()) return;
  say('Installing the libraries to compare with (once, about 620 MB) ...\n');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const options = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  await execute(npm, options, { cwd: folders.peers, shell: process.platform === 'win32', signal });
}

/** What a lockfile of npm says, as far as it is looked at. */
interface Lockfile {
  readonly packages: Readonly<Record<string, { readonly version?: string; readonly dependencies?: object }>>;
}

/** Whether all libraries that are asked for are there, in the versions of the lockfile. */
async function areInstalled(): Promise<boolean> {
  const [wanted, found] = await Promise.all([
    lockfile('package-lock.json'),
    lockfile('node_modules/.package-lock.json'),
  ]);
  const names = Object.keys(wanted?.packages['']?.dependencies ?? {}).map((name) => `node_modules/${name}`);
  return names.every((path) => wanted?.packages[path]?.version === found?.packages[path]?.version);
}

async function lockfile(path: string): Promise<Lockfile | undefined> {
  const text = await readFile(join(folders.peers, path), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as Lockfile);
}
