import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { readDigits } from './read-digits.js';

const bytes32 = (number: number) => [0, 0, number >> 8, number & 255];
const images = (count: number, side = 28) =>
  Uint8Array.from([
    ...[0, 0, 8, 3, ...bytes32(count), ...bytes32(side), ...bytes32(side)],
    ...Array.from({ length: count * side * side }, (_, at) => Math.floor(at / (side * side))),
  ]);
const labels = (values: readonly number[]) =>
  Uint8Array.from([0, 0, 8, 1, ...bytes32(values.length), ...values]);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ostinato-digits-'));
  onTestFinished(() => rm(folder, { recursive: true }));
});
const put = (name: string, content: Uint8Array) => writeFile(join(folder, name), content);

describe('readDigits', () => {
  it('reads packed files, and keeps the last sixth apart where there is no test part', async () => {
    await put('train-images-idx3-ubyte.gz', gzipSync(images(12)));
    await put('train-labels-idx1-ubyte', labels([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]));
    const { train, test } = await readDigits(folder);
    expect([...train.labels]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect([...test.labels]).toEqual([0, 1]);
    expect([train.pixels.length, test.pixels.length]).toEqual([10 * 784, 2 * 784]);
    expect([test.pixels[0], test.pixels[784]]).toEqual([10, 11]);
  });

  it('takes the test part where there is one', async () => {
    await put('train-images-idx3-ubyte', images(2));
    await put('train-labels-idx1-ubyte', labels([5, 0]));
    await put('t10k-images-idx3-ubyte', images(1));
    await put('t10k-labels-idx1-ubyte', labels([7]));
    const { train, test } = await readDigits(folder);
    expect([...train.labels, ...test.labels]).toEqual([5, 0, 7]);
  });

  it.each<[string, Record<string, Uint8Array>, RegExp]>([
    ['no images', {}, /: train-images-idx3-ubyte or train-images-idx3-ubyte.gz is missing; give the folder/],
    ['no labels', { 'train-images-idx3-ubyte': images(1) }, /train-labels-idx1-ubyte: there is no such file/],
    [
      'images of another size',
      { 'train-images-idx3-ubyte': images(1, 8), 'train-labels-idx1-ubyte': labels([1]) },
      /train-images-idx3-ubyte: the shape is \[1, 8, 8\], expected images, \[N, 28, 28\]/,
    ],
    [
      'fewer labels',
      { 'train-images-idx3-ubyte': images(2), 'train-labels-idx1-ubyte': labels([1]) },
      /train-labels-idx1-ubyte: the shape is \[1\], expected \[2\]/,
    ],
    [
      'labels that are no digits',
      { 'train-images-idx3-ubyte': images(2), 'train-labels-idx1-ubyte': labels([1, 10]) },
      /train-labels-idx1-ubyte: label 1 is 10, expected a digit/,
    ],
    [
      'a damaged gzip file',
      { 'train-images-idx3-ubyte.gz': gzipSync(images(2)).subarray(0, 30) },
      /train-images-idx3-ubyte.gz: this is no complete gzip file/,
    ],
  ])('refuses %s, and names the file', async (_, files, message) => {
    for (const [name, content] of Object.entries(files)) await put(name, content);
    await expect(readDigits(folder)).rejects.toThrow(message);
  });
});
