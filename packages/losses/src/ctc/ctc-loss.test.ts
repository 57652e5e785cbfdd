import { cpu } from '@ostinato/backend-cpu';
import { type BackendFactory, ctcLossLimit, IndexError, init } from '@ostinato/kernel';
import { reference } from '@ostinato/kernel/reference';
import {
  grad,
  gradcheck,
  gradients,
  noGrad,
  ones,
  sum,
  swapAxes,
  type Tensor,
  tensor,
  variable,
  zeros,
} from '@ostinato/tensor';
import { beforeAll, describe, expect, it } from 'vitest';
import { type CtcLossOptions, ctcLoss } from './ctc-loss.js';

const [batch, time, classes] = [3, 5, 4];
const targets = [[1, 2], [3, 3], []];
const inputLengths = [5, 4, 3];
/** Numbers without pattern in [-2, 2], and never equal. */
const logits = (): Tensor =>
  tensor(
    Float32Array.from({ length: batch * time * classes }, (_, index) => 2 * Math.sin(12.9898 * (index + 1))),
    [batch, time, classes],
  );

const backends: [string, BackendFactory][] = [
  ['reference', reference()],
  ['cpu', cpu()],
  ['cpu without SIMD', cpu({ simd: false })],
];

describe.each(backends)('ctcLoss on %s', (_, backend) => {
  beforeAll(async () => {
    await init(backend);
  });

  const rows = async (options: CtcLossOptions = {}): Promise<number[]> => [
    ...(await ctcLoss(logits(), targets, { inputLengths, reduction: 'none', ...options }).data()),
  ];

  it('reduces as it says', async () => {
    const losses = await rows();
    const value = (options: CtcLossOptions) =>
      ctcLoss(logits(), targets, { inputLengths, ...options }).item();
    const total = losses[0]! + losses[1]! + losses[2]!;
    expect(await value({ reduction: 'sum' })).toBeCloseTo(total, 4);
    expect(await value({ reduction: 'batchMean' })).toBeCloseTo(total / 3, 5);
    expect(await value({})).toBeCloseTo((losses[0]! / 2 + losses[1]! / 2 + losses[2]!) / 3, 5);
  });

  it('takes targets in every form', async () => {
    const expected = await rows();
    const dense = new Int32Array([1, 2, 0, 3, 3, 9, -1, -1, -1]);
    const targetLengths = [2, 2, 0];
    const options = { inputLengths, reduction: 'none' } as const;
    for (const [given, lengths] of [
      [dense, targetLengths],
      [[...dense], new Int32Array(targetLengths)],
      [[dense.subarray(0, 3), dense.subarray(3, 6), dense.subarray(6)], targetLengths],
      [tensor(dense, [3, 3]), targetLengths],
      [tensor(dense, [3, 3]), tensor(new Int32Array(targetLengths))],
      [[[1, 2, 7], [3, 3], [0]], targetLengths],
    ] as const) {
      const loss = ctcLoss(logits(), given, { ...options, targetLengths: lengths });
      expect([...(await loss.data())]).toEqual(expected);
    }
  });

  it('keeps lengths of a tensor within their range', async () => {
    const [whole] = await rows({ inputLengths: [5, 5, 5] });
    const lengths = tensor(new Int32Array([99, 99, -3]));
    const [first, , third] = await rows({ inputLengths: lengths });
    expect(first).toBe(whole);
    expect(Math.abs(third!)).toBe(0);
  });

  it('has the same loss for classes in another order', async () => {
    const order = [2, 3, 0, 1];
    const values = (await logits().data()) as Float32Array;
    const moved = new Float32Array(values.length);
    for (const [index, value] of values.entries())
      moved[index - (index % classes) + order[index % classes]!] = value;
    const renamed = targets.map((row) => row.map((symbol) => order[symbol]!));
    const x = tensor(moved, [batch, time, classes]);
    const loss = ctcLoss(x, renamed, { inputLengths, blank: 2, reduction: 'none' });
    for (const [row, value] of (await rows()).entries())
      expect((await loss.data())[row]).toBeCloseTo(value, 5);
  });

  it('gives each row the gradient that flows into it', async () => {
    const slopes = async (seed: readonly number[]): Promise<number[]> => {
      const x = variable(logits());
      const loss = ctcLoss(x, targets, { inputLengths, reduction: 'none' });
      return [...(await gradients(loss, [x], { seed: tensor(seed) })[0]!.data())];
    };
    const [plain, weighted] = [await slopes([1, 1, 1]), await slopes([2, 0, -0.5])];
    const factors = [2, 0, -0.5];
    for (const [index, slope] of plain.entries())
      expect(weighted[index]).toBeCloseTo(slope * factors[Math.floor(index / (time * classes))]!, 6);
  });

  it('gives an empty target the probability of blanks only', async () => {
    const x = variable(zeros([1, 3, classes]));
    const loss = ctcLoss(x, [[]]);
    expect(await loss.item()).toBeCloseTo(3 * Math.log(classes), 5);
    const [gradient] = gradients(loss, [x]);
    for (const [index, slope] of (await gradient!.data()).entries())
      expect(slope).toBeCloseTo(1 / classes - (index % classes === 0 ? 1 : 0), 6);
  });

  it('is never below 0, however sure the network is', async () => {
    const sure = Float32Array.from({ length: 400 * classes }, (__, index) =>
      index % classes === 0 ? 30 : 0,
    );
    expect(await ctcLoss(tensor(sure, [1, 400, classes]), [[]]).item()).toBeGreaterThanOrEqual(0);
  });

  it('is 0 where there is nothing', async () => {
    expect(Math.abs(await ctcLoss(zeros([0, 3, classes]), []).item())).toBe(0);
    expect(Math.abs(await ctcLoss(zeros([2, 0, classes]), [[], []]).item())).toBe(0);
  });

  it('has loss and gradient 0 for a target that cannot fit, with zeroInfinity', async () => {
    const wrong = [[1, 2], [1, 1, 1], [2]];
    for (const given of [wrong, tensor(new Int32Array([1, 2, 0, 1, 1, 1, 2, 0, 0]), [3, 3])]) {
      const x = variable(logits());
      const options = { inputLengths, targetLengths: [2, 3, 1], zeroInfinity: true } as const;
      const loss = ctcLoss(x, given, { ...options, reduction: 'none' });
      const losses = await loss.data();
      expect(losses[1]).toBe(0);
      expect(losses[0]).toBeGreaterThan(0);
      const slopes = await gradients(sum(loss), [x])[0]!.data();
      const own = slopes.subarray(time * classes, 2 * time * classes);
      expect(own.every((slope) => slope === 0)).toBe(true);
      expect(slopes.some((slope) => slope !== 0)).toBe(true);
      expect(slopes.every(Number.isFinite)).toBe(true);
      const mean = await ctcLoss(x, given, options).item();
      expect(mean).toBeCloseTo((losses[0]! / 2 + losses[2]!) / 3, 5);
    }
  });

  it('has the largest loss and gradient 0 for one in tensors, and for a class that cannot be', async () => {
    const x = variable(logits());
    const wrong = tensor(new Int32Array([1, 2, 1, 1, 2, 2]), [3, 2]);
    const loss = ctcLoss(x, wrong, { inputLengths: tensor(new Int32Array([5, 2, 2])), reduction: 'none' });
    const losses = await loss.data();
    expect(losses[0]).toBeLessThan(100);
    expect([...losses.subarray(1)]).toEqual([ctcLossLimit, ctcLossLimit]);
    const slopes = await gradients(sum(loss), [x])[0]!.data();
    expect(slopes.subarray(time * classes).every((slope) => slope === 0)).toBe(true);
    const masked = variable(
      tensor([
        [
          [0, -Infinity, 0],
          [0, -Infinity, 0],
        ],
      ]),
    );
    const never = ctcLoss(masked, [[1]]);
    expect(await never.item()).toBe(ctcLossLimit);
    expect([...(await gradients(never, [masked])[0]!.data())]).toEqual([0, 0, 0, 0, 0, 0]);
    const possible = variable(
      tensor([
        [
          [0, -Infinity, 0],
          [0, -Infinity, 0],
        ],
      ]),
    );
    const ordinary = ctcLoss(possible, [[2]]);
    expect(await ordinary.item()).toBeCloseTo(-Math.log(3 / 4), 5);
    const slopesOfOrdinary = await gradients(ordinary, [possible])[0]!.data();
    for (const [index, slope] of [1 / 6, 0, -1 / 6, 1 / 6, 0, -1 / 6].entries())
      expect(slopesOfOrdinary[index]).toBeCloseTo(slope, 5);
  });

  it('hands NaN of a real step on, to its own row only', async () => {
    const values = (await logits().data()) as Float32Array;
    values[time * classes + 1] = Number.NaN;
    const losses = await ctcLoss(tensor(values, [batch, time, classes]), targets, {
      inputLengths,
      reduction: 'none',
    }).data();
    expect([...losses].map(Number.isNaN)).toEqual([false, true, false]);
  });
});

