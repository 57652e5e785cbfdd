import { describe, expect, it } from 'vitest';
import { type CpuBackend, cpu } from '../index.js';
import { shareInWorker } from './in-worker.fixture.js';
import { end, share } from './sharing.fixture.js';

const onTwoThreads = {
  isolated: true,
  described: [expect.stringMatching(/on 2 threads$/), expect.stringMatching(/on 2 threads$/)],
  threads: [2, 2],
  shared: true,
  different: 0,
};

describe('threads in an isolated page', () => {
  it('are as many as the processor has cores, four at most', async () => {
    const backend = (await cpu()()) as CpuBackend;
    expect(backend.threads).toBe(Math.min(4, navigator.hardwareConcurrency));
    backend.dispose();
  });

  it('give the same bits as one, called from the page itself, which may not sleep', async () => {
    const sharing = await share();
    expect(sharing).toMatchObject(onTwoThreads);
    expect(sharing.numbers).toBeGreaterThan(100_000);
    end();
  });

  it('give the same bits as one, called from a worker', async () => {
    expect(await shareInWorker()).toMatchObject(onTwoThreads);
  });
});
