import { describe, expect, it } from 'vitest';
import { CheckpointError, decodeSafetensors, encodeSafetensors, type FileTensor } from '../index.js';

const tensors = new Map<string, FileTensor>([
  ['b', { shape: [2, 2], data: new Float32Array([1, -0, Number.NaN, 1e-40]) }],
  ['a', { shape: [], data: new Int32Array([-7]) }],
  ['none', { shape: [0, 3], data: new Float32Array() }],
  ['größe "x"', { shape: [1], data: new Float32Array([Infinity]) }],
]);
const metadata = { note: 'two\nlines "quoted" {"b":1}' };

/** A file with any header and any data. */
function file(header: unknown, data: Uint8Array | number = 0): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const numbers = typeof data === 'number' ? new Uint8Array(data) : data;
  const bytes = new Uint8Array(8 + text.length + numbers.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(numbers, 8 + text.length);
  return bytes;
}

const one = (entry: object, data = 4): Uint8Array =>
  file({ w: { dtype: 'F32', shape: [1], data_offsets: [0, 4], ...entry } }, data);

describe('safetensors', () => {
  it('gives back what was written, bit by bit', () => {
    const bytes = encodeSafetensors({ tensors, metadata });
    const read = decodeSafetensors(bytes);
    expect(read.metadata).toEqual(metadata);
    expect([...read.tensors.keys()].sort()).toEqual([...tensors.keys()].sort());
    for (const [name, { shape, data }] of tensors) {
      expect(read.tensors.get(name)).toEqual({ shape, data });
    }
    expect(Object.is(read.tensors.get('b')!.data[1], -0)).toBe(true);
  });

  it('has the layout of the specification', () => {
    const bytes = encodeSafetensors({
      tensors: new Map([['w', { shape: [2], data: new Float32Array([1, 2]) }]]),
      metadata: { k: 'v' },
    });
    const header = '{"__metadata__":{"k":"v"},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}';
    const length = Math.ceil(header.length / 8) * 8;
    expect(new DataView(bytes.buffer).getBigUint64(0, true)).toBe(BigInt(length));
    expect(new TextDecoder().decode(bytes.subarray(8, 8 + length))).toBe(header.padEnd(length));
    expect([...bytes.subarray(8 + length)]).toEqual([0, 0, 128, 63, 0, 0, 0, 64]);
  });

  it('reads files at odd places in memory', () => {
    const bytes = encodeSafetensors({ tensors, metadata });
    const moved = new Uint8Array(bytes.length + 3);
    moved.set(bytes, 3);
    expect(decodeSafetensors(moved.subarray(3)).tensors.size).toBe(4);
  });

  it('notices when a file was cut off anywhere', () => {
    const bytes = encodeSafetensors({ tensors, metadata });
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeSafetensors(bytes.subarray(0, length))).toThrow(/cut off/);
    }
  });

  it.each([
    ['more than was announced', one({}, 9), /5 bytes follow the last tensor/],
    ['a header that is too large', file('', 0).fill(255), /at most 100000000 are allowed/],
    ['no JSON', file('{"w": '), /the header is not JSON/],
    ['no text', file(''), /the header is not JSON/],
    ['no UTF-8', file('{"ä":0}').fill(0xff, 9, 10), /not UTF-8/],
    ['a list', file([]), /not a JSON object/],
    ['a number', file('7'), /not a JSON object/],
    ['a tensor that is no object', file({ w: 3 }), /w is not described by an object/],
    ['numbers of another type', one({ dtype: 'BF16' }), /w has numbers of type BF16; only F32 and I32/],
    ['a negative length', one({ shape: [-1] }), /w has no valid shape/],
    ['a fraction', one({ shape: [1.5] }), /w has no valid shape/],
    ['no shape', one({ shape: null }), /w has no valid shape/],
    ['three offsets', one({ data_offsets: [0, 4, 8] }), /w has no valid data_offsets/],
    ['offsets backwards', one({ data_offsets: [4, 0] }), /w has no valid data_offsets/],
    ['offsets for another shape', one({ shape: [2] }), /needs 8 bytes, its offsets span 4/],
    [
      'offsets behind the end',
      one({ shape: [3], data_offsets: [0, 12] }),
      /should hold 12 bytes of numbers and holds 4/,
    ],
    ['a gap', one({ data_offsets: [4, 8] }, 8), /begins at byte 4 of the data, where 0 was expected/],
    [
      'metadata that is no text',
      file({ __metadata__: { a: 1 } }),
      /__metadata__ must be an object of strings/,
    ],
    [
      'two tensors in one place',
      file(
        {
          a: { dtype: 'F32', shape: [1], data_offsets: [0, 4] },
          b: { dtype: 'F32', shape: [1], data_offsets: [0, 4] },
        },
        4,
      ),
      /b begins at byte 0 of the data, where 4 was expected: tensors overlap/,
    ],
    [
      'a name twice',
      file(
        '{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
        4,
      ),
      /the name w appears twice/,
    ],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => decodeSafetensors(bytes)).toThrow(CheckpointError);
    expect(() => decodeSafetensors(bytes)).toThrow(message);
  });

  it('refuses to write what it could not read', () => {
    const wrong = new Map([['w', { shape: [3], data: new Float32Array(2) }]]);
    expect(() => encodeSafetensors({ tensors: wrong, metadata: {} })).toThrow(
      /w with shape \[3\] and 2 numbers/,
    );
  });

  it('takes names that objects treat in their own way', () => {
    const names = ['__proto__', '7', 'constructor'];
    const odd = new Map(names.map((name, index) => [name, { shape: [1], data: new Float32Array([index]) }]));
    const read = decodeSafetensors(encodeSafetensors({ tensors: odd, metadata: {} }));
    for (const [name, tensor] of odd) expect(read.tensors.get(name)).toEqual(tensor);
  });
});
