import { conformanceChecks } from '@ostinato/conformance';
import { type Backend, ctcLossLimit, fallback, runFused } from '@ostinato/kernel';
import { ReferenceBackend } from '@ostinato/kernel/reference';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findAdapter } from '../../adapter.js';
import { type CtcCase, type CtcResult, computedCtc, ctcBackend, exactCtc, uniform } from './ctc.fixture.js';

const adapter = await findAdapter({});
const reason = 'unavailable' in adapter ? adapter.unavailable : undefined;

/** Random rows, ragged, with NaN where nothing may be looked at; some of their targets cannot fit. */
function randomCase(seed: number, T: number, B: number, S: number, C: number, spread = 4): CtcCase {
  const next = uniform(seed);
  const whole = (below: number): number => Math.floor(next() * below);
  const blank = whole(C);
  const inputLengths = Int32Array.from({ length: B }, () => T - whole(Math.ceil(T / 2)));
  const targetLengths = Int32Array.from({ length: B }, () => S - whole(S + 1));
  const targets = Int32Array.from({ length: B * S }, (_, index) => {
    if (index % S >= targetLengths[Math.floor(index / S)]!) return -7;
    return (blank + 1 + whole(C - 1)) % C;
  });
  const logits = Float32Array.from({ length: T * B * C }, (_, index) =>
    Math.floor(index / (B * C)) < inputLengths[Math.floor(index / C) % B]!
      ? spread * (next() - 0.5)
      : Number.NaN,
  );
  return { T, B, S, C, blank, logits, targets, inputLengths, targetLengths };
}

/** One row of full length whose symbols change at every step, in turn. */
function turns(T: number, S: number, C: number, logit: (time: number, index: number) => number): CtcCase {
  return {
    T,
    B: 1,
    S,
    C,
    blank: 0,
    logits: Float32Array.from({ length: T * C }, (_, index) => logit(Math.floor(index / C), index % C)),
    targets: Int32Array.from({ length: S }, (_, symbol) => 1 + (symbol % (C - 1))),
    inputLengths: Int32Array.of(T),
    targetLengths: Int32Array.of(S),
  };
}

const worstRelative = (got: CtcResult, exact: CtcResult): number =>
  Math.max(...[...got.loss].map((value, row) => Math.abs(value / exact.loss[row]! - 1)));

const worstSlope = (got: CtcResult, exact: CtcResult): number =>
  [...got.gradient].reduce((most, slope, index) => {
    const error = Math.abs(slope - exact.gradient[index]!);
    return Number.isNaN(error) ? Infinity : Math.max(most, error);
  }, 0);

