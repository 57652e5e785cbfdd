import { type CtcLossArgs, IndexError, sizeOf, type View, viewOf } from '@ostinato/kernel';
import { afterAll, describe, expect, it } from 'vitest';
import { PlainBackend } from '../../plain/backend.js';
import { WasmBackend } from '../backend.js';
import type { Runner } from '../runner.js';

/** Runs the parts of every kernel one after the other. */
const inTurn = (parts: number): Runner => ({
  parts,
  run(kernel, args) {
    for (let part = 0; part < parts; part++) kernel.run(args, part, parts);
  },
  dispose() {},
});
const backends = [1, 2, 3, 7].map((parts) => new WasmBackend({ runner: () => inTurn(parts) }));
const plain = new PlainBackend();
afterAll(() => {
  for (const backend of [...backends, plain]) backend.dispose();
});

const [T, B, S, C] = [40, 5, 9, 6];
function callOn(
  backend: WasmBackend | PlainBackend,
  change: { targets?: number[]; lengths?: number[] } = {},
) {
  const make = (shape: readonly number[], numbers: Float32Array | Int32Array): View => {
    const storage = backend.alloc(4 * sizeOf(shape));
    backend.write(storage, numbers);
    return viewOf(storage, shape, numbers instanceof Int32Array ? 'i32' : 'f32');
  };
  const args: CtcLossArgs = {
    logits: make(
      [T, B, C],
      Float32Array.from({ length: T * B * C }, (_, k) => 3 * Math.sin(12.9898 * k)),
    ),
    targets: make(
      [B, S],
      Int32Array.from(change.targets ?? Array.from({ length: B * S }, (_, k) => 1 + ((k * k) % 5))),
    ),
    inputLengths: make([B], new Int32Array(change.lengths ?? [40, 12, 31, 9, 0])),
    targetLengths: make([B], new Int32Array([9, 4, 7, 9, 0])),
    blank: 0,
    loss: make([B], new Float32Array(B).fill(-1)),
    gradient: make([T, B, C], new Float32Array(T * B * C).fill(-1)),
  };
  return args;
}
const read = async (backend: WasmBackend | PlainBackend, view: View): Promise<number[]> => [
  ...new Float32Array(await backend.read(view.storage)),
];

describe('CTC in WebAssembly', () => {
  it('gives the same bits in any number of parts', async () => {
    const results = [];
    for (const backend of backends) {
      const args = callOn(backend);
      backend.fused.ctcLoss!.run(args);
      results.push([await read(backend, args.loss), await read(backend, args.gradient!)]);
    }
    for (const result of results.slice(1)) expect(result).toEqual(results[0]);
    expect(results[0]!.flat().every(Number.isFinite)).toBe(true);
  });
});

describe.each([
  ['WebAssembly', backends[0]!],
  ['plain JavaScript', plain],
])('CTC in %s', (_, backend) => {
  it('refuses symbols and lengths that there are not, before anything is written', async () => {
    const symbols = Array.from({ length: B * S }, () => 1);
    for (const [change, message] of [
      [
        { targets: symbols.with(S + 2, 6) },
        'ctcLoss: target symbol 2 of row 1 is 6; give a whole number from 0 to 5',
      ],
      [{ targets: symbols.with(2 * S, -1) }, 'ctcLoss: target symbol 0 of row 2 is -1'],
      [
        { lengths: [40, 41, 1, 1, 1] },
        'ctcLoss: inputLengths of row 1 is 41; give a whole number from 0 to 40',
      ],
      [{ lengths: [40, -1, 1, 1, 1] }, 'ctcLoss: inputLengths of row 1 is -1'],
    ] as const) {
      const args = callOn(backend, change as { targets?: number[]; lengths?: number[] });
      expect(() => backend.fused.ctcLoss!.run(args)).toThrow(message);
      expect(() => backend.fused.ctcLoss!.run(args)).toThrow(IndexError);
      expect(new Set(await read(backend, args.loss))).toEqual(new Set([-1]));
      expect(new Set(await read(backend, args.gradient!))).toEqual(new Set([-1]));
    }
    // What lies past a target's length is no symbol.
    const args = callOn(backend, { targets: symbols.with(S + 4, 99) });
    expect(() => backend.fused.ctcLoss!.run(args)).not.toThrow();
  });
});
