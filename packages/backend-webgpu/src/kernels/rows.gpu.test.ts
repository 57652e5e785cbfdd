import { type Backend, runFused, viewOf } from '@ostinato/kernel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backendWith, reasonAgainst, variants } from './variants.fixture.js';

/** Lengths on both sides of those at which more invocations share a row. */
const lengths = [1, 2, 16, 17, 255, 1024, 1025, 10_000];

describe.each(variants)('rows of every length, $variant', ({ features }) => {
  const reason = reasonAgainst(features);
  if (reason !== undefined) {
    it.skip(`cannot run here: ${reason}`, () => {});
    return;
  }
  let backend: Backend;
  beforeAll(async () => {
    backend = await backendWith(features);
  });
  afterAll(() => backend.dispose());

  // More than a workgroup has teams.
  const rows = 37;

  function placed(length: number, value: (index: number) => number) {
    const storage = backend.alloc(rows * length * 4);
    const numbers = Float32Array.from({ length: rows * length }, (_, index) => value(index));
    backend.write(storage, numbers);
    return { view: viewOf(storage, [rows, length]), numbers };
  }

  const rowsOf = (numbers: Float32Array, length: number): Float32Array[] =>
    Array.from({ length: rows }, (_, row) => numbers.subarray(row * length, (row + 1) * length));

  it.each(lengths)('softmax of %i numbers adds up to 1', async (length) => {
    const { view: x, numbers } = placed(length, (index) => 3 * Math.sin(index * 1.7));
    const { view: out } = placed(length, () => -7);
    runFused(backend, 'softmax', { x, out, logarithm: false });
    const got = new Float32Array(await backend.read(out.storage));
    for (const [row, values] of rowsOf(numbers, length).entries()) {
      const sum = values.reduce((total, value) => total + Math.exp(value), 0);
      const worst = values.reduce((most, value, index) => {
        const expected = Math.exp(value) / sum;
        return Math.max(most, Math.abs(got[row * length + index]! / expected - 1));
      }, 0);
      expect(worst).toBeLessThan(1e-5);
    }
  });

  it.each(lengths)('layer norm of %i numbers far from 0', async (length) => {
    const { view: x, numbers } = placed(
      length,
      (index) => 10_000 + Math.round(64 * Math.sin(index * 1.7)) / 16,
    );
    const { view: out } = placed(length, () => -7);
    const deviation = viewOf(backend.alloc(rows * 4), [rows, 1]);
    runFused(backend, 'layerNorm', { x, out, inverseDeviation: deviation, epsilon: 1e-5 });
    const got = new Float32Array(await backend.read(out.storage));
    const inverses = new Float32Array(await backend.read(deviation.storage));
    for (const [row, values] of rowsOf(numbers, length).entries()) {
      const mean = values.reduce((total, value) => total + value, 0) / length;
      const variance = values.reduce((total, value) => total + (value - mean) ** 2, 0) / length;
      const inverse = 1 / Math.sqrt(variance + 1e-5);
      expect(Math.abs(inverses[row]! / inverse - 1)).toBeLessThan(1e-5);
      const worst = values.reduce(
        (most, value, index) =>
          Math.max(most, Math.abs(got[row * length + index]! - (value - mean) * inverse)),
        0,
      );
      expect(worst).toBeLessThan(1e-5);
    }
  });

  it.each([3, 100, 3000])('hand NaN on, in rows of %i numbers', async (length) => {
    const { view: x } = placed(length, (index) => (index === length + length - 1 ? Number.NaN : index % 7));
    const { view: out } = placed(length, () => -7);
    const inverseDeviation = viewOf(backend.alloc(rows * 4), [rows, 1]);
    for (const run of [
      () => runFused(backend, 'softmax', { x, out, logarithm: false }),
      () => runFused(backend, 'softmax', { x, out, logarithm: true }),
      () => runFused(backend, 'layerNorm', { x, out, inverseDeviation, epsilon: 1e-5 }),
    ]) {
      run();
      const got = new Float32Array(await backend.read(out.storage));
      const broken = rowsOf(got, length).map((values) => values.filter(Number.isNaN).length);
      expect(broken).toEqual([0, length, ...new Array(rows - 2).fill(0)]);
    }
  });
});