describe('memory of ctcLoss', () => {
  it('is given back, with a gradient and without', async () => {
    const backend = await init(cpu());
    const x = variable(logits());
    const { liveBytes } = backend.memory();
    const loss = ctcLoss(x, targets, { inputLengths });
    // The loss, and the gradient of each row's loss.
    expect(backend.memory().liveBytes).toBeGreaterThan(liveBytes + 4 * x.size);
    const [gradient] = gradients(loss, [x]);
    gradient!.dispose();
    loss.dispose();
    expect(backend.memory().liveBytes).toBe(liveBytes);
    const value = noGrad(() => ctcLoss(x, targets, { inputLengths }));
    expect(backend.memory().liveBytes).toBeLessThan(liveBytes + 4 * x.size);
    value.dispose();
    expect(backend.memory().liveBytes).toBe(liveBytes);
    expect(() => ctcLoss(x, [[9], [], []], { inputLengths })).toThrow(IndexError);
    expect(backend.memory().liveBytes).toBe(liveBytes);
    backend.dispose();
  });
});

describe('gradients of ctcLoss', () => {
  beforeAll(async () => {
    await init(reference());
  });
  it.each<CtcLossOptions>([
    {},
    { inputLengths },
    { inputLengths, reduction: 'sum' },
    { inputLengths, reduction: 'batchMean' },
    { inputLengths, reduction: 'none' },
    { inputLengths, blank: 0, zeroInfinity: true },
  ])('%o', async (options) => {
    await gradcheck((x) => ctcLoss(x, targets, options), [logits()]);
  });
  it('through logits that are a view', async () => {
    const timeMajor = tensor((await logits().data()).subarray(0, 32), [4, 2, 4]);
    await gradcheck((x) => ctcLoss(swapAxes(x, 0, 1), [[1, 2], [3]]), [timeMajor]);
  });
  it('have no gradients of their own, and say so', () => {
    const slope = grad((x) => ctcLoss(x, targets, { inputLengths }));
    const x = variable(logits());
    expect(() => gradients(sum(slope(x)), [x])).toThrow('ctcLoss: second derivatives are not available');
  });
});

