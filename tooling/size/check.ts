/**
 * Measures what a browser loads to run a trained tagger on the CPU, the model not counted, after `pnpm build`.
 *
 * A program that does nothing else is bundled with the built packages and run with a small model, in Node, which tells the
 * files that it loads. What was not loaded for the answer does not count, and the answer has to be right.
 *
 * Prints the sizes; the exit status is 1 if they are above the limits or the program does not work.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual, promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { cpu } from '@ostinato/backend-cpu';
import { flights } from '@ostinato/data';
import { init } from '@ostinato/kernel';
import { SequenceTagger, type TaggedPrediction } from '@ostinato/tasks';
import { type BundleFile, type Bundler, withEsbuild, withVite } from './bundle.js';

const sentences = [['to', 'taipei', 'on', 'friday'], ['hello'], []];

/** Loads a tagger and runs it, and nothing else. */
const programOf = (tasks: string, kernel: string, backend: string): string => `
import { SequenceTagger } from '${tasks}';
import { init } from '${kernel}';
import { cpu } from '${backend}';

export async function predict(bytes, sentences) {
  await init(cpu());
  const tagger = await SequenceTagger.fromBytes(bytes);
  return tagger.predict(sentences);
}
`;

const oneByOne = programOf('@ostinato/tasks', '@ostinato/kernel', '@ostinato/backend-cpu');
const oneImport = programOf('ostinato', 'ostinato', 'ostinato');

/** What is measured. `limit` is the most bytes, compressed by gzip, that pages should load: to be lowered as they get less. */
const cases: readonly { title: string; bundler: Bundler; program: string; limit: number }[] = [
  { title: 'Vite, packages one by one', bundler: withVite, program: oneByOne, limit: 69_000 },
  { title: 'Vite, ostinato', bundler: withVite, program: oneImport, limit: 69_000 },
  { title: 'esbuild, packages one by one', bundler: withEsbuild, program: oneByOne, limit: 76_500 },
  { title: 'esbuild, ostinato', bundler: withEsbuild, program: oneImport, limit: 90_500 },
];

/** A small tagger that was trained, as a file, and what it says of `sentences`. */
async function trainedTagger(): Promise<{ bytes: Uint8Array; answers: TaggedPrediction[] }> {
  await init(cpu());
  const { train } = flights({ train: 60, dev: 10, test: 10 });
  const tagger = SequenceTagger.create(train, { hidden: 8, embed: 8, letters: 4, buckets: 50, epochs: 1 });
  for await (const _ of tagger.fit(train));
  return { bytes: await tagger.toBytes(), answers: await tagger.predict(sentences) };
}

const gzip = (code: string): number => gzipSync(code, { level: 9 }).length;
const raw = (code: string): number => Buffer.byteLength(code);
const sum = (files: readonly BundleFile[], measure: (code: string) => number): number =>
  files.reduce((total, { code }) => total + measure(code), 0);
const columns = (...cells: (string | number)[]): string =>
  cells.map((cell, index) => (index === 0 ? String(cell).padEnd(32) : String(cell).padStart(9))).join('');

/** Bundles a program, runs it, and returns the files that it loaded and those that it did not. */
async function loadedFiles(bundler: Bundler, program: string, folder: string, answers: unknown) {
  const { entry, files } = await bundler(program);
  await mkdir(folder);
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  for (const { name, code } of files) await writeFile(join(folder, name), code);
  const page = fileURLToPath(new URL('page.js', import.meta.url));
  const args = [page, join(folder, entry), modelPath, JSON.stringify(sentences)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const result: { answers: unknown; loaded: string[] } = JSON.parse(stdout);
  if (!isDeepStrictEqual(result.answers, answers)) {
    throw new Error(`the bundle answers ${JSON.stringify(result.answers)}, not ${JSON.stringify(answers)}`);
  }
  const names = new Set(result.loaded.map((url) => basename(url)));
  return {
    loaded: files.filter(({ name }) => names.has(name)),
    left: files.filter(({ name }) => !names.has(name)),
  };
}

function printPackages(files: readonly BundleFile[]): void {
  const parts = new Map<string, string>();
  for (const { byPackage = new Map<string, string>() } of files) {
    for (const [name, code] of byPackage) parts.set(name, (parts.get(name) ?? '') + code);
  }
  const rows = [...parts].sort(([, a], [, b]) => b.length - a.length);
  for (const [name, code] of rows) console.log(columns(`  ${name}`, raw(code), gzip(code)));
}

const folder = await mkdtemp(join(tmpdir(), 'ostinato-size-'));
const modelPath = join(folder, 'model');
try {
  const { bytes, answers } = await trainedTagger();
  await writeFile(modelPath, bytes);
  for (const [index, { title, bundler, program, limit }] of cases.entries()) {
    const at = join(folder, `page-${index}`);
    const { loaded, left } = await loadedFiles(bundler, program, at, answers);
    const total = sum(loaded, gzip);
    console.log(`\n${columns(title, 'bytes', 'gzip')}`);
    printPackages(loaded);
    console.log(columns(`  loaded, in ${loaded.length} files`, sum(loaded, raw), total));
    console.log(columns('  loaded later, if ever', sum(left, raw), sum(left, gzip)));
    if (total <= limit) continue;
    console.log(`FAIL  ${total} bytes are above the limit of ${limit}`);
    process.exitCode = 1;
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
// Threads of the tagger that was trained would keep the process alive.
process.exit();
