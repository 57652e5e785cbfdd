import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('kill.fixture.ts', import.meta.url));
const tsx = import.meta.resolve('tsx');

let folder: string;
const running = new Set<ChildProcess>();
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ostinato-'));
});
afterEach(async () => {
  for (const child of running) child.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

/**
 * Trains in a process of its own, from the checkpoint if there is one; kills it some milliseconds after it has said `at`,
 * so that it dies in the middle of whatever it is doing then. (It waits for its end at the step after that.)
 * @returns what ended it, and what it said
 */
function train(name: string, kill?: { at: string; after: number }): Promise<{ ended: string; said: string }> {
  const arguments_ = ['--import', tsx, program, join(folder, name), ...(kill ? [kill.at] : [])];
  const child = spawn(process.execPath, arguments_, { stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  let said = '';
  let errors = '';
  child.stderr.on('data', (text: Buffer) => {
    errors += text;
  });
  child.stdout.on('data', (text: Buffer) => {
    said += text;
    if (kill && said.includes(`${kill.at}\n`)) setTimeout(() => child.kill('SIGKILL'), kill.after);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      running.delete(child);
      if (code) reject(new Error(errors));
      else resolve({ ended: signal ?? 'end', said });
    });
  });
}

describe('training killed at any moment', () => {
  it('goes on bit by bit as if it had never been stopped', async () => {
    // Before the first checkpoint, between two, while one is being written, at the end of an epoch.
    const moments = [
      { at: 'step 2', after: 0, saved: 0 },
      { at: 'step 9', after: 0, saved: 6 },
      { at: 'writing at step 15', after: 0, saved: 12 },
      { at: 'writing at step 21', after: 1, saved: 18 },
      { at: 'epoch 2', after: 0, saved: 30 },
      { at: 'step 38', after: 3, saved: 36 },
    ];
    const interrupted = async (): Promise<string[]> => {
      const begins: string[] = [];
      for (const moment of moments) {
        const { ended, said } = await train('interrupted', moment);
        expect(ended).toBe('SIGKILL');
        begins.push(said.split('\n')[0]!);
      }
      const { ended, said } = await train('interrupted');
      expect(ended).toBe('end');
      return [...begins, said.split('\n')[0]!];
    };
    const [begins] = await Promise.all([interrupted(), train('straight')]);
    // Each time it went on from the last checkpoint, or from the one that was being written.
    const steps = begins.map((line) => Number(line.replace('begins at step ', '')));
    expect(steps[0]).toBe(0);
    for (const [index, { saved }] of moments.entries()) {
      expect(steps[index + 1]).toBeGreaterThanOrEqual(saved);
      expect(steps[index + 1]).toBeLessThanOrEqual(saved + 3);
    }

    const [once, again] = await Promise.all(
      ['straight', 'interrupted'].map((name) => readFile(join(folder, `${name}.result`))),
    );
    expect(once!.length).toBeGreaterThan(114 * 4);
    expect(again!.equals(once!)).toBe(true);
  });
});
