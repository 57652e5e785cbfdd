import { defineCell, expr } from '@ostinato/kernel';
import { describe, expect, it } from 'vitest';
import type { Precision } from '../factor-format.js';
import { formFor } from './form.js';
import { backwardCase, type Case, defaultLimits, forwardCase, recordingContext } from './recorded.fixture.js';
import { type RecurrenceForm, recurrenceKernels } from './recurrence.js';

const { add, mul, sigmoid, sub, tanh, zipWith } = expr;

const lstm = defineCell({ name: 'LSTM', gates: 4, states: 2 }, ({ x, r, s }) => {
  const [i, f, g, o] = zipWith(add, x, r) as [expr.Expr, expr.Expr, expr.Expr, expr.Expr];
  const c = add(mul(sigmoid(f), s[1]!), mul(sigmoid(i), tanh(g)));
  return [mul(sigmoid(o), tanh(c)), c];
});

const gru = defineCell({ name: 'GRU', gates: 3, states: 1, parameters: 1 }, ({ x, r, s, p }) => {
  const reset = sigmoid(add(x[0]!, r[0]!));
  const update = sigmoid(add(x[1]!, r[1]!));
  const candidate = tanh(add(x[2]!, mul(reset, add(r[2]!, p[0]!))));
  return [add(mul(sub(1, update), candidate), mul(update, s[0]!))];
});

const resetBefore = defineCell(
  { name: 'GRU, reset before the product', gates: 3, states: 1, innerGates: 1 },
  ({ x, r, s, multiply }) => {
    const reset = sigmoid(add(x[0]!, r[0]!));
    const update = sigmoid(add(x[1]!, r[1]!));
    const candidate = tanh(add(x[2]!, multiply(mul(reset, s[0]!))[0]!));
    return [add(mul(sub(1, update), candidate), mul(update, s[0]!))];
  },
);

const small: Case = { T: 5, B: 3, H: 16, ragged: true };

function forward(sizes: Case, form?: RecurrenceForm, cell = lstm, precision?: Precision) {
  const { context, recorded } = recordingContext();
  recurrenceKernels({ ...context, recurrence: form, precision }).recurrence.run(forwardCase(cell, sizes));
  return recorded;
}

function backward(sizes: Case, form?: RecurrenceForm, cell = lstm, precision?: Precision) {
  const { context, recorded } = recordingContext();
  recurrenceKernels({ ...context, recurrence: form, precision }).recurrenceGrad.run(
    backwardCase(cell, sizes),
  );
  return recorded;
}

/** The shader that does the work: the longest one. */
const mainShader = (recorded: ReturnType<typeof forward>): string =>
  recorded.map(({ code }) => code()).reduce((a, b) => (b.length > a.length ? b : a));

describe('shaders of recurrences', () => {
  it.each([
    ['forward-sequence', () => forward(small, 'sequence')],
    ['forward-sequence-looped', () => forward({ ...small, H: 300 }, 'sequence')],
    ['forward-alone', () => forward({ ...small, mixes: false })],
    ['forward-steps', () => forward(small, 'steps')],
    ['forward-sequence-float16', () => forward(small, 'sequence', lstm, 'float16')],
    ['forward-steps-float16', () => forward(small, 'steps', lstm, 'float16')],
    ['backward-sequence', () => backward(small, 'sequence')],
    ['backward-sequence-looped', () => backward({ ...small, H: 300 }, 'sequence')],
    ['backward-sequence-gru', () => backward(small, 'sequence', gru)],
    ['forward-sequence-inner', () => forward(small, 'sequence', resetBefore)],
    ['forward-sequence-inner-looped', () => forward({ ...small, H: 300 }, 'sequence', resetBefore)],
    ['backward-sequence-inner', () => backward(small, 'sequence', resetBefore)],
    ['backward-sequence-inner-looped', () => backward({ ...small, H: 300 }, 'sequence', resetBefore)],
    ['backward-alone', () => backward({ ...small, mixes: false })],
    ['backward-steps', () => backward(small, 'steps')],
  ])('are as reviewed: %s', async (name, run) => {
    await expect(mainShader(run())).toMatchFileSnapshot(`__snapshots__/${name}.wgsl`);
  });

  it('do not depend on sizes, directions, strides or chunks', () => {
    const keys = (recorded: ReturnType<typeof forward>) => new Set(recorded.map(({ key }) => key));
    for (const form of ['sequence', 'steps'] as const) {
      expect(keys(forward({ ...small, T: 9, B: 4 }, form))).toEqual(keys(forward(small, form)));
      expect(keys(backward({ ...small, T: 9, B: 4 }, form))).toEqual(keys(backward(small, form)));
    }
  });

  it('are the same for float16 on the way back, as gradients would vanish', () => {
    const texts = (recorded: ReturnType<typeof backward>) => recorded.map(({ code }) => code());
    for (const form of ['sequence', 'steps'] as const) {
      expect(texts(backward(small, form, gru, 'float16'))).toEqual(texts(backward(small, form, gru)));
    }
  });

  it('bind no more buffers than every device has', () => {
    for (const form of ['sequence', 'steps'] as const) {
      for (const cell of [lstm, gru]) {
        for (const { buffers, groups } of [...forward(small, form, cell), ...backward(small, form, cell)]) {
          expect(buffers.length).toBeLessThanOrEqual(8);
          for (const count of groups) expect(count).toBeLessThanOrEqual(65535);
        }
      }
    }
  });
});

