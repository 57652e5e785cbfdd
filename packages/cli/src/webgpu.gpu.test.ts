import { join } from 'node:path';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { ostinato, sentences, temporaryFolder, tiny, writeSlotFolder } from './testing.js';

afterEach(() => void vi.unstubAllEnvs());

test('--backend webgpu trains a model that the CPU can use', async () => {
  const folder = await temporaryFolder(onTestFinished);
  await writeSlotFolder(join(folder, 'data'), sentences(40));
  const words = ['tag', 'train', '--train', 'data', '--out', 'model', '--backend', 'webgpu', ...tiny];
  const trained = await ostinato([...words, '--json'], folder);
  expect(trained).toMatchObject({ status: 0 });
  expect(JSON.parse(trained.stdout)).toMatchObject({ out: 'model', sentences: 40 });
  const texts = ['to taipei on friday', 'from oslo'];
  const predict = ['tag', 'predict', 'model', '--json', ...texts];
  const [onCpu, onGpu] = [
    await ostinato(predict, folder),
    await ostinato([...predict, '--backend', 'webgpu'], folder),
  ];
  expect(onCpu.status).toBe(0);
  expect(onGpu).toMatchObject({ status: 0, stdout: onCpu.stdout });
});

// Without a software driver to take away, the GPU of the machine would be found.
test.skipIf(!process.env.VK_ICD_FILENAMES)('where there is no adapter, one message says so', async () => {
  vi.stubEnv('VK_ICD_FILENAMES', '/no/such/driver.json');
  const folder = await temporaryFolder(onTestFinished);
  const { status, stdout, stderr } = await ostinato(['start', '--backend', 'webgpu'], folder);
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toMatch(/error: init: no backend can run here \(webgpu: WebGPU finds no GPU here: .*driver/);
});
