import { type CellProgram, defineCell, expr } from '@ostinato/kernel';
import { type Activation, cellByActivation } from './activation.js';

const { add, less, mod, select } = expr;

const byActivation = cellByActivation('Clockwork', (activation, name) =>
  defineCell(
    { name: `clockwork-${name}`, gates: 1, states: 2, parameters: 1 },
    ({ x, r, s: [h, clock], p: [period] }) => [
      // Half a step behind, so that division that is not quite exact, as on GPUs, makes no difference.
      select(less(mod(add(clock!, 0.5), period!), 1), activation(add(x[0]!, r[0]!)), h!),
      add(clock!, 1),
    ],
  ),
);

/**
 * Clockwork RNN (Koutník et al. 2014): a unit works at every T-th step only and keeps its value between. States: h, and the clock, which
 * counts steps from 0. The parameter is the unit's period T. Which units see which is up to R.
 *
 *     h' = activation(x + h·R)  where clock mod T = 0,  else h        clock' = clock + 1
 *
 * @throws OstinatoError for an activation that there is not
 */
export function clockwork(activation: Activation = 'tanh'): CellProgram {
  return byActivation(activation);
}
