import { type CellProgram, defineCell, expr } from '@ostinato/kernel';
import { type Activation, cellByActivation } from './activation.js';

const byActivation = cellByActivation('IndRNN', (activation, name) =>
  defineCell({ name: `indrnn-${name}`, gates: 1, states: 1, parameters: 1 }, ({ x, s: [h], p: [u] }) => [
    activation(expr.add(x[0]!, expr.mul(u!, h!))),
  ]),
);

/**
 * Independently recurrent units (Li et al. 2018, "Independently recurrent neural network (IndRNN): building a longer and deeper RNN"):
 * each unit sees its own state only, by a weight u that is the cell's parameter. Units meet in the layers above.
 *
 *     h' = activation(x + u h)
 *
 * @throws OstinatoError for an activation that there is not
 */
export function indrnn(activation: Activation = 'relu'): CellProgram {
  return byActivation(activation);
}
