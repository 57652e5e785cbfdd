import { type CellProgram, defineCell, expr } from '@ostinato/kernel';
import { type Activation, cellByActivation } from './activation.js';

const byActivation = cellByActivation('Elman', (activation, name) =>
  defineCell({ name: name === 'tanh' ? 'elman' : `elman-${name}`, gates: 1, states: 1 }, ({ x, r }) => [
    activation(expr.add(x[0]!, r[0]!)),
  ]),
);

/**
 * The simple recurrent network (Elman 1990, "Finding structure in time"): the hidden layer's values are fed back.
 *
 *     h' = activation(x + h · R)
 *
 * @throws OstinatoError for an activation that there is not
 */
export function elman(activation: Activation = 'tanh'): CellProgram {
  return byActivation(activation);
}
