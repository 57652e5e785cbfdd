import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { experiments } from '../lecture/experiments.js';
import { ostinato, temporaryFolder } from '../testing.js';

const names = experiments.map(({ name }) => name);

async function expectPicture(folder: string, name: string): Promise<void> {
  expect(await readFile(join(folder, `${name}.svg`), 'utf8')).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
  const png = await readFile(join(folder, `${name}.png`));
  expect(png.subarray(0, 4).toString('latin1')).toBe('\x89PNG');
  expect(png.length).toBeGreaterThan(10_000);
}

test('without a name lists the experiments', async () => {
  const { status, stdout, stderr } = await ostinato(['lecture']);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  for (const { name, item, title } of experiments) {
    expect(stdout.replace(/ +/g, ' ')).toContain(`\n ${name} ${item} ${title}\n`);
  }
  const { stdout: json } = await ostinato(['lecture', '--json']);
  expect(JSON.parse(json)).toEqual(experiments.map(({ name, item, title }) => ({ name, item, title })));
});

test('prints an experiment, and writes its picture into a folder of its own', async () => {
  const folder = await temporaryFolder(onTestFinished);
  const { status, stdout, stderr } = await ostinato(['lecture', 'power'], folder);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(/^L20: one weight[^\n]*\n\nOne linear neuron/);
  expect(stdout).toContain(`\nPicture: ${join('lecture', 'power.svg')}, ${join('lecture', 'power.png')}\n`);
  expect((await readdir(join(folder, 'lecture'))).sort()).toEqual(['power.png', 'power.svg']);
  await expectPicture(join(folder, 'lecture'), 'power');
});

test('an experiment without a picture makes no folder', async () => {
  const folder = await temporaryFolder(onTestFinished);
  const { status, stdout } = await ostinato(['lecture', 'memory'], folder);
  expect({ status, files: await readdir(folder) }).toEqual({ status: 0, files: [] });
  expect(stdout).not.toContain('Picture');
});

test('all experiments, as JSON, a line for each', { timeout: 180_000 }, async () => {
  const folder = await temporaryFolder(onTestFinished);
  const { status, stdout, stderr } = await ostinato(['lecture', 'all', '--json', '--out', 'p/q'], folder);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const found: { name: string; item: string; result: object; pictures: string[] }[] = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(found.map(({ name }) => name)).toEqual(names);
  for (const [index, { name, item, result, pictures }] of found.entries()) {
    const { item: expectedItem, isDrawn } = experiments[index]!;
    expect(item).toBe(expectedItem);
    expect(Object.keys(result).length).toBeGreaterThan(0);
    const files = [join('p', 'q', `${name}.svg`), join('p', 'q', `${name}.png`)];
    expect(pictures).toEqual(isDrawn ? files : []);
    if (isDrawn) await expectPicture(join(folder, 'p', 'q'), name);
  }
  expect(found.find(({ name }) => name === 'memory')!.result).toMatchObject({
    orders: [[{ output: [4, 4] }, { output: [12, 12] }, { output: [32, 32] }], expect.anything()],
  });
});

test.each([
  ['sufrace', 'Did you mean surface?'],
  ['al', 'Did you mean all?'],
  ['attention', `There are ${names.join(', ')}; or all.`],
])('an unknown name, %s: exit status 2 and what there is', async (name, hint) => {
  const { status, stdout, stderr } = await ostinato(['lecture', name]);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toBe(`error: lecture: there is no experiment "${name}". ${hint}\n`);
});

test.each([
  [
    'a file in the way',
    'file',
    /^error: --out file: a file of that name is in the way; give another folder\n$/,
  ],
  ['a file above it', join('file', 'deeper'), /^error: --out file.deeper: a file of that name is in the way/],
])('pictures cannot be written, %s: exit status 1 before anything is computed', async (_, out, message) => {
  const folder = await temporaryFolder(onTestFinished);
  await writeFile(join(folder, 'file'), '');
  const { status, stdout, stderr } = await ostinato(['lecture', 'order', '--out', out], folder);
  expect(stderr).toMatch(message);
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
});

test('a picture that cannot replace what is there is named', async () => {
  const folder = await temporaryFolder(onTestFinished);
  await mkdir(join(folder, 'order.svg', 'full'), { recursive: true });
  const { status, stderr } = await ostinato(['lecture', 'order', '--out', '.'], folder);
  expect(status).toBe(1);
  expect(stderr).toMatch(/^error: order\.svg: cannot be written \(\w+\); give another folder with --out\n$/);
  expect(await readdir(folder)).toEqual(['order.svg']);
});
