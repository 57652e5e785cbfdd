import { type CellProgram, defineCell, type Expr, expr } from '@ostinato/kernel';
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

const cells = new Map<Activation, CellProgram>();

/**
 * The simple recurrent network (Elman 1990, "Finding structure in time"): the hidden layer's values are fed back.
 *
 *     h' = activation(x + h · R)
 *
 * @throws OstinatoError for an activation that there is not
 */
export function elman(activation: Activation = 'tanh'): CellProgram {
  checkActivation('Elman', 'activation', activation);
  let cell = cells.get(activation);
  if (!cell) {
    const name = activation === 'tanh' ? 'elman' : `elman-${activation}`;
    cell = defineCell({ name, gates: 1, states: 1 }, ({ x, r }) => [
      activations[activation](expr.add(x[0]!, r[0]!)),
    ]);
    cells.set(activation, cell);
  }
  return cell;
}
