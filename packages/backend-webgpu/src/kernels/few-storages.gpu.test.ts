import { conformanceChecks } from '@ostinato/conformance/checks';
import { ReferenceBackend } from '@ostinato/kernel/reference';
import { afterAll, describe, it } from 'vitest';
import { webgpu } from '../index.js';

// Every device can bind 8 buffers; programs of the suite have up to 16 operands.
describe('views in more storages than a shader can bind', async () => {
  const backend = await webgpu({ limits: { maxStorageBuffersPerShaderStage: 8 } })();
  if ('unavailable' in backend) throw new Error(backend.unavailable);
  const oracle = new ReferenceBackend();
  afterAll(() => backend.dispose());
  const checks = conformanceChecks().filter(
    ({ group, name }) => group === 'map' && /inputs|outputs|constants|in place/.test(name),
  );
  it.each(checks)('$name', (check) => check.run(backend, oracle));
});
