import { defineProgram, expr, type MapProgram, OstinatoError } from '@ostinato/kernel';
import { mapTensors, reduceTensors, type Tensor } from '@ostinato/tensor';
import type { Lengths } from './lengths.js';

/**
 * How the losses of single steps become one number:
 * - `mean`: the mean over what is real (steps, or elements of steps), 0 where nothing is;
 * - `sum`: the sum over all real steps of all rows;
 * - `batchMean`: the sum over time, the mean over rows;
 * - `none`: no reduction; 0 at padding.
 */
export type Reduction = 'mean' | 'sum' | 'batchMean' | 'none';

/** What every loss takes. */
export interface LossOptions {
  /** Real steps of each row, `[batch]`; padding never counts. Default: all steps are real. */
  readonly lengths?: Lengths | undefined;
  /** `mean` by default. */
  readonly reduction?: Reduction | undefined;
}

/** The terms of a loss, before they are added up. */
export interface LossTerms {
  readonly name: string;
  /** One term for each element of `shape`, times scalar argument 0. */
  readonly program: MapProgram;
  readonly inputs: readonly Tensor[];
  /** Scalar arguments from number 1 on. */
  readonly scalars: readonly number[];
  readonly shape: readonly number[];
  /** How many of the first axes `none` keeps; it adds up the others. */
  readonly keptAxes: number;
}

const quotient = defineProgram({ inputs: 2 }, ({ x: [total, count] }) => [
  expr.div(total!, expr.select(expr.equal(count!, 0), 1, count!)),
]);

/**
 * Adds up the terms of a loss in one pass.
 * @param count what `mean` divides by; asked for only then
 * @returns `[]`, or the first `keptAxes` axes for `none`
 * @throws OstinatoError for an unknown reduction
 */
export function reduceTerms(terms: LossTerms, reduction: Reduction, count: () => number | Tensor): Tensor {
  const { name, program, inputs, shape, keptAxes } = terms;
  const total = (factor: number, from: number): Tensor => {
    const scalars = [factor, ...terms.scalars];
    if (from === shape.length) return mapTensors(name, program, inputs, scalars, { shape });
    const axes = shape.flatMap((_, axis) => (axis < from ? [] : [axis]));
    return reduceTensors(name, 'sum', program, inputs, scalars, axes, {
      full: shape,
      shape: shape.slice(0, from),
    });
  };
  switch (reduction) {
    case 'none':
      return total(1, keptAxes);
    case 'sum':
      return total(1, 0);
    case 'batchMean':
      return total(1 / Math.max(1, keptAxes === 0 ? 1 : shape[0]!), 0);
    case 'mean': {
      const divisor = count();
      if (typeof divisor === 'number') return total(1 / (divisor || 1), 0);
      return mapTensors(name, quotient, [total(1, 0), divisor]);
    }
    default:
      throw new OstinatoError(
        `${name}: there is no reduction '${reduction}'; use 'mean', 'sum', 'batchMean' or 'none'`,
      );
  }
}
