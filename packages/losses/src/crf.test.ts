import { cpu } from '@ostinato/backend-cpu';
import {
  type BackendFactory,
  DTypeError,
  IndexError,
  init,
  OstinatoError,
  ShapeError,
} from '@ostinato/kernel';
import { reference } from '@ostinato/kernel/reference';
import { grad, gradcheck, gradients, sum, type Tensor, tensor, variable } from '@ostinato/tensor';
import { beforeAll, describe, expect, it } from 'vitest';
import { crfLoss, crfMarginals, type TagTransitions } from './crf.js';
import { crossEntropy } from './cross-entropy.js';
import { enumerate, type PlainChain, scoreOf } from './enumeration.fixture.js';
import type { Reduction } from './reduction.js';

let state = 11;
const draw = (): number => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
};
const below = (count: number): number => Math.floor(draw() * count);
const score = (): number => Math.fround(4 * draw() - 2);
const list = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));

/** A random batch as numbers and as tensors; its padding holds `padding`. */
function randomCase(padding = Number.NaN, forbidden = false) {
  const [batch, time, count] = [1 + below(4), 1 + below(4), 1 + below(4)];
  const lengths = list(batch, () => below(time + 1));
  const plain = {
    emissions: lengths.map((length) => list(length, () => list(count, score))),
    transitions: list(count, () => list(count, () => (forbidden && draw() < 0.3 ? -1e4 : score()))),
    start: list(count, score),
    end: list(count, score),
  } satisfies PlainChain;
  const tags = lengths.map((length) => list(length, () => below(count)));
  const rows = plain.emissions.map((row) => list(time, (step) => row[step] ?? list(count, () => padding)));
  const padded = Int32Array.from(tags.flatMap((row) => list(time, (step) => row[step] ?? -1)));
  const tensors = () => ({
    emissions: variable(tensor(Float32Array.from(rows.flat(2)), [batch, time, count])),
    crf: {
      transitions: variable(tensor(plain.transitions)),
      start: variable(tensor(plain.start)),
      end: variable(tensor(plain.end)),
    } satisfies TagTransitions,
  });
  return { batch, time, count, lengths, plain, tags, padded, tensors };
}

const close = (values: Iterable<number>, digits: number) =>
  [...values].map((value) => expect.closeTo(value, digits));

const backends: [string, BackendFactory, number, number][] = [
  ['reference', reference(), 250, 6],
  ['cpu', cpu(), 100, 4],
  ['cpu without SIMD', cpu({ simd: false }), 50, 4],
];

describe.each(backends)('on %s, what trying every sequence gives:', (_, backend, trials, digits) => {
  beforeAll(async () => {
    await init(backend);
  });

  it('loss and gradients', async () => {
    for (let trial = 0; trial < trials; trial++) {
      const { batch, time, count, lengths, plain, tags, padded, tensors } = randomCase();
      const losses = list(batch, (row) => enumerate(plain, row).partition - scoreOf(plain, row, tags[row]!));
      const { emissions, crf } = tensors();
      const loss = crfLoss(emissions, padded, crf, { lengths, reduction: 'none' });
      expect([...(await loss.data())]).toEqual(close(losses, digits));
      // The gradient is what is expected of a random sequence, less what the right one has.
      const slopes = {
        emissions: new Float64Array(batch * time * count),
        transitions: new Float64Array(count * count),
        start: new Float64Array(count),
        end: new Float64Array(count),
      };
      for (const row of lengths.keys()) {
        const right = { tags: tags[row]!, probability: -1 };
        for (const { tags: own, probability } of [...enumerate(plain, row).all, right]) {
          if (own.length === 0) continue;
          for (const [step, tag] of own.entries()) {
            slopes.emissions[(row * time + step) * count + tag]! += probability;
            if (step > 0) slopes.transitions[own[step - 1]! * count + tag]! += probability;
          }
          slopes.start[own[0]!]! += probability;
          slopes.end[own.at(-1)!]! += probability;
        }
      }
      const inputs = [emissions, crf.transitions, crf.start, crf.end];
      const found = gradients(sum(loss), inputs);
      for (const [index, wanted] of Object.values(slopes).entries())
        expect([...(await found[index]!.data())]).toEqual(close(wanted, digits));
    }
  });

  it('marginals, also where transitions are forbidden', async () => {
    for (let trial = 0; trial < trials; trial++) {
      const { time, count, lengths, plain, tensors } = randomCase(Number.NaN, true);
      const wanted = new Float64Array(lengths.length * time * count);
      for (const row of lengths.keys()) {
        for (const { tags, probability } of enumerate(plain, row).all)
          for (const [step, tag] of tags.entries()) wanted[(row * time + step) * count + tag]! += probability;
      }
      const { emissions, crf } = tensors();
      const marginals = crfMarginals(emissions, crf, { lengths });
      expect(marginals.shape).toEqual(emissions.shape);
      // Sums of scores around 1e4 have 3 digits behind the point in float32.
      expect([...(await marginals.data())]).toEqual(close(wanted, Math.min(digits, 2)));
    }
  });

  it('marginals of no steps, for which gradients are asked', async () => {
    const emissions = variable(tensor(new Float32Array(0), [2, 0, 3]));
    const crf = {
      transitions: tensor(new Float32Array(9), [3, 3]),
      start: tensor(new Float32Array(3), [3]),
      end: tensor(new Float32Array(3), [3]),
    };
    expect(crfMarginals(emissions, crf).shape).toEqual([2, 0, 3]);
  });
});

