import { type Backend, type View, viewOf } from '@ostinato/kernel';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, it } from 'vitest';
import {
  type Call,
  gathers,
  maps,
  normalizations,
  products,
  projectionGradients,
  projections,
  reductions,
  scatters,
  softmaxes,
} from './fuzz/calls.fixture.js';
import { partitionGradients, partitions } from './fuzz/chains.fixture.js';
import { ctcLosses } from './fuzz/ctc-losses.fixture.js';

import { recurrenceGradients, recurrences } from './fuzz/recurrences.fixture.js';
import { agree, refuse } from './fuzz/trial.fixture.js';
import { wrongly } from './fuzz/wrong-views.fixture.js';
import { type CpuOptions, cpu } from './index.js';
import { alwaysShared } from './wasm/always-shared.fixture.js';
import { WasmBackend } from './wasm/backend.js';
import { features } from './wasm/features.js';
import { RecurrenceKernels } from './wasm/recurrence/recurrence.js';
import type { Runner } from './wasm/runner.js';

/**
 * Random calls of every kernel on random views, the same in every run, against the oracle. More of them, and others:
 * `FUZZ_RUNS=20 FUZZ_SEED=7 npx vitest run packages/backend-cpu/src/fuzz.test.ts` makes 20 times as many.
 */
const { FUZZ_RUNS = '1', FUZZ_SEED = '1' } = process.env;
const timeout = 60_000 * Number(FUZZ_RUNS);

/** Runs the parts of every kernel one after the other, however little work there is, the last one first. */
const inTurn = (parts: number): Runner => ({
  parts,
  run(kernel, args) {
    for (let part = parts - 1; part >= 0; part--) kernel.run(args, part, parts);
  },
  dispose() {},
});

const backends: Record<string, Backend> = {};

async function start(name: string, options: CpuOptions): Promise<void> {
  backends[name] = (await cpu(options)()) as Backend;
}

beforeAll(async () => {
  if (features().simd) {
    await start('simd', {});
    await start('simd on 1 thread', { threads: 1 });
    await start('simd on 3 threads', { threads: 3 });
    backends['simd in 3 parts'] = new WasmBackend({
      runner: () => inTurn(3),
      fused: (heap, runner) => new RecurrenceKernels(heap, runner),
    });
  }
  if (features().threads) {
    backends['simd on 3 threads, always'] = await alwaysShared(3);
  }
  await start('plain', { simd: false });
  // Threads start in the background, when there is work for them for the first time.
  for (const backend of Object.values(backends)) {
    const [from, to] = [0, 1].map(() => viewOf(backend.alloc(4 * 256 * 256), [256, 256])) as [View, View];
    backend.matmul(from, from, to);
    backend.free(from.storage);
    backend.free(to.storage);
  }
  await new Promise((resolve) => setTimeout(resolve, 150));
});

afterAll(() => {
  for (const backend of Object.values(backends)) backend.dispose();
});

const kernels: readonly [name: string, calls: fc.Arbitrary<Call>, runs: number][] = [
  ['map', maps(), 250],
  ['reduce', reductions(), 250],
  ['matmul', products(), 120],
  ['gather', gathers, 150],
  ['scatterAdd', scatters, 150],
  ['softmax', softmaxes, 80],
  ['layerNorm', normalizations, 80],
  ['projection', projections(), 100],
  ['projectionGrad', projectionGradients(), 100],
  ['ctcLoss', ctcLosses(), 80],
  ['linearChain', partitions(), 100],
  ['linearChainGrad', partitionGradients(), 100],
  ['recurrence', recurrences(), 60],
  ['recurrenceGrad', recurrenceGradients(), 60],
];

const settings = (runs: number) => ({
  numRuns: runs * Number(FUZZ_RUNS),
  seed: Number(FUZZ_SEED),
});

describe('random calls', () => {
  it.each(kernels)(
    '%s does what the oracle does, and nothing elsewhere',
    async (_, calls, runs) => {
      await fc.assert(
        fc.asyncProperty(calls, (call) => agree(backends, call, { oracle: true })),
        settings(runs),
      );
    },
    timeout,
  );
});

const shared: typeof kernels = [
  ['map', maps(30_000), 12],
  ['reduce', reductions(30_000), 12],
  ['matmul', products(500_000), 12],
  ['projection', projections([12, 12, 80, 80]), 12],
  ['projectionGrad', projectionGradients([12, 12, 80, 80]), 12],
  ['ctcLoss', ctcLosses([90, 12, 30, 40]), 12],
  ['linearChain', partitions({ most: [9, 12, 70] }), 12],
  ['linearChainGrad', partitionGradients({ most: [9, 12, 70] }), 12],
  ['recurrence', recurrences({ large: true }), 15],
  ['recurrenceGrad', recurrenceGradients({ large: true }), 15],
];

describe('random calls with work for several threads', () => {
  it.each(shared)(
    '%s gives the same bits on any number of threads, and nothing elsewhere',
    async (_, calls, runs) => {
      const property = fc.asyncProperty(calls, (call) => agree(backends, call, { oracle: false }));
      await fc.assert(property, settings(runs));
    },
    timeout,
  );
});

const dense = fc.constant(true);
const refusable: typeof kernels = [
  ...kernels.slice(0, -2).map(([name, calls]) => [name, calls, 150] as const),
  ['recurrence', recurrences({ dense }), 150],
  ['recurrenceGrad', recurrenceGradients({ dense }), 150],
] as never;

describe('wrong views', () => {
  it.each(refusable)(
    '%s refuses them before it writes anything',
    async (_, calls, runs) => {
      const foreign = ((await cpu({ simd: false })()) as Backend).alloc(4096);
      await fc.assert(
        fc.asyncProperty(wrongly(calls), async ({ call, name, how, spoil }) => {
          for (const [title, backend] of Object.entries(backends)) {
            const freed = backend.alloc(4096);
            backend.free(freed);
            await refuse(`${title}: ${how}`, backend, call, name, (view) => spoil(view, { freed, foreign }));
          }
        }),
        settings(runs),
      );
    },
    timeout,
  );
});
