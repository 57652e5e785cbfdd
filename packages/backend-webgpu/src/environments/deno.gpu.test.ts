import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { conformanceChecks, titleOf } from '@ostinato/conformance/checks';
import { denoPath, withoutDeno } from '@ostinato-tooling/vitest/deno';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Outcome } from './checks.fixture.js';

/** Deno has a WebGPU of its own (wgpu), which compiles WGSL with naga: the second compiler that the kernels have to please. */
describe.skipIf(withoutDeno !== undefined)(
  `conformance of webgpu in Deno${withoutDeno ? ` (${withoutDeno})` : ''}`,
  () => {
    const results = new Map<string, string | null>();
    let folder: string | undefined;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'ostinato-deno-'));
      const program = join(folder, 'program.mjs');
      await build({
        entryPoints: [fileURLToPath(new URL('deno.fixture.ts', import.meta.url))],
        outfile: program,
        bundle: true,
        format: 'esm',
        platform: 'neutral',
        target: 'es2022',
        // Of use in Node only.
        external: ['webgpu', 'node:*'],
        logLevel: 'silent',
      });
      for (const { title, problem } of await run(program)) results.set(title, problem);
    }, 300_000);
    afterAll(async () => {
      if (folder) await rm(folder, { recursive: true });
    });

    for (const check of conformanceChecks()) {
      it.skipIf(check.skipped !== undefined)(titleOf(check), () => {
        expect(results.get(titleOf(check))).toBe(null);
      });
    }
  },
);

/** Runs a program in Deno that prints outcomes. Rejects where it does not end well. */
function run(program: string): Promise<Outcome[]> {
  const child = spawn(denoPath!, ['run', '--allow-all', '--no-config', '--no-lock', program], {
    env: { ...process.env, DENO_NO_UPDATE_CHECK: '1', NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) => {
      if (status !== 0) return reject(new Error(`Deno ended with ${signal ?? status}: ${stderr}`));
      const lines = stdout.split('\n').filter((line) => line !== '');
      resolve(lines.map((line): Outcome => JSON.parse(line)));
    });
  });
}
