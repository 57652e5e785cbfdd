import { conformanceChecks } from '@ostinato/conformance';
import { defineCell, expr, type View, viewOf } from '@ostinato/kernel';
import { ReferenceBackend } from '@ostinato/kernel/reference';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findAdapter } from '../../adapter.js';
import type { GpuBackend } from '../../backend.js';
import { backwardCase } from './recorded.fixture.js';
import type { RecurrenceForm } from './recurrence.js';
import { recurrentBackend } from './recurrent.fixture.js';

const groups = ['fused: recurrence', 'fused: recurrenceGrad', 'golden vectors'];

/** A way in which recurrences run, whatever their sizes; some by limits that are lower than the device's. */
interface Variant {
  readonly title: string;
  readonly form: RecurrenceForm;
  readonly limits?: Partial<GPUSupportedLimits>;
  /** Whether the device gets the widest workgroups that its adapter has. */
  readonly wide?: boolean;
  /** Which checks are run; all where it is left out. Whole sequences have passed all of them with the backend. */
  readonly only?: RegExp;
}

const variants: readonly Variant[] = [
  {
    title: 'steps',
    form: 'steps',
    only: /: (?!.*(without room|without dOutput|finite differences))/,
  },
  {
    title: 'whole sequences with more units than invocations',
    form: 'sequence',
    limits: { maxComputeInvocationsPerWorkgroup: 4 },
    only: /: (Elman, tanh|peephole LSTM|GRU|strange cell|.*padding.*|lecture.*)$|recurrence: strange cell with inner/,
  },
  {
    title: 'whole sequences in workgroups as wide as the adapter allows',
    form: 'sequence',
    wide: true,
    only: /: (peephole LSTM|GRU|lecture.*)$/,
  },
  {
    title: 'whole sequences with few buffers',
    form: 'sequence',
    limits: { maxStorageBuffersPerShaderStage: 8 },
    only: /Grad: (peephole LSTM|GRU|strange cell)$/,
  },
];

const adapter = await findAdapter({});
const reason = 'unavailable' in adapter ? adapter.unavailable : undefined;

for (const { title, form, limits, wide, only = /./ } of variants) {
  describe.skipIf(reason)(`recurrences as ${title}`, () => {
    const oracle = new ReferenceBackend();
    let backend: GpuBackend;
    beforeAll(async () => {
      backend = await recurrentBackend({ recurrence: form }, limits, wide);
    });
    afterAll(() => {
      backend.dispose();
      oracle.dispose();
    });

    const checks = conformanceChecks().filter(
      ({ group, name }) => groups.includes(group) && only.test(`${group}: ${name}`),
    );
    for (const check of checks) {
      it(`${check.group}: ${check.name}`, async () => {
        const coverage = check.coverage?.(backend);
        expect(coverage?.native).toBe(coverage?.total);
        await check.run(backend, oracle);
      });
    }
  });
}

const sizes = { T: 4, B: 3, H: 5 };
const reset = defineCell(
  { name: 'reset', gates: 2, states: 2, parameters: 1, output: 1 },
  ({ x, r, s, p }) => {
    const open = expr.sigmoid(expr.add(x[0]!, r[0]!));
    const young = expr.tanh(expr.add(x[1]!, expr.mul(open, expr.add(r[1]!, p[0]!))));
    return [young, expr.add(expr.mul(s[1]!, open), young)];
  },
);

