import {
  DTypeError,
  defineProgram,
  type Expr,
  expr,
  formatShape,
  type MapProgram,
  OstinatoError,
  ShapeError,
} from '@ostinato/kernel';
import { logSoftmax, mapTensors, reduceTensors, Tensor, tensor, tidy } from '@ostinato/tensor';
import { type ClassTargets, checkTargets } from './class-targets.js';
import { countReal, isRealStep, lengthsColumn } from './lengths.js';
import { type LossOptions, reduceTerms } from './reduction.js';

/** What {@link crossEntropy} takes. A batch with `lengths` can be passed as it is. */
export interface CrossEntropyOptions extends LossOptions {
  /** The part of each target that is spread over all classes evenly, from 0 to 1 (Szegedy et al. 2016). Default 0. */
  readonly labelSmoothing?: number | undefined;
  /**
   * How much each class counts, `[classes]`. The mean over class indices is then the weighted mean: divided by the
   * weights of the targets. The mean over distributions is divided by the number of steps. Both as in PyTorch.
   */
  readonly classWeights?: readonly number[] | Float32Array | Tensor | undefined;
  /** Steps with this class index do not count, as if they were padding. For class indices only. */
  readonly ignoreIndex?: number | undefined;
}

/** What decides about the shape of a program. */
interface Form {
  readonly rank: number;
  readonly dense: boolean;
  readonly lengths: boolean;
  readonly weights: boolean;
  readonly smoothing: boolean;
  readonly ignore: boolean;
}

/** Leaves after the log probabilities, and what follows from them. */
function leavesOf(form: Form, inputs: readonly Expr[], ignored: Expr) {
  const [target, ...rest] = inputs as [Expr, ...Expr[]];
  const inside = form.lengths ? isRealStep(rest.shift()!) : expr.constant(1);
  const counts = form.ignore ? expr.mul(inside, expr.sub(1, expr.equal(target, ignored))) : inside;
  const weight = form.weights ? rest.shift()! : expr.constant(1);
  const isTarget = expr.equal(target, expr.coordinate(form.rank - 1));
  return { target, counts, weight, isTarget };
}

const inputsAfterFirst = (form: Form): number => 1 + (form.lengths ? 1 : 0) + (form.weights ? 1 : 0);

/** -w_c q_c log p_c at each class c of each step; q is chosen by coordinate, never written out. */
function termProgram(form: Form): MapProgram {
  return defineProgram({ inputs: 1 + inputsAfterFirst(form), scalars: 4 }, ({ x: [first, ...inputs], a }) => {
    const [factor, kept, spread, ignored] = a as [Expr, Expr, Expr, Expr];
    const { target, counts, weight, isTarget } = leavesOf(form, inputs, ignored);
    // Padding is taken out before the formula, so that neither it nor its derivative sees what lies there.
    const logProbability = expr.select(counts, first!, 0);
    const sure = form.dense
      ? expr.mul(expr.select(counts, target, 0), logProbability)
      : expr.select(isTarget, logProbability, 0);
    const smooth = form.smoothing ? expr.add(expr.mul(kept, sure), expr.mul(spread, logProbability)) : sure;
    return [expr.mul(expr.mul(weight, smooth), expr.neg(factor))];
  });
}

/** Logits with 0 at the steps that do not count: whatever lies there, softmax and its gradient are finite. */
function maskProgram(form: Form): MapProgram {
  return defineProgram({ inputs: 1 + inputsAfterFirst(form), scalars: 1 }, ({ x: [logit, ...inputs], a }) => [
    expr.select(leavesOf(form, inputs, a[0]!).counts, logit!, 0),
  ]);
}

/** The weight of each step that counts: of its target's class, or 1. */
function weightProgram(form: Form): MapProgram {
  return defineProgram({ inputs: inputsAfterFirst(form), scalars: 1 }, ({ x, a: [ignored] }) => {
    const { counts, weight, isTarget } = leavesOf(form, x, ignored!);
    return [expr.select(counts, form.weights ? expr.select(isTarget, weight, 0) : 1, 0)];
  });
}

const cached = (build: (form: Form) => MapProgram): ((form: Form) => MapProgram) => {
  const programs = new Map<string, MapProgram>();
  return (form) => {
    const key = Object.values(form).join();
    const program = programs.get(key) ?? build(form);
    programs.set(key, program);
    return program;
  };
};
const termsOf = cached(termProgram);
const maskOf = cached(maskProgram);
const weightsOf = cached(weightProgram);

