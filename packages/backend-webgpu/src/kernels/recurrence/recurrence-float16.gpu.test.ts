import { type CellProgram, defineCell, expr, runFused, type View, viewOf } from '@ostinato/kernel';
import { ReferenceBackend } from '@ostinato/kernel/reference';
import { describe, expect, it } from 'vitest';
import { findAdapter } from '../../adapter.js';
import type { GpuBackend } from '../../backend.js';
import { errorOf, RoundingReference, roundingOfSum } from '../rounding.fixture.js';
import type { RecurrenceForm } from './recurrence.js';
import { recurrentBackend } from './recurrent.fixture.js';

const { add, mul, sigmoid, sub, tanh, zipWith } = expr;

const elman = defineCell({ name: 'Elman', gates: 1, states: 1 }, ({ x, r }) => [tanh(add(x[0]!, r[0]!))]);

const lstm = defineCell({ name: 'LSTM', gates: 4, states: 2 }, ({ x, r, s }) => {
  const [i, f, g, o] = zipWith(add, x, r) as [expr.Expr, expr.Expr, expr.Expr, expr.Expr];
  const c = add(mul(sigmoid(f), s[1]!), mul(sigmoid(i), tanh(g)));
  return [mul(sigmoid(o), tanh(c)), c];
});

/** Its first state goes into the next one as it is, beside its product. */
const gru = defineCell({ name: 'GRU', gates: 3, states: 1 }, ({ x, r, s }) => {
  const [reset, update] = [0, 1].map((gate) => sigmoid(add(x[gate]!, r[gate]!)));
  const candidate = tanh(add(x[2]!, mul(reset!, r[2]!)));
  return [add(mul(sub(1, update!), candidate), mul(update!, s[0]!))];
});

const adapter = await findAdapter({});
const isMissing = 'unavailable' in adapter || !adapter.features.has('shader-f16');

const variants: readonly {
  readonly title: string;
  readonly form: RecurrenceForm;
  readonly T: number;
  readonly limits?: Partial<GPUSupportedLimits>;
}[] = [
  { title: 'whole sequences', form: 'sequence', T: 5 },
  {
    title: 'whole sequences with more units than invocations',
    form: 'sequence',
    T: 5,
    limits: { maxComputeInvocationsPerWorkgroup: 4 },
  },
  { title: 'steps', form: 'steps', T: 5 },
  { title: 'few steps', form: 'steps', T: 2 },
];

const [B, H] = [3, 7];

/** What a recurrence reads, and what it leaves: states [S, T + 1, B, H] and products [T, B, G, H]. */
interface Sweep {
  readonly T: number;
  readonly x: Float32Array;
  readonly R: Float32Array;
  readonly lengths: Int32Array;
  readonly states: Float32Array;
  readonly products: Float32Array;
}

async function sweepOn(
  backend: GpuBackend | ReferenceBackend,
  { gates: G, states: S, ...rest }: CellProgram,
  { T, x, R, lengths, states }: Omit<Sweep, 'products'>,
): Promise<Pick<Sweep, 'states' | 'products'>> {
  const place = (shape: readonly number[], values: Float32Array | Int32Array): View => {
    const storage = backend.alloc(values.byteLength);
    backend.write(storage, values);
    return viewOf(storage, shape, values instanceof Int32Array ? 'i32' : 'f32');
  };
  const args = {
    cell: { gates: G, states: S, ...rest },
    x: place([T, B, G, H], x),
    R: place([H, G, H], R),
    parameters: null,
    lengths: place([B], lengths),
    reverse: false,
    states: place([S, T + 1, B, H], states),
    products: place([T, B, G, H], new Float32Array(x.length)),
  };
  expect(backend instanceof ReferenceBackend || backend.fused.recurrence!.supports(args)).toBe(true);
  runFused(backend, 'recurrence', args);
  return {
    states: new Float32Array(await backend.read(args.states.storage)),
    products: new Float32Array(await backend.read(args.products.storage)),
  };
}

