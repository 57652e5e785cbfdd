import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { conformanceChecks, titleOf } from '@ostinato/conformance/checks';
import { drivers, environmentOf, howToGetDrivers, isHere } from '@ostinato-tooling/gpu';
import { denoPath, withoutDeno } from '@ostinato-tooling/vitest/deno';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Outcome } from './checks.fixture.js';

/** A software driver, the quicker one to compile, where there is one. */
const driver = drivers.findLast(isHere);
const environment = {
  ...process.env,
  ...(driver && environmentOf(driver)),
  DENO_NO_UPDATE_CHECK: '1',
  NO_COLOR: '1',
};

/** Why there are no tests; undefined where there are. */
const reason = withoutDeno ?? (await withoutAdapter());

/** Deno has a WebGPU of its own (wgpu), which compiles WGSL with naga: the second compiler that the kernels have to please. */
describe('conformance of webgpu in Deno', () => {
  if (reason !== undefined) {
    it.skip(`cannot run here: ${reason}`, () => {});
    return;
  }
  const problems = new Map<string, string | null>();
  let folder: string | undefined;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ostinato-deno-'));
    for (const { title, problem } of await outcomesIn(folder)) problems.set(title, problem);
  }, 600_000);
  afterAll(async () => {
    if (folder) await rm(folder, { recursive: true });
  });

  it.each(conformanceChecks().map(titleOf))('%s', (title) => {
    expect(problems.get(title)).toBe(null);
  });
});

/** Bundles the program of `deno.fixture.ts` into a folder and runs it in Deno. */
async function outcomesIn(folder: string): Promise<Outcome[]> {
  const program = join(folder, 'program.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('deno.fixture.ts', import.meta.url))],
    outfile: program,
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    logLevel: 'silent',
  });
  const printed = await run('run', '--no-config', '--no-lock', program);
  const lines = printed.split('\n').filter((line) => line !== '');
  return lines.map((line): Outcome => JSON.parse(line));
}

/** Why Deno finds no adapter; undefined where it finds one. */
async function withoutAdapter(): Promise<string | undefined> {
  const found = await run('eval', 'console.log((await navigator.gpu.requestAdapter()) !== null)');
  return found.trim() === 'true' ? undefined : `Deno finds no adapter; software drivers: ${howToGetDrivers}`;
}

/** What Deno prints when it is started so. Rejects where it does not end well. */
function run(...words: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(denoPath!, words, { env: environment, maxBuffer: 2 ** 24 }, (error, stdout) =>
      error ? reject(error) : resolve(stdout),
    );
  });
}