describe('crfLoss', () => {
  beforeAll(async () => {
    await init(reference());
  });

  it('reduces as other losses do, over real steps, and takes lengths and tags as tensors', async () => {
    const { batch, time, lengths, padded, tensors } = list(20, () => randomCase()).find(
      ({ lengths }) => lengths.includes(0) && lengths.some((length) => length > 1),
    )!;
    const value = (reduction: Reduction, asTensors = false): Promise<number> => {
      const { emissions, crf } = tensors();
      const given = {
        tags: asTensors ? tensor(padded, [batch, time]) : padded,
        lengths: asTensors ? tensor(Int32Array.from(lengths)) : lengths,
      };
      return crfLoss(emissions, given.tags, crf, { lengths: given.lengths, reduction }).item();
    };
    const total = await value('sum');
    const steps = lengths.reduce((a, b) => a + b, 0);
    for (const asTensors of [false, true]) {
      expect(await value('sum', asTensors)).toBeCloseTo(total, 6);
      expect(await value('mean', asTensors)).toBeCloseTo(total / steps, 6);
      expect(await value('batchMean', asTensors)).toBeCloseTo(total / batch, 6);
    }
  });

  it('is cross entropy where tags do not depend on each other', async () => {
    const emissions = tensor(Float32Array.from(list(24, score)), [2, 4, 3]);
    const nothing = {
      transitions: tensor(new Float32Array(9), [3, 3]),
      start: tensor([0, 0, 0]),
      end: tensor([0, 0, 0]),
    };
    const tags = new Int32Array([0, 1, 2, 1, 2, 2, 0, 0]);
    const lengths = [3, 4];
    expect(await crfLoss(emissions, tags, nothing, { lengths }).item()).toBeCloseTo(
      await crossEntropy(emissions, tags, { lengths }).item(),
      6,
    );
  });

  it('takes tensor lengths outside the time axis as the nearest inside, and tags that do not exist as 0', async () => {
    const emissions = tensor(Float32Array.from(list(12, score)), [2, 2, 3]);
    const crf = {
      transitions: tensor(list(3, () => list(3, score))),
      start: tensor(list(3, score)),
      end: tensor(list(3, score)),
    };
    const loss = (lengths: number[], tags: number[]): Promise<number> =>
      crfLoss(emissions, tensor(Int32Array.from(tags), [2, 2]), crf, {
        lengths: tensor(Int32Array.from(lengths)),
        reduction: 'sum',
      }).item();
    expect(await loss([5, -3], [0, 1, 2, 2])).toBeCloseTo(await loss([2, 0], [0, 1, 2, 2]), 9);
    const strange = await loss([2, 0], [7, -1, 0, 0]);
    const { all, partition } = enumerate(
      {
        emissions: (await emissions.array()) as number[][][],
        transitions: (await crf.transitions.array()) as number[][],
        start: (await crf.start.array()) as number[],
        end: (await crf.end.array()) as number[],
      },
      0,
    );
    expect(all).toHaveLength(9);
    expect(strange).toBeCloseTo(partition, 5);
  });

  it('has the gradients that differences give, and gradients of gradients', async () => {
    const { lengths, padded, count, batch, time } = list(50, () => randomCase()).find(
      (one) => one.count > 1 && one.time > 2 && one.batch > 1,
    )!;
    const inputs = [
      tensor(Float32Array.from(list(batch * time * count, score)), [batch, time, count]),
      tensor(list(count, () => list(count, score))),
      tensor(list(count, score)),
      tensor(list(count, score)),
    ];
    const loss = (...[emissions, transitions, start, end]: Tensor[]): Tensor =>
      crfLoss(emissions!, padded, { transitions: transitions!, start: start!, end: end! }, { lengths });
    await gradcheck(loss, inputs);
    await gradcheck(grad(loss), inputs);
    await gradcheck(
      (...[emissions, transitions, start, end]) =>
        crfMarginals(emissions!, { transitions: transitions!, start: start!, end: end! }, { lengths }),
      inputs,
    );
  });

  it('is not changed by padding, not in its last bit', async () => {
    const plain = randomCase(0);
    for (const padding of [50, -1e4, Number.NaN, Number.POSITIVE_INFINITY]) {
      state = 5;
      const [zero, other] = [0, padding].map((content) => {
        state = 5;
        return randomCase(content);
      }) as [typeof plain, typeof plain];
      const results = [];
      for (const { lengths, padded, tensors } of [zero, other]) {
        const { emissions, crf } = tensors();
        const loss = crfLoss(emissions, padded, crf, { lengths });
        const slopes = gradients(loss, [emissions, crf.transitions]);
        results.push([await loss.item(), await slopes[0]!.array(), await slopes[1]!.array()]);
      }
      expect(results[1]).toEqual(results[0]);
    }
  });

  it('stays exact for scores of any size', async () => {
    const emissions = variable(
      tensor([
        [
          [1e4, -1e4],
          [-1e4, 1e4],
        ],
      ]),
    );
    const crf = {
      transitions: tensor([
        [0, -1e4],
        [0, 0],
      ]),
      start: tensor([0, 0]),
      end: tensor([0, 0]),
    };
    const loss = crfLoss(emissions, [0, 0], crf, { reduction: 'sum' });
    expect(await loss.item()).toBe(1e4);
    expect(await gradients(loss, [emissions])[0]!.array()).toEqual([
      [
        [0, 0],
        [-1, 1],
      ],
    ]);
  });
});

