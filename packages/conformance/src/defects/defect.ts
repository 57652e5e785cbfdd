import { type Backend, type Expr, expr, type MapProgram, programOf, type View } from '@ostinato/kernel';

/** A mistake that a backend could have, and the group of checks that has to find it. */
export interface Defect {
  readonly group: string;
  /** Gives the backend the mistake. `backend` has all methods bound; override what is wrong. */
  apply(backend: Backend): Partial<Backend>;
}

/** The program with its outputs off by one in a thousand at the first position. */
export function offAtFirst(program: MapProgram, rank: number): MapProgram {
  const first: Expr = rank === 0 ? expr.constant(1) : expr.equal(expr.coordinate(rank - 1), 0);
  const factor = expr.select(first, 1.001, 1);
  return programOf(
    program.outputs.map((output) => expr.mul(output, factor)),
    program.inputs,
    program.scalars,
  );
}

const same = programOf([expr.input(0)], 1);

/** Makes the first number of a result wrong by one in a thousand. */
export function spoil(backend: Backend, view: View): void {
  backend.map(offAtFirst(same, view.shape.length), [view], [], [view]);
}

const plainStrides = (shape: readonly number[]): number[] =>
  shape.map((_, axis) => shape.slice(axis + 1).reduce((size, length) => size * length, 1));

/** The view as if it lay row by row. */
export const unstrided = (view: View): View =>
  view.strides.includes(0) || view.strides.some((stride) => stride < 0)
    ? view
    : { ...view, strides: plainStrides(view.shape) };
