import { expect, it } from 'vitest';
import { webgpu } from './index.js';

it('computes on the adapter that these tests are meant for', async () => {
  const backend = await webgpu()();
  expect(backend).not.toHaveProperty('unavailable');
  if ('unavailable' in backend) return;
  expect(backend.describe()).toContain(process.env.EXPECTED_ADAPTER);
  backend.dispose();
});
