/** What the tests of the commands share: folders of data, and the real command as a child process. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { flights, type TaggedSentence } from '@ostinato/data';

const entry = fileURLToPath(new URL('../ostinato.js', import.meta.url));

/** How a command ended and what it wrote. */
export interface Outcome {
  /** Exit status; null where a signal ended it. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts `ostinato` with these words. */
export function launch(words: readonly string[], folder?: string): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [entry, ...words], { cwd: folder, env: { ...process.env, NO_COLOR: '1' } });
}

/** What a started command comes to. */
export function outcomeOf(child: ChildProcessWithoutNullStreams): Promise<Outcome> {
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout, stderr }));
  });
}

/** Runs `ostinato` with these words in a folder, `input` being its standard input. */
export function ostinato(
  words: readonly string[],
  folder?: string,
  input: string | Uint8Array = '',
): Promise<Outcome> {
  const child = launch(words, folder);
  // Who fails early does not read.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  return outcomeOf(child);
}

/** Options of a training that takes no time. */
export const tiny = [
  ...['--hidden', '12', '--embed', '12', '--dropout', '0'],
  ...['--epochs', '2', '--batch', '8', '--rate', '0.02'],
];

/** Sentences about flights, always the same. */
export function sentences(count: number): TaggedSentence[] {
  return flights({ seed: 3, train: count, dev: 0, test: 0 }).train;
}

/**
 * A new folder that is removed in the end.
 *
 * @param atEnd what calls a function in the end, such as vitest's `onTestFinished`
 */
export async function temporaryFolder(atEnd: (cleanup: () => Promise<void>) => void): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ostinato-'));
  atEnd(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A new folder for all tests of a file, and what removes it, for `beforeAll` to return. */
export async function sharedFolder(): Promise<[folder: string, cleanup: () => Promise<void>]> {
  let cleanup = async () => {};
  const folder = await temporaryFolder((end) => {
    cleanup = end;
  });
  return [folder, cleanup];
}

/** Writes a folder with `seq.in`, `seq.out` and `label`. */
export async function writeSlotFolder(folder: string, data: readonly TaggedSentence[]): Promise<string> {
  const lines = (lineOf: (sentence: TaggedSentence) => string): string =>
    data.map((each) => `${lineOf(each)}\n`).join('');
  await mkdir(folder, { recursive: true });
  await Promise.all([
    writeFile(
      join(folder, 'seq.in'),
      lines(({ words }) => words.join(' ')),
    ),
    writeFile(
      join(folder, 'seq.out'),
      lines(({ tags }) => tags.join(' ')),
    ),
    writeFile(
      join(folder, 'label'),
      lines(({ intent }) => intent ?? 'none'),
    ),
  ]);
  return folder;
}