describe('dispatches of recurrences', () => {
  it('do not grow with the number of steps where sequences run whole', () => {
    // R is packed first.
    expect(forward({ T: 100, B: 16, H: 100 })).toHaveLength(2);
    expect(forward({ T: 1000, B: 16, H: 100 }).length).toBe(forward({ T: 100, B: 16, H: 100 }).length);
    expect(backward({ T: 400, B: 16, H: 100 }).length).toBe(backward({ T: 100, B: 16, H: 100 }).length);
  });

  it('are one for each step where steps run one by one', () => {
    expect(forward({ T: 50, B: 128, H: 512 })).toHaveLength(50);
    expect(backward({ T: 50, B: 128, H: 512 }, 'steps')).toHaveLength(50 + 1 + 3);
  });

  it('round weights first where many steps read them', () => {
    const steps = (T: number) => forward({ T, B: 128, H: 512 }, 'steps', lstm, 'float16').length;
    expect(steps(50)).toBe(1 + 50);
    expect(steps(3)).toBe(3);
  });

  it('split very long sequences', () => {
    const chunks = forward({ T: 100_000, B: 1, H: 64 }, 'sequence');
    expect(chunks.length).toBeGreaterThan(5);
    expect(chunks.length).toBeLessThan(100);
  });
});

describe('the form of a recurrence', () => {
  const sizes = { T: 100, G: 4, S: 2, P: 0, I: 0 };
  const gpu = { ...defaultLimits, isSoftware: false };

  it('is a whole sequence for small layers and few rows, and steps for large ones', () => {
    const form = (B: number, H: number) => formFor(gpu, { ...sizes, B, H }, 'forward')?.form;
    expect(form(1, 64)).toBe('sequence');
    expect(form(32, 128)).toBe('sequence');
    expect(form(1, 512)).toBe('steps');
    expect(form(128, 256)).toBe('steps');
  });

  it('is neither for the larger products of processors that play a GPU, unless someone asks for it', () => {
    const software = { ...gpu, isSoftware: true };
    const form = (B: number, H: number, T = 100) => formFor(software, { ...sizes, T, B, H }, 'forward');
    expect(form(16, 32)).toEqual({ form: 'sequence', rival: 'steps' });
    expect(form(16, 64)).toBeNull();
    expect(form(16, 64, 1)).toBeNull();
    expect(form(1, 64)).toEqual({ form: 'sequence', rival: 'steps' });
    expect(formFor(software, { ...sizes, B: 16, H: 100 }, 'forward', 'steps')?.form).toBe('steps');
  });

  it('is settled by sizes that leave no doubt, and by whoever asks for it', () => {
    expect(formFor(gpu, { ...sizes, B: 1, H: 64 }, 'forward')).toEqual({ form: 'sequence', rival: null });
    expect(formFor(gpu, { ...sizes, B: 64, H: 1024 }, 'forward')).toEqual({ form: 'steps', rival: null });
    expect(formFor(gpu, { ...sizes, B: 1, H: 256 }, 'forward')).toEqual({ form: 'sequence', rival: 'steps' });
    expect(formFor(gpu, { ...sizes, B: 1, H: 256 }, 'forward', 'steps')?.rival).toBeNull();
  });

  it('is steps where there are too few to pack weights first', () => {
    expect(formFor(gpu, { ...sizes, T: 1, B: 1, H: 64 }, 'forward')?.form).toBe('steps');
  });

  it('is a whole sequence for steps with a second product, or the fallback', () => {
    const inner = { ...sizes, I: 1 };
    expect(formFor(gpu, { ...inner, B: 64, H: 512 }, 'forward', 'steps')).toEqual({
      form: 'sequence',
      rival: null,
    });
    expect(formFor(gpu, { ...inner, B: 1, H: 4096 }, 'forward')).toBeNull();
  });

  it('is the one that a device has room for', () => {
    expect(formFor(gpu, { ...sizes, B: 1, H: 4096 }, 'forward', 'sequence')?.form).toBe('steps');
    const tiny = { ...gpu, maxComputeWorkgroupStorageSize: 16 };
    expect(formFor(tiny, { ...sizes, B: 1, H: 4096 }, 'forward')).toBeNull();
  });
});
