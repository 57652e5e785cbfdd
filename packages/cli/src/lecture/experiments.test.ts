import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { experiments } from './experiments.js';

const page = new URL('../../../../docs/lecture.md', import.meta.url);
const text = readFileSync(page, 'utf8');

test('each experiment stands on the page of the lecture, beside its item', () => {
  for (const { name, item } of experiments) {
    const row = text.split('\n').find((line) => line.startsWith(`| ${item} |`));
    expect(row).toContain(`\`ostinato lecture ${name}\``);
  }
});

test('what the page of the lecture leads to is there', () => {
  const paths = [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, path]) => path!);
  expect(paths.length).toBeGreaterThan(20);
  expect(paths.filter((path) => !existsSync(new URL(path, page)))).toEqual([]);
});

test('names are not used twice', () => {
  const names = experiments.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});