/**
 * Cross entropy between the softmax of logits and the right classes: -log p(target), the mean over real steps. With
 * `reduction: 'sum'` it is the sum over time steps of the lecture (L17). Logits of any size are exact, and no 1-of-N
 * encoding is made of class indices.
 *
 * With label smoothing ε the target becomes (1 - ε) · target + ε / classes, with class weights w the loss of a step is
 * -Σ_c w_c target_c log p_c, as in PyTorch's `CrossEntropyLoss`.
 *
 * Class indices that are given as numbers are checked (at padding only where they count). Those in a tensor are not: one
 * outside the classes matches none, so its step adds 0 to the sum, and counts in the mean.
 * @param logits `[batch, time, classes]` or `[batch, time, ..., classes]` with `lengths`, `[..., classes]` without
 * @param targets class indices, i32 `[batch, time]`, or distributions, f32 `[batch, time, classes]`
 * @returns `[]`; with `reduction: 'none'` the loss of each step, `[batch, time]`
 * @throws ShapeError or DTypeError where logits, targets, lengths or weights do not fit together
 * @throws IndexError for a class that does not exist, naming its position
 * @example crossEntropy(model.forward(batch), batch.tags, { lengths: batch.lengths })
 */
export function crossEntropy(
  logits: Tensor,
  targets: ClassTargets,
  options: CrossEntropyOptions = {},
): Tensor {
  const { lengths, reduction = 'mean', labelSmoothing = 0, classWeights, ignoreIndex } = options;
  const { shape, rank } = logits;
  checkLogits(logits, options);
  return tidy(() => {
    const target = checkTargets('crossEntropy', logits, targets, options);
    const form: Form = {
      rank,
      dense: target.dense,
      lengths: lengths !== undefined,
      weights: classWeights !== undefined,
      smoothing: labelSmoothing > 0,
      ignore: ignoreIndex !== undefined,
    };
    const others = [target.tensor];
    if (lengths !== undefined) others.push(lengthsColumn('crossEntropy', lengths, logits));
    const ignored = ignoreIndex ?? 0;
    const masked =
      form.lengths || form.ignore
        ? mapTensors('crossEntropy', maskOf({ ...form, weights: false }), [logits, ...others], [ignored])
        : logits;
    if (classWeights !== undefined) others.push(weightsTensor(classWeights, logits));
    const terms = {
      name: 'crossEntropy',
      program: termsOf(form),
      inputs: [logSoftmax(masked), ...others],
      scalars: [1 - labelSmoothing, labelSmoothing / shape[rank - 1]!, ignored],
      shape,
      keptAxes: rank - 1,
    };
    return reduceTerms(terms, reduction, () => {
      if (form.dense || !(form.weights || form.ignore))
        return countReal('crossEntropy', lengths, shape.slice(0, -1));
      const full = form.weights ? shape : shape.with(-1, 1);
      const axes = full.map((_, axis) => axis);
      return reduceTensors('crossEntropy', 'sum', weightsOf(form), others, [ignored], axes, {
        full,
        shape: [],
      });
    });
  });
}

function checkLogits(logits: Tensor, { lengths, labelSmoothing = 0 }: CrossEntropyOptions): void {
  const { shape, rank, dtype } = logits;
  if (dtype !== 'f32') throw new DTypeError(`crossEntropy: logits must be f32, got ${dtype}`);
  if (rank === 0 || shape.at(-1) === 0) {
    throw new ShapeError(
      `crossEntropy: logits must have shape [..., classes] with at least one class, got ${formatShape(shape)}`,
    );
  }
  if (lengths !== undefined && rank < 3) {
    throw new ShapeError(
      `crossEntropy: lengths belong to logits [batch, time, classes], these have shape ${formatShape(shape)} ` +
        'without a time axis; leave lengths out',
    );
  }
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1))
    throw new OstinatoError(`crossEntropy: labelSmoothing must lie between 0 and 1, got ${labelSmoothing}`);
}

function weightsTensor(classWeights: readonly number[] | Float32Array | Tensor, logits: Tensor): Tensor {
  const classes = logits.shape.at(-1)!;
  const weights =
    classWeights instanceof Tensor
      ? classWeights
      : tensor(classWeights, undefined, { backend: logits.backend });
  if (weights.rank === 1 && weights.size === classes) return weights;
  throw new ShapeError(
    `crossEntropy: classWeights must have shape [${classes}], one weight for each class, got ${formatShape(weights.shape)}`,
  );
}