/** Numbers in [-1, 1], other ones for each seed. */
const numbers = (length: number, seed: number): Float32Array =>
  Float32Array.from({ length }, (_, index) => Math.sin(index * 12.9898 + seed * 7.7));

function inputsOf({ gates: G, states: S }: CellProgram, T: number): Omit<Sweep, 'products'> {
  const states = numbers(S * (T + 1) * B * H, 3);
  return {
    T,
    x: numbers(T * B * G * H, 1),
    R: numbers(H * G * H, 2),
    lengths: Int32Array.of(T, T - 1, 0),
    states,
  };
}

for (const { title, form, T, limits } of variants) {
  describe.skipIf(isMissing)(`recurrences of float16 factors as ${title}`, () => {
    it.each([lstm, gru])(
      'take each step from their own last one as exactly as float32, but for the factors: $name',
      async (cell) => {
        const backend = await recurrentBackend({ recurrence: form, precision: 'float16' }, limits);
        const oracle = new RoundingReference();
        const { gates: G, states: S } = cell;
        const inputs = inputsOf(cell, T);
        const { states, products } = await sweepOn(backend, cell, inputs);
        const slots = (values: Float32Array, from: number, to: number): Float32Array =>
          Float32Array.from({ length: S * (to - from) * B * H }, (_, index) => {
            const state = Math.floor(index / ((to - from) * B * H));
            return values[state * (T + 1) * B * H + from * B * H + (index % ((to - from) * B * H))]!;
          });
        for (let time = 0; time < T; time++) {
          // One step, which reads what the GPU wrote: states that differ in the last digit may be rounded to different factors.
          const step = {
            T: 1,
            x: inputs.x.slice(time * B * G * H, (time + 1) * B * G * H),
            R: inputs.R,
            lengths: inputs.lengths.map((length) => Math.min(1, Math.max(0, length - time))),
            states: slots(states, time, time + 2),
          };
          const expected = await sweepOn(oracle, cell, step);
          const [actualStates, expectedStates] = [step.states, expected.states];
          for (const [index, value] of expectedStates.entries()) {
            expect(Math.abs(actualStates[index]! - value)).toBeLessThan(1e-5);
          }
          for (const [index, value] of expected.products.entries()) {
            const actual = products[time * B * G * H + index]!;
            expect(Math.abs(actual - value)).toBeLessThan(roundingOfSum(H, H));
          }
        }
        backend.dispose();
        oracle.dispose();
      },
    );
  });
}

describe.skipIf(isMissing)('a recurrence of float16 factors', () => {
  it('stays as near to the exact one as the format allows', async () => {
    const T = 12;
    const backend = await recurrentBackend({ precision: 'float16' });
    const inputs = { ...inputsOf(elman, T), lengths: Int32Array.of(T, T, T) };
    const { states } = await sweepOn(backend, elman, inputs);
    const exact = new ReferenceBackend();
    const { states: expected } = await sweepOn(exact, elman, inputs);
    // How far a state is off: what the states before it were off, what their factors are off now, and some digits of tanh, which widens
    // no distance.
    const tanhError = 2e-5;
    let bounds = new Float64Array(B * H);
    for (let time = 0; time < T; time++) {
      const next = new Float64Array(B * H);
      for (let row = 0; row < B; row++) {
        for (let unit = 0; unit < H; unit++) {
          let [bound, size] = [0, 0];
          for (let k = 0; k < H; k++) {
            const weight = Math.abs(inputs.R[k * H + unit]!);
            const state = Math.abs(states[(time * B + row) * H + k]!);
            bound += bounds[row * H + k]! * weight;
            bound += errorOf(state) * weight + state * errorOf(weight) + errorOf(state) * errorOf(weight);
            size += state * weight;
          }
          next[row * H + unit] = bound + roundingOfSum(H + 1, size + 1) + tanhError;
          const at = ((time + 1) * B + row) * H + unit;
          expect(Math.abs(states[at]! - expected[at]!)).toBeLessThanOrEqual(next[row * H + unit]!);
        }
      }
      bounds = next;
    }
    backend.dispose();
    exact.dispose();
  });
});