/** What a form computes where products, or gradients that flow in, are missing. */
async function sweepsOf(form: RecurrenceForm, missing: { products: boolean; seeds: boolean }) {
  const backend = await recurrentBackend({ recurrence: form });
  let seed = 1;
  const place = <V extends View | null>(view: V, empty = false): V => {
    if (!view) return view;
    const storage = backend.alloc(view.storage.bytes);
    const next = (): number => {
      seed = (seed * 16807) % 2147483647;
      return empty ? 0 : seed / 2147483647 - 0.5;
    };
    const length = view.storage.bytes / 4;
    if (view.dtype === 'i32') backend.write(storage, Int32Array.of(4, 2, 0));
    else backend.write(storage, Float32Array.from({ length }, next));
    return { ...view, storage };
  };
  const plan = backwardCase(reset, { ...sizes, ragged: true });
  const args = {
    ...plan,
    x: place(plan.x),
    R: place(plan.R),
    parameters: place(plan.parameters),
    lengths: place(plan.lengths),
    states: place(plan.states),
    products: place(plan.products, true),
    dOutput: missing.seeds ? null : place(plan.dOutput),
    dFinal: place({ ...plan.dInitial, storage: { bytes: plan.dInitial.storage.bytes } }),
    dx: place(plan.dx),
    dr: place(plan.dr),
    dParameters: place(plan.dParameters),
    dInitial: place(plan.dInitial),
  };
  backend.fused.recurrence!.run(missing.products ? { ...args, products: null } : args);
  if (!missing.products) {
    backend.fused.recurrenceGrad!.run(missing.seeds ? { ...args, dFinal: null } : args);
  }
  const outs = [args.states, args.products!, args.dx, args.dr!, args.dParameters!, args.dInitial];
  const wanted = missing.products ? outs.slice(0, 1) : outs;
  const results: number[] = [];
  for (const { storage } of wanted) results.push(...new Float32Array(await backend.read(storage)));
  backend.dispose();
  return results;
}

describe.skipIf(reason)('both forms of recurrences', () => {
  it.each([
    ['without room for products', { products: true, seeds: false }],
    ['with all that there can be', { products: false, seeds: false }],
    ['without gradients that flow in', { products: false, seeds: true }],
  ])('agree %s', async (_, missing) => {
    const whole = await sweepsOf('sequence', missing);
    const steps = await sweepsOf('steps', missing);
    expect(steps.length).toBe(whole.length);
    for (const [index, value] of whole.entries()) expect(steps[index]).toBeCloseTo(value, 5);
  });
});

/** s' = 0.9 s + 0.1 x + r. */
const leaky = defineCell({ name: 'leaky', gates: 1, states: 1 }, ({ x, r, s }) => [
  expr.add(expr.add(expr.mul(s[0]!, 0.9), expr.mul(x[0]!, 0.1)), r[0]!),
]);

describe.skipIf(reason)('very long sequences', () => {
  it('go on in the next dispatch where the last one ended, forward and back', async () => {
    const T = 20_000;
    const backend = await recurrentBackend();
    const at = (length: number, values?: ArrayLike<number>) => {
      const storage = backend.alloc(length * 4);
      backend.write(storage, values ? Float32Array.from(values) : new Float32Array(length));
      return storage;
    };
    const inputs = Float32Array.from({ length: T }, (_, time) => Math.sin(time * 0.7));
    const args = {
      cell: leaky,
      x: viewOf(at(T, inputs), [T, 1, 1, 1]),
      R: viewOf(at(1, [0.05]), [1, 1, 1]),
      parameters: null,
      lengths: null,
      reverse: false,
      states: viewOf(at(T + 1), [1, T + 1, 1, 1]),
      products: viewOf(at(T), [T, 1, 1, 1]),
    };
    const before = backend.dispatches;
    backend.fused.recurrence!.run(args);
    const forward = backend.dispatches - before;
    expect(forward).toBeGreaterThan(1);
    expect(forward).toBeLessThan(10);
    const dx = viewOf(at(T), [T, 1, 1, 1]);
    const rest = {
      dOutput: viewOf(at(T, inputs), [T, 1, 1]),
      dFinal: null,
      dx,
      dr: viewOf(at(T), [T, 1, 1, 1]),
      dParameters: null,
      dInitial: viewOf(at(1), [1, 1, 1]),
    };
    backend.fused.recurrenceGrad!.run({ ...args, ...rest });
    const states = new Float32Array(await backend.read(args.states.storage));
    const gradient = new Float32Array(await backend.read(dx.storage));
    let state = 0;
    for (let time = 0; time < T; time++) {
      state = 0.95 * state + 0.1 * inputs[time]!;
      expect(Math.abs(states[time + 1]! - state)).toBeLessThan(1e-5);
    }
    let carried = 0;
    for (let time = T - 1; time >= 0; time--) {
      carried += inputs[time]!;
      expect(Math.abs(gradient[time]! - 0.1 * carried)).toBeLessThan(1e-5);
      carried *= 0.95;
    }
    backend.dispose();
  });
});
