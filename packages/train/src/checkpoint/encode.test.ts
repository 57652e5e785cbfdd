import { describe, expect, it } from 'vitest';
import {
  CHECKPOINT_VERSION,
  type Checkpoint,
  CheckpointError,
  decodeCheckpoint,
  decodeSafetensors,
  encodeCheckpoint,
  encodeSafetensors,
} from '../index.js';

const array = (...numbers: number[]) => ({ shape: [numbers.length], data: new Float32Array(numbers) });
const checkpoint: Checkpoint = {
  weights: new Map([['rnn.weight', { shape: [2, 1], data: new Float32Array([0.1, 2]) }]]),
  training: {
    optimizer: {
      name: 'Adam',
      steps: 12,
      counters: { 'rnn.weight': { updates: 12, rule: { product: 0.1 + 0.2 } } },
      moments: new Map([['rnn.weight/mean', array(1 / 3)]]),
    },
    random: { seed: 7, draws: 40 },
    position: { epoch: 1, batch: 2, step: 12 },
    epochLoss: { sum: 3.25, count: 2 },
    schedule: { rate: 1e-3, best: null, waited: 1, cooling: 0 },
    stopping: { best: 0.875, waited: 0 },
    best: new Map([['rnn.weight', array(5, 6)]]),
    average: { updates: 3, weights: new Map([['rnn.weight', array(7, 8)]]) },
  },
  metadata: { words: ['Taipei', 'größer'], options: { hidden: 128, cell: null } },
};

/** The same file with other texts beside the numbers, without a new checksum. */
const changed = (bytes: Uint8Array, texts: Record<string, string>): Uint8Array => {
  const { tensors, metadata } = decodeSafetensors(bytes);
  return encodeSafetensors({ tensors, metadata: { ...metadata, ...texts } });
};

describe('checkpoints', () => {
  it('come back as they were', async () => {
    expect(await decodeCheckpoint(await encodeCheckpoint(checkpoint))).toEqual(checkpoint);
    const small = { weights: checkpoint.weights };
    expect(await decodeCheckpoint(await encodeCheckpoint(small))).toEqual(small);
    const { best: _, average: __, schedule: ___, ...training } = checkpoint.training!;
    const plain = { weights: checkpoint.weights, training };
    expect(await decodeCheckpoint(await encodeCheckpoint(plain))).toEqual(plain);
  });

  it('are safetensors files with readable names', async () => {
    const { tensors, metadata } = decodeSafetensors(await encodeCheckpoint(checkpoint));
    expect([...tensors.keys()]).toEqual([
      'weights/rnn.weight',
      'optimizer/rnn.weight/mean',
      'best/rnn.weight',
      'average/rnn.weight',
    ]);
    expect(metadata).toMatchObject({ format: 'ostinato', formatVersion: '1' });
    expect(metadata.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('are the same bytes for the same contents', async () => {
    expect(await encodeCheckpoint(checkpoint)).toEqual(await encodeCheckpoint(structuredClone(checkpoint)));
  });

  it('notice each changed and each missing byte', async () => {
    const bytes = await encodeCheckpoint({ weights: checkpoint.weights, metadata: { note: 'x' } });
    for (let at = 0; at < bytes.length; at++) {
      const tampered = bytes.slice();
      tampered[at]! ^= 1;
      await expect(decodeCheckpoint(tampered)).rejects.toThrow(CheckpointError);
      await expect(decodeCheckpoint(bytes.subarray(0, at))).rejects.toThrow(/cut off/);
    }
  });

  it('say when numbers or texts were changed', async () => {
    const bytes = await encodeCheckpoint(checkpoint);
    const tampered = bytes.slice();
    tampered[bytes.length - 1]! ^= 64;
    await expect(decodeCheckpoint(tampered)).rejects.toThrow(/the file is damaged or was changed/);
    await expect(decodeCheckpoint(changed(bytes, { metadata: '{}' }))).rejects.toThrow(
      /damaged or was changed/,
    );
  });

  it('of a newer version name both versions', async () => {
    const bytes = changed(await encodeCheckpoint(checkpoint), { formatVersion: '9' });
    await expect(decodeCheckpoint(bytes)).rejects.toThrow(
      `the file has format version 9, this program reads up to version ${CHECKPOINT_VERSION}; update Ostinato`,
    );
    const odd = changed(bytes, { formatVersion: 'x' });
    await expect(decodeCheckpoint(odd)).rejects.toThrow(/"x" is not a format version/);
  });

  it('of other programs are refused', async () => {
    const bytes = encodeSafetensors({ tensors: new Map(), metadata: {} });
    await expect(decodeCheckpoint(bytes)).rejects.toThrow(/was not written by Ostinato/);
  });
});
