import { type CellProgram, defineCell, expr } from '@ostinato/kernel';
import { type Activation, activations, checkActivation } from './activation.js';

const { add, mul, sigmoid, sub, zipWith } = expr;

/** Forms of the LSTM. */
export interface LstmForm {
  /** The gates also see the memory: input and forget gate the old one, output gate the new one (Gers & Schmidhuber 2000). */
  readonly peephole?: boolean;
  /** One gate for both: what is forgotten is replaced, f = 1 - i (Greff et al. 2015, "CIFG"). */
  readonly coupled?: boolean;
  /** g, what the candidate passes through; tanh by default. */
  readonly candidate?: Activation;
  /** h, what the memory passes through on its way out; tanh by default. */
  readonly output?: Activation;
}

const cells = new Map<string, CellProgram>();

/**
 * Long short-term memory (Hochreiter & Schmidhuber 1997; forget gate: Gers et al. 2000). Gates i, f, g, o (coupled:
 * i, g, o); states h, c; peepholes as per-unit parameters in the order of the gates without g.
 *
 *     i = sigmoid(x_i + h·R_i [+ p_i c])      f = sigmoid(x_f + h·R_f [+ p_f c])  or  1 - i
 *     c' = f c + i candidate(x_g + h·R_g)
 *     o = sigmoid(x_o + h·R_o [+ p_o c'])     h' = o output(c')
 *
 * @throws OstinatoError for an activation that there is not
 */
export function lstm({
  peephole = false,
  coupled = false,
  candidate = 'tanh',
  output = 'tanh',
}: LstmForm = {}): CellProgram {
  checkActivation('LSTM', 'candidate', candidate);
  checkActivation('LSTM', 'output', output);
  const variant = [
    peephole && 'peephole',
    coupled && 'coupled',
    candidate !== 'tanh' && candidate,
    output !== 'tanh' && `${output} output`,
  ];
  const name = ['lstm', ...variant.filter(Boolean)].join('-');
  let cell = cells.get(name);
  if (!cell) {
    const gates = coupled ? 3 : 4;
    cell = defineCell(
      { name, gates, states: 2, parameters: peephole ? gates - 1 : 0 },
      ({ x, r, s: [, c], p }) => {
        const sums = zipWith(add, x, r);
        const [inputGate, forgetGate, candidateGate, outputGate] = coupled
          ? [sums[0], undefined, sums[1], sums[2]]
          : sums;
        const look = (index: number, memory = c!) => (peephole ? mul(p[index]!, memory) : 0);
        const i = sigmoid(add(inputGate!, look(0)));
        const f = forgetGate ? sigmoid(add(forgetGate, look(1))) : sub(1, i);
        const next = add(mul(f, c!), mul(i, activations[candidate](candidateGate!)));
        const o = sigmoid(add(outputGate!, look(gates - 2, next)));
        return [mul(o, activations[output](next)), next];
      },
    );
    cells.set(name, cell);
  }
  return cell;
}
