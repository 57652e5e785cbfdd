import { conformanceChecks, titleOf } from '@ostinato/conformance/checks';
import { webgpu } from '../index.js';
import { type Outcome, outcomes } from './checks.fixture.js';

/** Checks that need little time and, together, every part of the backend: starts of `group > name`. */
const chosen = [
  'storage',
  'map',
  'random',
  'flush',
  'matmul > accumulate',
  'fused: recurrenceGrad > Elman, tanh',
];

/** A worker that computes on the GPU: runs these checks and posts their outcomes. */
async function check(): Promise<Outcome[]> {
  const checks = conformanceChecks().filter((check) =>
    chosen.some((start) => titleOf(check).startsWith(start)),
  );
  const all: Outcome[] = [];
  for await (const outcome of outcomes(webgpu(), checks)) all.push(outcome);
  return all;
}

check().then(postMessage, (error) => postMessage({ error: String(error) }));
