/**
 * The loss of a conditional random field and its gradients, by the CPU's kernel and by the fallback:
 * `npx vitest bench --project node packages/losses/src/crf.bench.ts`.
 */
import { cpu } from '@ostinato/backend-cpu';
import { type Backend, init, useBackend } from '@ostinato/kernel';
import { gradients, RandomSource, type Tensor, tensor, tidy, variable } from '@ostinato/tensor';
import { bench, describe } from 'vitest';
import { crfLoss } from './crf.js';

/** As in slot tagging: rows, steps, tags. */
const [rows, steps, tags] = [32, 15, 121];

/** What is measured, on a backend. */
function runOn(backend: Backend): () => void {
  useBackend(backend);
  const random = new RandomSource(1);
  const make = (...shape: number[]): Tensor => variable(random.normal(shape));
  const emissions = make(rows, steps, tags);
  const crf = { transitions: make(tags, tags), start: make(tags), end: make(tags) };
  const right = tensor(
    Int32Array.from({ length: rows * steps }, (_, at) => (7 * at) % tags),
    [rows, steps],
  );
  const lengths = Array.from({ length: rows }, (_, row) => steps - (row % 6));
  const inputs = [emissions, crf.transitions, crf.start, crf.end];
  return () => {
    tidy(() => gradients(crfLoss(emissions, right, crf, { lengths }), inputs));
  };
}

const plain = await init(cpu({ threads: 1 }));
Object.assign(plain, { fused: { ...plain.fused, linearChain: undefined, linearChainGrad: undefined } });

describe(`${rows} rows, ${steps} steps, ${tags} tags`, async () => {
  bench('kernel, 1 thread', runOn(await init(cpu({ threads: 1 }))));
  bench('kernel, 2 threads', runOn(await init(cpu({ threads: 2 }))));
  bench('fallback, 1 thread', runOn(plain), { iterations: 3, warmupIterations: 1, time: 1 });
});
