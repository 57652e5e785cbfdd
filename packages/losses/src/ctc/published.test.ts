import { cpu } from '@ostinato/backend-cpu';
import { type BackendFactory, init } from '@ostinato/kernel';
import { reference } from '@ostinato/kernel/reference';
import { gradients, tensor, variable } from '@ostinato/tensor';
import { beforeAll, describe, expect, it } from 'vitest';
import { ctcLoss } from './ctc-loss.js';

/** Values that other libraries publish in their own tests. */

const backends: [string, BackendFactory][] = [
  ['reference', reference()],
  ['cpu', cpu()],
];

/**
 * TensorFlow, `ctc_loss_op_test.py`, `testBasic` (values and gradients also in `test_options` of warp-ctc): probabilities of two rows of
 * five steps, six classes, the blank last.
 */
const tensorflow = {
  targets: [
    [0, 1, 2, 1, 0],
    [0, 1, 1, 0],
  ],
  losses: [3.34211, 5.42262],
  probabilities: [
    [
      [0.633766, 0.221185, 0.0917319, 0.0129757, 0.0142857, 0.0260553],
      [0.111121, 0.588392, 0.278779, 0.0055756, 0.00569609, 0.010436],
      [0.0357786, 0.633813, 0.321418, 0.00249248, 0.00272882, 0.0037688],
      [0.0663296, 0.643849, 0.280111, 0.00283995, 0.0035545, 0.00331533],
      [0.458235, 0.396634, 0.123377, 0.00648837, 0.00903441, 0.00623107],
    ],
    [
      [0.30176, 0.28562, 0.0831517, 0.0862751, 0.0816851, 0.161508],
      [0.24082, 0.397533, 0.0557226, 0.0546814, 0.0557528, 0.19549],
      [0.230246, 0.450868, 0.0389607, 0.038309, 0.0391602, 0.202456],
      [0.280884, 0.429522, 0.0326593, 0.0339046, 0.0326856, 0.190345],
      [0.423286, 0.315517, 0.0338439, 0.0393744, 0.0339315, 0.154046],
    ],
  ],
  /** Where the gradient is the probability less 1: the one alignment of each row; elsewhere it is the probability. */
  alignments: [
    [0, 1, 2, 1, 0],
    [0, 1, 5, 1, 0],
  ],
} as const;

describe.each(backends)('published values on %s', (_, backend) => {
  beforeAll(async () => {
    await init(backend);
  });

  it('TensorFlow: basic test', async () => {
    const { probabilities, targets, losses, alignments } = tensorflow;
    const logits = probabilities.map((row) => row.map((step) => step.map(Math.log)));
    const x = variable(tensor(logits));
    const loss = ctcLoss(x, targets, { blank: 5, reduction: 'none' });
    const [gradient] = gradients(loss, [x], { seed: tensor([1, 1]) });
    const got = await loss.data();
    for (const [row, value] of losses.entries()) expect(got[row]).toBeCloseTo(value, 4);
    const slopes = (await gradient!.array()) as number[][][];
    for (const [row, steps] of probabilities.entries()) {
      for (const [step, classes] of steps.entries()) {
        for (const [k, probability] of classes.entries()) {
          const share = alignments[row]![step] === k ? 1 : 0;
          expect(slopes[row]![step]![k]).toBeCloseTo(probability - share, 5);
        }
      }
    }
  });

  it('warp-ctc: small test, and the example of its PyTorch binding', async () => {
    const x = variable(
      tensor([
        [
          [0.1, 0.6, 0.1, 0.1, 0.1],
          [0.1, 0.1, 0.6, 0.1, 0.1],
        ],
      ]),
    );
    const loss = ctcLoss(x, [[1, 2]], { reduction: 'sum' });
    expect(await loss.item()).toBeCloseTo(2.4628584, 5);
    const [gradient] = gradients(loss, [x]);
    const expected = [
      0.177031, -0.708125, 0.177031, 0.177031, 0.177031, 0.177031, 0.177031, -0.708125, 0.177031, 0.177031,
    ];
    for (const [index, slope] of (await gradient!.data()).entries())
      expect(slope).toBeCloseTo(expected[index]!, 5);
  });
});
