import { defineCell, expr, type RecurrenceArgs, runFused, viewOf } from '@ostinato/kernel';
import { ReferenceBackend } from '@ostinato/kernel/reference';
import { afterEach, describe, expect, it } from 'vitest';
import { findAdapter } from '../../adapter.js';
import { GpuBackend } from '../../backend.js';

const started: GpuBackend[] = [];

async function start(features: GPUFeatureName[]): Promise<GpuBackend> {
  const found = await findAdapter({});
  if ('unavailable' in found) throw new Error(found.unavailable);
  const requiredFeatures = features.filter((name) => found.features.has(name));
  started.push(new GpuBackend(await found.requestDevice({ requiredFeatures }), found.info));
  return started.at(-1)!;
}

afterEach(() => {
  for (const backend of started.splice(0)) backend.dispose();
});

/** A cell with four gates. */
const cell = defineCell({ name: 'four', gates: 4, states: 1 }, ({ x, r, s }) => [
  expr.tanh(
    x.map((each, gate) => expr.mul(expr.add(each, r[gate]!), 0.25)).reduce((a, b) => expr.add(a, b), s[0]!),
  ),
]);
/** So large that neither form is clearly the better one, on processors and on GPUs. */
const sizesOf = (backend: GpuBackend) => {
  const { isFallbackAdapter } = backend.device.adapterInfo;
  return isFallbackAdapter ? { T: 5, B: 2, G: 4, H: 40 } : { T: 5, B: 2, G: 4, H: 192 };
};

function argsOn(
  backend: GpuBackend | ReferenceBackend,
  { T, B, G, H }: ReturnType<typeof sizesOf>,
): RecurrenceArgs {
  const place = (scale: number, ...shape: number[]) => {
    const length = shape.reduce((a, b) => a * b);
    const view = viewOf(backend.alloc(4 * length), shape);
    backend.write(
      view.storage,
      Float32Array.from({ length }, (_, i) => scale * Math.sin(i)),
    );
    return view;
  };
  const common = { cell, parameters: null, lengths: null, reverse: false, products: null };
  return { ...common, x: place(1, T, B, G, H), R: place(0.1, H, G, H), states: place(0, 1, T + 1, B, H) };
}

describe('forms of recurrences that sizes do not settle', () => {
  it('are measured once, and the faster one runs from the next read on', async () => {
    const backend = await start(['timestamp-query']);
    if (!backend.clock) return expect(backend.device.features.has('timestamp-query')).toBe(false);
    const args = argsOn(backend, sizesOf(backend));
    const dispatchesOf = (): number => {
      const before = backend.dispatches;
      backend.fused.recurrence!.run(args);
      return backend.dispatches - before;
    };
    // Both forms twice: weights are packed and the whole sequence runs, and each of five steps runs.
    const [sequence, steps] = [2, 5];
    expect(dispatchesOf()).toBe(2 * (sequence + steps));
    expect([sequence, steps]).toContain(dispatchesOf());
    const results = new Float32Array(await backend.read(args.states.storage));
    const chosen = dispatchesOf();
    expect([sequence, steps]).toContain(chosen);
    expect(dispatchesOf()).toBe(chosen);

    const oracle = new ReferenceBackend();
    const wanted = argsOn(oracle, sizesOf(backend));
    runFused(oracle, 'recurrence', wanted);
    const expected = new Float32Array(await oracle.read(wanted.states.storage));
    for (const values of [results, new Float32Array(await backend.read(args.states.storage))]) {
      expect(values.length).toBe(expected.length);
      for (const [index, value] of values.entries()) expect(value).toBeCloseTo(expected[index]!, 4);
    }
  });

  it('are the one that looks better, where the device has no clock', async () => {
    const backend = await start([]);
    expect(backend.clock).toBeUndefined();
    const before = backend.dispatches;
    backend.fused.recurrence!.run(argsOn(backend, sizesOf(backend)));
    expect(backend.dispatches - before).toBeLessThanOrEqual(5);
  });
});
