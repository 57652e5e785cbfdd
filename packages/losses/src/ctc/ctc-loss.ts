import {
  ctcLossLimit,
  DTypeError,
  defineProgram,
  expr,
  formatShape,
  IndexError,
  ShapeError,
} from '@ostinato/kernel';
import { ctcLossOfRows, type Tensor, tidy } from '@ostinato/tensor';
import type { Lengths } from '../lengths.js';
import { type Reduction, reduceTerms } from '../reduction.js';
import { checkedLengths } from './checked-lengths.js';
import { type CheckedCtcTargets, type CtcTargets, checkCtcTargets } from './ctc-targets.js';

/** What {@link ctcLoss} takes. */
export interface CtcLossOptions {
  /** Real steps of each row of the logits, `[batch]`; what lies past them never counts. Default: all steps are real. */
  readonly inputLengths?: Lengths | undefined;
  /** Symbols of each row of the targets, `[batch]`. Default: all that are given. */
  readonly targetLengths?: Lengths | undefined;
  /** The class that stands between symbols. Default 0. */
  readonly blank?: number | undefined;
  /**
   * `mean` by default: each row's loss divided by its target length (at least 1), and of that the mean over rows, as PyTorch has
   * it. `batchMean` is the mean of the rows' losses, `sum` their sum, and `none` leaves them as they are, `[batch]`.
   */
  readonly reduction?: Reduction | undefined;
  /** Whether a target that cannot fit its input has loss and gradient 0 instead of being an error. Default false. */
  readonly zeroInfinity?: boolean | undefined;
}

/** A row's loss; 0 in place of the largest where the second scalar is not 0. */
const rowLoss = defineProgram({ inputs: 1, scalars: 2 }, ({ x: [loss], a: [factor, zero] }) => {
  const hidden = expr.mul(expr.lessEqual(ctcLossLimit, loss!), zero!);
  return [expr.mul(expr.select(hidden, 0, loss!), factor!)];
});
/** The same for each symbol of the target. */
const symbolLoss = defineProgram({ inputs: 2, scalars: 2 }, ({ x: [loss, length], a: [factor, zero] }) => {
  const hidden = expr.mul(expr.lessEqual(ctcLossLimit, loss!), zero!);
  return [expr.mul(expr.div(expr.select(hidden, 0, loss!), expr.maximum(length!, 1)), factor!)];
});

/**
 * Connectionist temporal classification (Graves et al. 2006): minus the log probability of each target, summed over all its
 * alignments with the steps of its input, where softmax(logits) are the probabilities of the classes at each step. An alignment
 * repeats symbols and puts blanks between them; between two equal symbols there has to be one.
 *
 * As `CTCLoss` of PyTorch with the same `blank`, `reduction` ('batchMean' is its sum divided by the rows) and `zeroInfinity`, but for
 * three things: logits are scores, whose softmax is taken here; they are batch first; and a target that cannot fit is an error.
 *
 * What is given as numbers is checked. Tensors are not, because reading them would wait for the backend: lengths are brought into their
 * range, and a symbol that is no class has a loss that is not defined. So a target may be found only later to not fit its input: where
 * its length or the input's is in a tensor, and where its symbols are and equal ones stand side by side. It has the finite loss
 * `ctcLossLimit` (2^28) and the gradient 0, or 0 for both with `zeroInfinity`; so has a target that takes a class whose logit is
 * -Infinity. Gradients have no gradients of their own.
 * @param logits `[batch, time, classes]`
 * @param targets symbols of each row: `number[][]`, or `[batch, length]` in one list or an i32 tensor
 * @returns `[]`; with `reduction: 'none'` `[batch]`
 * @throws ShapeError where logits, targets and lengths do not fit together, or where a target needs more steps than its input has
 * (one for each symbol, and one for each that is like the one before), naming the row
 * @throws IndexError for a symbol that is no class or is the blank, naming row and position, and for a blank that is no class
 * @throws DTypeError for logits that are not f32, and other tensors that are not i32
 * @example ctcLoss(model.forward(batch), [[3, 1, 20], [8]], { inputLengths: batch.lengths })
 */
export function ctcLoss(logits: Tensor, targets: CtcTargets, options: CtcLossOptions = {}): Tensor {
  const { blank = 0, reduction = 'mean', zeroInfinity = false } = options;
  checkLogits(logits, blank);
  const [batch, time] = logits.shape as [number, number, number];
  return tidy(() => {
    const checked = checkCtcTargets(logits, targets, options.targetLengths, blank);
    const input = checkedLengths('inputLengths', options.inputLengths, batch, time, logits.backend);
    if (!zeroInfinity) checkFits(checked, input.numbers);
    const { targetLengths } = checked;
    const losses = ctcLossOfRows({
      logits,
      targets: checked.targets,
      inputLengths: input.tensor,
      targetLengths,
      blank,
    });
    const isMean = reduction === 'mean';
    const terms = {
      name: 'ctcLoss',
      program: isMean ? symbolLoss : rowLoss,
      inputs: isMean ? [losses, targetLengths] : [losses],
      scalars: [zeroInfinity ? 1 : 0],
      shape: [batch],
      keptAxes: 1,
    };
    return reduceTerms(terms, isMean ? 'batchMean' : reduction, () => batch);
  });
}

function checkLogits({ shape, dtype }: Tensor, blank: number): void {
  if (dtype !== 'f32') throw new DTypeError(`ctcLoss: logits must be f32, got ${dtype}`);
  if (shape.length !== 3 || shape[2] === 0) {
    throw new ShapeError(
      `ctcLoss: logits must have shape [batch, time, classes] with at least one class, got ${formatShape(shape)}`,
    );
  }
  if (Number.isInteger(blank) && blank >= 0 && blank < shape[2]!) return;
  throw new IndexError(`ctcLoss: the blank is ${blank}, expected a class from 0 to ${shape[2]! - 1}`);
}

/** Throws ShapeError where a target needs more steps than its input has, as far as that is known here. */
function checkFits({ lengths, repeats }: CheckedCtcTargets, inputLengths: Int32Array | undefined): void {
  if (!lengths || !inputLengths) return;
  const needed = (row: number): number => lengths[row]! + (repeats?.[row] ?? 0);
  const missing = [...lengths.keys()].filter((row) => needed(row) > inputLengths[row]!);
  const row = missing[0];
  if (row === undefined) return;
  const repeated = repeats?.[row] ? `, ${repeats[row]} of them like the one before,` : '';
  const others = missing.length === 1 ? '' : `; nor do those of rows ${missing.slice(1).join(', ')}`;
  throw new ShapeError(
    `ctcLoss: the target of row ${row} does not fit its input: ${lengths[row]} symbols${repeated} need ${needed(row)} steps, ` +
      `but there are ${inputLengths[row]}${others}; leave such rows out, give their inputs more steps, or pass ` +
      '{ zeroInfinity: true }',
  );
}
