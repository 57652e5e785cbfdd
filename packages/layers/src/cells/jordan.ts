import { type CellProgram, defineCell, expr } from '@ostinato/kernel';
import { checkChoice } from '../checks.js';
import { type Activation, activations, checkActivation } from './activation.js';

const { add, div, exp, less, maximum, minimum, select, sub } = expr;

/** What a Jordan network's output, which is fed back, may pass through. */
export type OutputActivation = 'linear' | 'sigmoid' | 'tanh' | 'softmax';

/** Throws OstinatoError, naming the output activations that there are, for another. */
export function checkOutput(where: string, output: OutputActivation): void {
  checkChoice(where, 'output', output, ['linear', 'sigmoid', 'tanh', 'softmax']);
}

/** Logits further above their mean than this count as this much, where they are fed back through softmax. */
export const LARGEST_LOGIT = 80;
/** In the middle of the logits that matter: neither e^(z - 40) nor its square leaves the range of float32. */
const SHIFT = LARGEST_LOGIT / 2;

const cells = new Map<string, CellProgram>();

/**
 * The network of Jordan 1986 ("Attractor dynamics and parallelism in a connectionist sequential machine"): the output is fed back.
 * Gates hidden, output; states: what is fed back, hidden; the output is the hidden layer. The parameter b is the output's bias. Hidden
 * units and outputs share units: the smaller layer is filled up, with weights 0 from what is not there.
 *
 *     h = activation(x + y · U)        y' = output(h · V + b)
 *
 * Softmax sums over units, which no cell does by itself. But a product does: what is fed back are e = exp(z) of the logits z, and a
 * second gate with weights 1 gives their sum to each unit. Before the first step there is no e, and nothing is fed back. The logits
 * must be centred, z = h · V + b with mean 0; then only those more than 80 above their mean are cut, and those so low that they do
 * not matter. Gates then: hidden, sum, output.
 *
 *     h = activation(x + (e · U) / (e · 1))        e' = exp(h · V + b)
 *
 * A linear output needs no second product (h = activation(x + h · VU)), so that an Elman cell does for it.
 *
 * @throws OstinatoError for activations that there are not
 */
export function jordan(
  output: Exclude<OutputActivation, 'linear'>,
  activation: Activation = 'tanh',
): CellProgram {
  checkActivation('Jordan', 'activation', activation);
  checkOutput('Jordan', output);
  const name = `jordan-${output}${activation === 'tanh' ? '' : `-${activation}`}`;
  let cell = cells.get(name);
  if (!cell) {
    cell = output === 'softmax' ? softmaxCell(name, activation) : plainCell(name, output, activation);
    cells.set(name, cell);
  }
  return cell;
}

function plainCell(name: string, output: Activation, activation: Activation): CellProgram {
  return defineCell(
    { name, gates: 2, states: 2, parameters: 1, output: 1, innerGates: 1 },
    ({ x, r, p: [bias], multiply }) => {
      const hidden = activations[activation](add(x[0]!, r[0]!));
      const [product] = multiply(hidden);
      return [activations[output](add(x[1]!, add(product!, bias!))), hidden];
    },
  );
}

function softmaxCell(name: string, activation: Activation): CellProgram {
  return defineCell(
    // What is fed back lies between e^-80 and e^40.
    { name, gates: 3, states: 2, parameters: 1, output: 1, innerGates: 1, wideRange: true },
    ({ x, r: [fed, sum], p: [bias], multiply }) => {
      const hidden = activations[activation](add(x[0]!, div(fed!, select(less(0, sum!), sum!, 1))));
      const [product] = multiply(hidden);
      const logit = add(x[2]!, add(product!, bias!));
      return [exp(sub(maximum(minimum(logit, LARGEST_LOGIT), -SHIFT), SHIFT)), hidden];
    },
  );
}
