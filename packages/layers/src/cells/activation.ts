import { type CellProgram, type Expr, expr } from '@ostinato/kernel';
import { checkChoice } from '../checks.js';

/** Activations that cells may choose from. */
export const activations = {
  tanh: expr.tanh,
  relu: expr.relu,
  sigmoid: expr.sigmoid,
  linear: (x: Expr): Expr => x,
} satisfies Record<string, (x: Expr) => Expr>;

/** Name of an activation. */
export type Activation = keyof typeof activations;

/** Throws OstinatoError, naming the activations that there are, for another. */
export function checkActivation(where: string, name: string, activation: Activation): void {
  checkChoice(where, name, activation, Object.keys(activations));
}

/**
 * A cell for each activation, built when it is first asked for.
 * @param where the network, for errors
 * @returns a function that throws OstinatoError for an activation that there is not
 */
/* @__NO_SIDE_EFFECTS__ */
export function cellByActivation(
  where: string,
  build: (activation: (x: Expr) => Expr, name: Activation) => CellProgram,
): (activation: Activation) => CellProgram {
  const cells = new Map<Activation, CellProgram>();
  return (activation) => {
    checkActivation(where, 'activation', activation);
    let cell = cells.get(activation);
    if (!cell) {
      cell = build(activations[activation], activation);
      cells.set(activation, cell);
    }
    return cell;
  };
}