describe('bad input of ctcLoss', () => {
  beforeAll(async () => {
    await init(reference());
  });
  const call =
    (given: Parameters<typeof ctcLoss>[1], options: CtcLossOptions = {}) =>
    () =>
      ctcLoss(logits(), given, options);

  it('names the row and the place of a symbol that is no class, or the blank', () => {
    expect(call([[1], [2, 4], []])).toThrow('target symbol 1 of row 1 is 4, expected a class from 0 to 3');
    expect(call([[1], [2], [1.5]])).toThrow('target symbol 0 of row 2 is 1.5, expected a class from 0 to 3');
    expect(call([[1], [2, 0], []])).toThrow('target symbol 1 of row 1 is 0, which is the blank');
    expect(call([[1], [2, 0], [3]], { blank: 3 })).toThrow(
      'target symbol 0 of row 2 is 3, which is the blank',
    );
    expect(call([[1], [Number.NaN], []])).toThrow('target symbol 0 of row 1 is NaN');
  });
  it('names rows whose target does not fit', () => {
    expect(call([[1], [1, 2, 3, 1, 2, 3], [1]])).toThrow(
      'ctcLoss: the target of row 1 does not fit its input: 6 symbols need 6 steps, but there are 5',
    );
    expect(call([[1], [1, 1, 2], [3, 3]], { inputLengths: [5, 3, 2] })).toThrow(
      'the target of row 1 does not fit its input: 3 symbols, 1 of them like the one before, need 4 steps, but there are 3; ' +
        'nor do those of rows 2',
    );
    expect(call([[1, 1], [], []], { inputLengths: [3, 1, 1] })).not.toThrow();
    // Of symbols in a tensor only their number is known.
    const given = tensor(new Int32Array([1, 2, 1, 1, 1, 1]), [3, 2]);
    expect(call(given, { inputLengths: [5, 1, 5] })).toThrow(
      'the target of row 1 does not fit its input: 2 symbols need 2 steps, but there are 1',
    );
    expect(call(given, { inputLengths: [5, 1, 5], zeroInfinity: true })).not.toThrow();
    expect(call(given, { inputLengths: [5, 2, 5] })).not.toThrow();
  });
  it('names the row of lengths that do not fit', () => {
    expect(call(targets, { inputLengths: [5, 6, 1] })).toThrow(
      'inputLengths of row 1 is 6, expected a whole number from 0 to 5',
    );
    expect(call(targets, { targetLengths: [2, 3, 0] })).toThrow(
      'the target length of row 1 is 3, expected a whole number from 0 to 2',
    );
    expect(call(targets, { inputLengths: [5, 5] })).toThrow('inputLengths must have shape [3]');
    expect(call(targets, { targetLengths: [2] })).toThrow('targetLengths must have shape [3]');
    const given = tensor(new Int32Array(6), [3, 2]);
    expect(call(given, { targetLengths: [1, 2, 3] })).toThrow(
      'targetLengths of row 2 is 3, expected a whole number from 0 to 2',
    );
    expect(call(given, { targetLengths: tensor([1, 1, 1]) })).toThrow('targetLengths must be i32, got f32');
  });
  it('says what does not fit together', () => {
    expect(call([[1], [2]])).toThrow('targets of 2 rows for logits of 3 rows');
    expect(call([1, 2, 3, 1])).toThrow('4 target symbols in one list for 3 rows');
    expect(call(tensor(new Int32Array(3)))).toThrow('targets must have shape [3, length]');
    expect(call(tensor([[1], [2], [3]]))).toThrow('targets must be i32, got f32');
    expect(call(targets, { targetLengths: tensor(new Int32Array(3)) })).toThrow(
      'expected numbers for both or tensors for both',
    );
    expect(call(targets, { blank: 4 })).toThrow('the blank is 4, expected a class from 0 to 3');
    expect(call(targets, { reduction: 'average' as never })).toThrow("there is no reduction 'average'");
    expect(() => ctcLoss(zeros([3, 4]), [[]])).toThrow('logits must have shape [batch, time, classes]');
    expect(() => ctcLoss(tensor(new Int32Array(4), [1, 2, 2]), [[1]])).toThrow('logits must be f32, got i32');
    expect(() => ctcLoss(ones([1, 2, 0]), [[]])).toThrow('at least one class');
  });
});
