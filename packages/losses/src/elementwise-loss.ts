import {
  DTypeError,
  defineProgram,
  type Expr,
  expr,
  formatShape,
  type MapProgram,
  ShapeError,
  sameShape,
  sizeOf,
} from '@ostinato/kernel';
import { Tensor, tensor, tidy } from '@ostinato/tensor';
import { countReal, isRealStep, lengthsColumn } from './lengths.js';
import { type LossOptions, reduceTerms } from './reduction.js';

/** What predictions are compared with: a tensor of the same shape, or its numbers row by row. */
export type Targets = Tensor | Float32Array | Int32Array | readonly number[];

/** A loss that compares predictions with targets of the same shape, element by element. */
export type ElementwiseLoss = (
  predictions: Tensor,
  targets: Targets,
  options?: LossOptions,
  ...parameters: readonly (Tensor | number)[]
) => Tensor;

/**
 * Defines a loss from the term of one element. It gets `lengths`, reductions and its gradient from here, and runs in one
 * pass forward and one backward.
 *
 * Predictions are `[batch, time, ...]` with `lengths`, of any shape without. The function throws ShapeError where targets
 * have another shape or lengths do not fit, DTypeError for predictions that are not f32.
 * @param name what errors say
 * @param term the loss of one element; further arguments are numbers, or tensors that broadcast, given at each call
 * @example const logCosh = elementwiseLoss('logCosh', (prediction, target) => log(cosh(sub(prediction, target))));
 */
export function elementwiseLoss(
  name: string,
  term: (prediction: Expr, target: Expr, ...parameters: Expr[]) => Expr,
): ElementwiseLoss {
  const programs = new Map<string, MapProgram>();
  /** The program for parameters that are tensors (x) or numbers (a), after lengths (l) where they are given. */
  const programFor = (pattern: string): MapProgram => {
    const known = programs.get(pattern);
    if (known) return known;
    const withLengths = pattern.startsWith('l');
    const kinds = [...(withLengths ? pattern.slice(1) : pattern)];
    const inputs = 2 + (withLengths ? 1 : 0) + kinds.filter((kind) => kind === 'x').length;
    const scalars = 1 + kinds.filter((kind) => kind === 'a').length;
    const program = defineProgram({ inputs, scalars }, ({ x, a }) => {
      const [prediction, target, ...tensors] = x as [Expr, Expr, ...Expr[]];
      const [factor, ...numbers] = a as [Expr, ...Expr[]];
      const real = withLengths ? isRealStep(tensors.shift()!) : expr.constant(1);
      const parameters = kinds.map((kind) => (kind === 'x' ? tensors : numbers).shift()!);
      // Padding is taken out before the formula, so that neither it nor its derivative sees what lies there.
      const [p, t] = [expr.select(real, prediction, 0), expr.select(real, target, 0)];
      return [expr.mul(expr.select(real, term(p, t, ...parameters), 0), factor)];
    });
    programs.set(pattern, program);
    return program;
  };
  return (predictions, targets, { lengths, reduction = 'mean' } = {}, ...parameters) =>
    tidy(() => {
      const { shape } = predictions;
      if (predictions.dtype !== 'f32') throw new DTypeError(`${name}: predictions must be f32, got i32`);
      const inputs = [predictions, asTensor(name, targets, predictions)];
      if (lengths !== undefined) {
        if (shape.length < 2) {
          throw new ShapeError(
            `${name}: lengths belong to predictions [batch, time, ...], these have shape ${formatShape(shape)}; leave lengths out`,
          );
        }
        inputs.push(lengthsColumn(name, lengths, predictions));
      }
      inputs.push(...parameters.filter((parameter) => parameter instanceof Tensor));
      const kinds = parameters.map((parameter) => (typeof parameter === 'number' ? 'a' : 'x'));
      const terms = {
        name,
        program: programFor((lengths === undefined ? '' : 'l') + kinds.join('')),
        inputs,
        scalars: parameters.filter((parameter) => typeof parameter === 'number'),
        shape,
        keptAxes: shape.length,
      };
      return reduceTerms(terms, reduction, () => countReal(name, lengths, shape));
    });
}

function asTensor(name: string, targets: Targets, predictions: Tensor): Tensor {
  const { shape, backend } = predictions;
  if (targets instanceof Tensor) {
    if (sameShape(targets.shape, shape)) return targets;
    throw new ShapeError(
      `${name}: predictions ${formatShape(shape)} and targets ${formatShape(targets.shape)} must have the same shape; ` +
        'reshape or broadcast one of them',
    );
  }
  if (targets.length !== sizeOf(shape)) {
    throw new ShapeError(
      `${name}: ${targets.length} targets for predictions ${formatShape(shape)}, expected ${sizeOf(shape)}`,
    );
  }
  return tensor(targets, shape, { backend });
}
