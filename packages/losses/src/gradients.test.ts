import { init } from '@ostinato/kernel';
import { reference } from '@ostinato/kernel/reference';
import { grad, gradcheck, gradients, sum, type Tensor, tensor, variable } from '@ostinato/tensor';
import { beforeAll, describe, expect, it } from 'vitest';
import { binaryCrossEntropy } from './binary-cross-entropy.js';
import { type CrossEntropyOptions, crossEntropy } from './cross-entropy.js';
import { huber } from './huber.js';
import { meanAbsoluteError } from './mean-absolute-error.js';
import { meanSquaredError } from './mean-squared-error.js';
import type { LossOptions } from './reduction.js';

beforeAll(async () => {
  await init(reference());
});

const [batch, time, classes] = [2, 3, 4];
/** Numbers without pattern in [-2, 2], and never equal. */
const spread = (count: number, phase = 0): number[] =>
  Array.from({ length: count }, (_, index) => 2 * Math.sin(12.9898 * (index + 1) + phase));
const logits = (): Tensor =>
  tensor(Float32Array.from(spread(batch * time * classes)), [batch, time, classes]);
const distribution = (): Tensor =>
  tensor(
    Float32Array.from(spread(batch * time * classes, 1), (x) => 0.3 + 0.1 * x),
    [batch, time, classes],
  );
const indices = new Int32Array([3, 0, 1, 2, 2, 0]);
const lengths = [3, 1];
const classWeights = [0.5, 2, 1.25, 3];

const crossEntropyCases: [string, CrossEntropyOptions][] = [
  ['mean', {}],
  ['sum with lengths', { lengths, reduction: 'sum' }],
  ['batchMean with lengths', { lengths, reduction: 'batchMean' }],
  ['none with lengths', { lengths, reduction: 'none' }],
  ['label smoothing', { lengths, labelSmoothing: 0.2 }],
  ['class weights', { lengths, classWeights }],
  ['ignored index', { lengths, ignoreIndex: 0 }],
  ['everything', { lengths, labelSmoothing: 0.1, classWeights, ignoreIndex: 0, reduction: 'mean' }],
];

describe('gradients of crossEntropy', () => {
  it.each(crossEntropyCases)('class indices, %s', async (_, options) => {
    await gradcheck((x) => crossEntropy(x, indices, options), [logits()]);
  });
  it.each(crossEntropyCases.filter(([, options]) => options.ignoreIndex === undefined))(
    'distributions, %s',
    async (_, options) => {
      await gradcheck((x, y) => crossEntropy(x, y, options), [logits(), distribution()]);
    },
  );
  it('lengths and targets as tensors', async () => {
    const given = { lengths: tensor(new Int32Array(lengths)), ignoreIndex: 0 };
    await gradcheck((x) => crossEntropy(x, tensor(indices, [batch, time]), given), [logits()]);
  });
  it('has gradients of gradients', async () => {
    const slope = grad((x) => crossEntropy(x, indices, { lengths, labelSmoothing: 0.1 }));
    await gradcheck(slope, [logits()]);
  });
});

const losses = { meanSquaredError, meanAbsoluteError, huber, binaryCrossEntropy };
const reductions: LossOptions[] = [
  {},
  { lengths },
  { lengths, reduction: 'sum' },
  { lengths, reduction: 'batchMean' },
  { lengths, reduction: 'none' },
];

describe.each(Object.entries(losses))('gradients of %s', (_, loss) => {
  it.each(reductions)('%o', async (options) => {
    await gradcheck((x, y) => loss(x, y, options), [logits(), distribution()]);
  });
});

describe('gradients of options', () => {
  it('huber with delta', async () => {
    await gradcheck((x, y) => huber(x, y, { lengths, delta: 0.3 }), [logits(), distribution()]);
  });
  it('binaryCrossEntropy with positive weights', async () => {
    for (const positiveWeight of [2.5, classWeights]) {
      await gradcheck(
        (x, y) => binaryCrossEntropy(x, y, { lengths, positiveWeight }),
        [logits(), distribution()],
      );
    }
  });
  it('flows on through a loss of single steps', async () => {
    const x = variable(logits());
    const each = crossEntropy(x, indices, { lengths, reduction: 'none' });
    const [viaNone] = gradients(sum(each), [x]);
    const [viaSum] = gradients(crossEntropy(x, indices, { lengths, reduction: 'sum' }), [x]);
    expect(await viaNone!.array()).toEqual(await viaSum!.array());
  });
});
