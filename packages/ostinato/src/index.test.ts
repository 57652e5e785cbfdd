import * as backendCpu from '@ostinato/backend-cpu';
import * as backendWebgpu from '@ostinato/backend-webgpu';
import * as data from '@ostinato/data';
import * as dataNode from '@ostinato/data/node';
import * as kernel from '@ostinato/kernel';
import * as layers from '@ostinato/layers';
import * as losses from '@ostinato/losses';
import * as tasks from '@ostinato/tasks';
import * as tasksNode from '@ostinato/tasks/node';
import * as tensor from '@ostinato/tensor';
import * as train from '@ostinato/train';
import * as trainNode from '@ostinato/train/node';
import { describe, expect, it } from 'vitest';
import * as ostinato from './index.js';
import * as node from './node.js';

type Exports = Readonly<Record<string, unknown>>;

/**
 * What `export *` loses without a word: a name of two packages belongs to neither. (Of names of types, the type checker
 * says so.)
 */
function lost(umbrella: Exports, packages: Readonly<Record<string, Exports>>): string[] {
  return Object.entries(packages).flatMap(([name, exports]) =>
    Object.keys(exports)
      .filter((key) => umbrella[key] !== exports[key])
      .map((key) => `${key} of ${name}`),
  );
}

describe('one import', () => {
  it('has every name of the packages, each from one of them', () => {
    const packages = { backendCpu, backendWebgpu, data, layers, losses, tasks, tensor, train };
    expect(lost(ostinato, packages)).toEqual([]);
  });

  it('has of the kernel what models are written with, by its own names', () => {
    const names = Object.keys(kernel).filter((name) => name in ostinato);
    expect(
      lost(ostinato, { kernel: Object.fromEntries(names.map((n) => [n, (kernel as Exports)[n]])) }),
    ).toEqual([]);
    expect(names).toEqual(
      expect.arrayContaining(['defineCell', 'expr', 'init', 'isOstinatoError', 'registerBackend']),
    );
  });

  it('has every name of the parts that need Node', () => {
    expect(lost(node, { dataNode, tasksNode, trainNode })).toEqual([]);
    expect(Object.keys(node)).toEqual(
      expect.arrayContaining(['loadCheckpoint', 'loadTagger', 'readTagged', 'saveCheckpoint', 'saveTagger']),
    );
  });

  it('recognises the errors of every package', async () => {
    const { DataError, isOstinatoError, Random, tensor: make } = ostinato;
    expect(isOstinatoError(new DataError('what went wrong'))).toBe(true);
    const failures = [
      () => new Random(0.5),
      () => make([[1], [2, 3]]),
      () => ostinato.cosine(1, { steps: 0 }),
    ];
    for (const failing of failures) {
      let error: unknown;
      try {
        failing();
      } catch (thrown) {
        error = thrown;
      }
      expect(isOstinatoError(error)).toBe(true);
    }
    const missing = await node.loadCheckpoint('no-such-file').catch((error: unknown) => error);
    expect(isOstinatoError(missing)).toBe(true);
    expect(isOstinatoError(new Error('another'))).toBe(false);
  });
});
