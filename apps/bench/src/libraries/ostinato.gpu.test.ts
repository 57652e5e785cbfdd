import { currentBackend, type WebGpuBackend } from 'ostinato';
import { expect, test } from 'vitest';
import { problemOf } from '../cases/problem.js';
import type { RecurrentTask } from '../cases/task.js';
import { differenceOf } from '../measure/comparison.js';
import { adapterNames } from '../webgpu/devices.js';
import { dispatchesOf } from '../webgpu/dispatches.js';
import { provideWebGpu } from '../webgpu/provide.js';
import { openOstinatoOnWebGpu, openReference } from './ostinato.js';

const problem = problemOf({
  kind: 'recurrent',
  cell: 'lstm',
  mode: 'training',
  batch: 2,
  time: 3,
  input: 4,
  hidden: 5,
  ragged: false,
  bidirectional: false,
} satisfies RecurrentTask);

test('ours computes on WebGPU: on the adapter that is meant, in dispatches that are all counted, the right numbers', async () => {
  const reference = await (await openReference()).prepare(problem);
  await reference.run(1);
  const expected = await reference.results();

  provideWebGpu();
  const session = await openOstinatoOnWebGpu()(1);
  const backend = currentBackend() as WebGpuBackend;
  expect(session.backend).toBe('webgpu');
  expect(backend.name).toBe('webgpu');
  expect(adapterNames()?.toLowerCase()).toContain(process.env.EXPECTED_ADAPTER);

  const workload = await session.prepare(problem);
  await workload.run(1);
  const before = backend.dispatches;
  const dispatches = await dispatchesOf(() => workload.run(2));
  expect(dispatches).toBeGreaterThan(2);
  expect(dispatches).toBe(backend.dispatches - before);
  expect(await dispatchesOf(async () => {})).toBe(0);

  expect(differenceOf(expected, await workload.results())).toBeUndefined();
  await workload.dispose();
  await session.close?.();
});
