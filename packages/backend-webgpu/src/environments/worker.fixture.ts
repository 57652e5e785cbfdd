import { conformanceChecks } from '@ostinato/conformance/checks';
import { webgpu } from '../index.js';
import { type Outcome, outcomes } from './checks.fixture.js';

/** A worker that computes on the GPU: runs a part of the conformance suite and posts its outcomes. */
const groups = ['storage', 'map', 'matmul', 'fused: recurrence', 'fused: recurrenceGrad'];

async function check(): Promise<Outcome[]> {
  const checks = conformanceChecks().filter(({ group }) => groups.includes(group));
  const all: Outcome[] = [];
  for await (const outcome of outcomes(webgpu(), checks)) all.push(outcome);
  return all;
}

check().then(postMessage, (error) => postMessage({ error: String(error) }));
