import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ostinato, temporaryFolder } from '../testing.js';

test('start trains, measures, tags the sentences of the lecture (L1, L3) and says how to use the model', async () => {
  const folder = await temporaryFolder(onTestFinished);
  const { status, stdout, stderr } = await ostinato(['start', '--epochs', '1'], folder);
  expect(stderr).toMatch(
    /^epoch 1\/1 {2}loss \d\.\d{4} {2}slot F1 \d+\.\d\d {2}[\d,]+ sentences\/s {2}0:00 left\n$/,
  );
  expect(stdout).toMatch(/On 500 sentences never seen, .*: slot F1 \d+\.\d\d \(precision/);
  expect(stdout.replace(/ +/g, ' ')).toMatch(
    /\ni would like to arrive taipei [\s\S]*\ni would like to leave taipei /,
  );
  const command = /npx pnpm ostinato (tag predict flights\.ostinato) "(.+)"\n$/.exec(stdout);
  expect(status).toBe(0);

  const used = await ostinato([...command![1]!.split(' '), command![2]!], folder);
  expect(used).toMatchObject({ status: 0, stderr: '', stdout: expect.stringContaining('flight') });

  const refused = await ostinato(['start', '--out', join('no', 'where')], folder);
  expect(refused).toMatchObject({ status: 1, stdout: '' });
});