describe('what does not fit', () => {
  beforeAll(async () => {
    await init(reference());
  });
  const emissions = (): Tensor => tensor(new Float32Array(24), [2, 4, 3]);
  const crf = (): TagTransitions => ({
    transitions: tensor(new Float32Array(9), [3, 3]),
    start: tensor([0, 0, 0]),
    end: tensor([0, 0, 0]),
  });
  const tags = new Int32Array(8);

  it.each<[string, () => Tensor, typeof OstinatoError, RegExp]>([
    [
      'emissions without time',
      () => crfLoss(tensor([[1, 2]]), [0], crf()),
      ShapeError,
      /crfLoss: emissions must have shape \[batch, time, tags\]/,
    ],
    [
      'no tags',
      () => crfMarginals(tensor(new Float32Array(0), [2, 4, 0]), crf()),
      ShapeError,
      /crfMarginals: .*at least one tag/,
    ],
    [
      'transitions',
      () => crfLoss(emissions(), tags, { ...crf(), transitions: tensor([[1]]) }),
      ShapeError,
      /crfLoss: transitions must have shape \[3, 3\] .* got \[1, 1\]/,
    ],
    [
      'start',
      () => crfLoss(emissions(), tags, { ...crf(), start: tensor([1]) }),
      ShapeError,
      /start must have shape \[3\]/,
    ],
    [
      'a length',
      () => crfLoss(emissions(), tags, crf(), { lengths: [4, 5] }),
      ShapeError,
      /length of row 1 is 5, expected a whole number from 0 to 4/,
    ],
    [
      'lengths',
      () => crfMarginals(emissions(), crf(), { lengths: [4] }),
      ShapeError,
      /crfMarginals: lengths must have shape \[2\]/,
    ],
    ['too few tags', () => crfLoss(emissions(), [0], crf()), ShapeError, /1 targets/],
    [
      'a tag',
      () => crfLoss(emissions(), tags.with(6, 3), crf()),
      IndexError,
      /crfLoss: the target at \[1, 2\] is 3, expected a class from 0 to 2/,
    ],
    [
      'distributions',
      () => crfLoss(emissions(), emissions(), crf()),
      DTypeError,
      /tags must be class indices, i32 \[2, 4\], got distributions/,
    ],
    [
      'a reduction',
      () => crfLoss(emissions(), tags, crf(), { reduction: 'max' as 'sum' }),
      OstinatoError,
      /there is no reduction 'max'/,
    ],
  ])('%s is refused', (_, run, type, message) => {
    expect(run).toThrow(type);
    expect(run).toThrow(message);
  });
});
