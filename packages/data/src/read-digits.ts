import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { DigitImages, Digits } from './digits.js';
import { DataError } from './errors.js';
import { parseIdx } from './idx.js';
import { readBytes } from './read-bytes.js';

/** Pixels along each side of an image. */
const SIDE = 28;

/**
 * Reads MNIST (LeCun, Cortes & Burges) from a folder with `train-images-idx3-ubyte` and `train-labels-idx1-ubyte`, as they are or with
 * `.gz`. Where the folder has `t10k-images-idx3-ubyte` and `t10k-labels-idx1-ubyte`, they are the test part; else that is the last sixth
 * of the images, which are then not trained on.
 *
 * @throws DataError, naming the file, where one is missing or damaged, or images and labels do not fit
 */
export async function readDigits(folder: string): Promise<Digits> {
  const all = await readPart(folder, 'train');
  if (!all) {
    throw new DataError(
      'train-images-idx3-ubyte or train-images-idx3-ubyte.gz is missing; give the folder with MNIST',
      {
        file: folder,
      },
    );
  }
  const test = await readPart(folder, 't10k');
  if (test) return { train: all, test };
  const border = all.labels.length - Math.floor(all.labels.length / 6);
  return { train: part(all, 0, border), test: part(all, border, all.labels.length) };
}

function part({ pixels, labels }: DigitImages, begin: number, end: number): DigitImages {
  return {
    pixels: pixels.subarray(begin * SIDE * SIDE, end * SIDE * SIDE),
    labels: labels.subarray(begin, end),
  };
}

/** Images and labels whose names begin alike; undefined where there are no images. */
async function readPart(folder: string, name: string): Promise<DigitImages | undefined> {
  const imagesPath = await pathOf(join(folder, `${name}-images-idx3-ubyte`));
  if (imagesPath === undefined) return undefined;
  const plain = join(folder, `${name}-labels-idx1-ubyte`);
  const labelsPath = (await pathOf(plain)) ?? plain;
  const images = parseIdx(await readBytes(imagesPath), imagesPath);
  const labels = parseIdx(await readBytes(labelsPath), labelsPath);
  const [count, rows, columns] = images.shape;
  if (images.shape.length !== 3 || rows !== SIDE || columns !== SIDE) {
    throw new DataError(`the shape is [${images.shape.join(', ')}], expected images, [N, 28, 28]`, {
      file: imagesPath,
    });
  }
  if (labels.shape.length !== 1 || labels.shape[0] !== count) {
    throw new DataError(
      `the shape is [${labels.shape.join(', ')}], expected [${count}], a label for each image of ${imagesPath}`,
      { file: labelsPath },
    );
  }
  const odd = labels.data.findIndex((label) => label > 9);
  if (odd >= 0) {
    throw new DataError(`label ${odd} is ${labels.data[odd]}, expected a digit`, { file: labelsPath });
  }
  return { pixels: images.data, labels: labels.data };
}

/** The path, or the path with `.gz`, whichever is there. */
async function pathOf(path: string): Promise<string | undefined> {
  for (const candidate of [path, `${path}.gz`]) {
    const found = await stat(candidate).catch(() => undefined);
    if (found?.isFile()) return candidate;
  }
  return undefined;
}