describe.skipIf(reason)('CTC loss', () => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await ctcBackend();
  });
  afterAll(() => backend.dispose());

  const fused = (call: CtcCase): Promise<CtcResult> =>
    computedCtc(backend, call, (args) => {
      expect(backend.fused.ctcLoss!.supports(args)).toBe(true);
      runFused(backend, 'ctcLoss', args);
    });

  it.each([
    [12, 5, 4, 3],
    [30, 3, 20, 5],
    [25, 4, 12, 40],
    [70, 2, 33, 17],
    [6, 9, 7, 2],
    [1, 2, 1, 3],
    [40, 1, 0, 2000],
  ])('agrees with float64 and with its fallback: T=%i B=%i S=%i C=%i', async (T, B, S, C) => {
    for (const spread of [1, 20]) {
      const call = randomCase(T * 31 + S, T, B, S, C, spread);
      const got = await fused(call);
      const plain = await computedCtc(backend, call, (args) => fallback.ctcLoss(backend, args));
      for (const expected of [exactCtc(call), plain]) {
        for (const [row, value] of expected.loss.entries())
          expect(Math.abs(got.loss[row]! - value)).toBeLessThanOrEqual(1e-5 + 1e-5 * value);
        expect(worstSlope(got, expected)).toBeLessThan(1e-5);
      }
    }
  });

  it.each([
    ['random', turns(2000, 500, 30, (time, index) => 3 * Math.sin(time * 1.3 + index * index * 2.1))],
    [
      'blanks that are likely',
      turns(2000, 500, 30, (time, index) => (index === 0 ? 8 : Math.sin(time * index))),
    ],
    // Each symbol when it is due, and blanks between.
    [
      'a trained network',
      turns(2000, 500, 30, (time, index) => {
        const due = time % 4 === 0 ? 1 + ((time / 4) % 29) : 0;
        return index === due ? 9 : Math.sin(time + 7 * index);
      }),
    ],
    // The sweep forward would rather be where the target is when all is over.
    [
      'probabilities that turn',
      turns(2000, 500, 30, (time, index) => ((index === 0) === time < 1000 ? 6 : 0)),
    ],
    ['one class only', turns(1000, 500, 2, (time, index) => Math.sin(time + index))],
  ])('keeps its digits over 2000 steps: %s', { timeout: 60_000 }, async (_, call) => {
    const [got, exact] = [await fused(call), exactCtc(call)];
    expect(worstRelative(got, exact)).toBeLessThan(1e-5);
    expect(worstSlope(got, exact)).toBeLessThan(1e-5);
  });

  it.each([1e3, 1e6, 1e8])(
    'is finite where a symbol is less likely than e to the power of -%f',
    async (size) => {
      const { loss, gradient } = await fused(turns(3, 1, 2, (_, index) => (index === 0 ? 0 : -size)));
      // The symbol once, in any of three steps.
      expect(Math.abs(loss[0]! / (size - Math.log(3)) - 1)).toBeLessThan(1e-6);
      for (const [index, slope] of gradient.entries())
        expect(slope).toBeCloseTo(index % 2 === 0 ? 1 / 3 : -1 / 3, 5);
    },
  );

  it('has no gradient where a target is next to impossible', async () => {
    const { loss, gradient } = await fused(turns(3, 1, 2, (_, index) => (index === 0 ? 0 : -2e9)));
    expect([...loss, ...gradient]).toEqual([ctcLossLimit, 0, 0, 0, 0, 0, 0]);
  });

  it('hands NaN on, to its own row only', async () => {
    const call = { ...randomCase(5, 6, 3, 2, 4), inputLengths: Int32Array.of(6, 6, 6) };
    const logits = call.logits.map((value) => (Number.isNaN(value) ? 0 : value));
    logits[(2 * 3 + 1) * 4] = Number.NaN;
    const got = await fused({ ...call, logits });
    expect([...got.loss].map(Number.isNaN)).toEqual([false, true, false]);
    expect([...got.gradient].map(Number.isNaN)).toEqual(
      [...got.gradient].map((_, index) => Math.floor(index / 4) % 3 === 1),
    );
  });

  it('gives NaN for symbols that are no classes', async () => {
    const { loss } = await fused({ ...turns(3, 1, 4, () => 0), targets: Int32Array.of(4) });
    expect(loss[0]).toBeNaN();
  });

  it('computes the same bits each time', async () => {
    const call = randomCase(9, 40, 4, 20, 6);
    expect(await fused(call)).toEqual(await fused(call));
  });

  it('takes rows one after the other where all have no room', async () => {
    const call = randomCase(3, 20, 5, 7, 6);
    const small = await ctcBackend({ maxStorageBufferBindingSize: 20 * 8 * 16 * 2 });
    const got = await computedCtc(small, call, (args) => runFused(small, 'ctcLoss', args));
    expect(got).toEqual(await fused(call));
    small.dispose();
  });
});

describe.skipIf(reason).each([
  ['more states than invocations', { maxComputeInvocationsPerWorkgroup: 16 }, false, 60],
  ['subgroups, and workgroups as wide as the adapter allows', {}, true, 300],
] as const)('CTC loss with %s', (_, limits, wide, S) => {
  const oracle = new ReferenceBackend();
  let backend: Backend;
  beforeAll(async () => {
    backend = await ctcBackend(limits, wide);
  });
  afterAll(() => {
    backend.dispose();
    oracle.dispose();
  });

  for (const check of conformanceChecks().filter(({ group }) => group === 'fused: ctcLoss')) {
    it(check.name, async () => {
      const coverage = check.coverage?.(backend);
      expect(coverage?.native).toBe(coverage?.total);
      await check.run(backend, oracle);
    });
  }

  it('keeps its digits', async () => {
    const call = turns(2 * S + 30, S, 30, (time, index) => 3 * Math.sin(time * 1.3 + index * index * 2.1));
    const got = await computedCtc(backend, call, (args) => runFused(backend, 'ctcLoss', args));
    const exact = exactCtc(call);
    expect(worstRelative(got, exact)).toBeLessThan(1e-5);
    expect(worstSlope(got, exact)).toBeLessThan(1e-5);
  });
});
