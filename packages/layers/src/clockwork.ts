import { OstinatoError } from '@ostinato/kernel';
import type { Parameter, Tensor } from '@ostinato/tensor';
import { type Activation, checkActivation } from './cells/activation.js';
import { checkSizes, describe, startNumbers, startParameter } from './checks.js';
import {
  type ClockworkGroup,
  type ClockworkParts,
  isNested,
  runApart,
  runTogether,
} from './clockwork-forms.js';
import { glorotUniform, type Initializer, orthogonal, zero } from './init.js';
import { checkStateTensor, OneWayLayer, type SequenceWalk } from './one-way-layer.js';
import type { SequenceResult } from './sequence.js';

/**
 * From so many multiplications by R on, groups apart are faster than one recurrence of them all, which takes fewer calls
 * (`clockwork-forms.bench.ts`).
 */
const WORK_THAT_PAYS = 2e7;

/** Settings of a Clockwork RNN. */
export interface ClockworkOptions {
  /** How many groups of units there are, with periods 1, 2, 4, 8, ...; 4 by default. */
  readonly groups?: number;
  /** The period of each group in place of that, in steps, rising: [1, 3, 10]. */
  readonly periods?: readonly number[];
  /** tanh by default. */
  readonly activation?: Activation;
  /** Whether the input projection has a bias; yes by default. */
  readonly bias?: boolean;
  /** How the input weights [in, hidden] start; Glorot uniform by default. */
  readonly weightInit?: Initializer;
  /** How the recurrent weights start; orthogonal by default. It is asked for all of [hidden, hidden]; what no unit sees is left out. */
  readonly recurrentInit?: Initializer;
  /** How the bias [hidden] starts; zeros by default. */
  readonly biasInit?: Initializer;
}

/**
 * Clockwork RNN (Koutník et al. 2014): units stand in groups, each works at every T-th step only, and sees itself and slower groups. The
 * slow ones remember, the fast ones follow the input; it has fewer weights than an Elman network of its size, and takes less work.
 * Units are spread evenly over the groups, the first ones get what is left over. State [2, batch, hidden]: h, and the clock, which counts
 * steps.
 */
export class Clockwork extends OneWayLayer<Tensor> {
  /** [in, hidden] */
  readonly weight: Parameter;
  /** One for each group, [size, all units of faster groups and its own]: what those see of it. */
  readonly recurrentWeights: readonly Parameter[];
  /** [hidden] */
  readonly bias: Parameter | undefined;
  readonly periods: readonly number[];
  readonly activation: Activation;

  /**
   * @throws OstinatoError for sizes that are not whole numbers from 1, periods that do not rise, or fewer units than groups
   */
  constructor(
    readonly inputSize: number,
    readonly outputSize: number,
    options: ClockworkOptions = {},
  ) {
    super();
    const where = new.target.name;
    checkSizes(where, { inputSize, hiddenSize: outputSize });
    const { activation = 'tanh', bias = true, weightInit = glorotUniform } = options;
    const { recurrentInit = orthogonal, biasInit = zero } = options;
    checkActivation(where, 'activation', activation);
    this.activation = activation;
    this.periods = periodsOf(where, options, outputSize);
    this.weight = startParameter(where, 'weightInit', weightInit, [inputSize, outputSize]);
    const all = startNumbers(where, 'recurrentInit', recurrentInit, [outputSize, outputSize]);
    this.recurrentWeights = this.#bounds().map(([begin, end]) =>
      startParameter(where, 'recurrentInit', () => block(all, outputSize, begin, end), [end - begin, end]),
    );
    this.bias = bias ? startParameter(where, 'biasInit', biasInit, [outputSize]) : undefined;
  }

  protected override checkState(state: unknown, batch: number): void {
    checkStateTensor(this, 'state', state, [2, batch, this.outputSize], 'h and clock, batch, hidden');
  }

  protected override walk(walk: SequenceWalk<Tensor>): SequenceResult<Tensor> {
    const run = this.#worksApart(walk) ? runApart : runTogether;
    const { output, final } = run(this.parts(), walk);
    return { output, state: final };
  }

  /** @internal What the forms run on. */
  parts(): ClockworkParts {
    const { weight, bias, activation, recurrentWeights, periods } = this;
    const groups: ClockworkGroup[] = this.#bounds().map(([begin, end], index) => ({
      period: periods[index]!,
      begin,
      end,
      recurrentWeight: recurrentWeights[index]!,
    }));
    return { groups, weight, bias, activation };
  }

  #worksApart({ x, state }: SequenceWalk<Tensor>): boolean {
    const [time, batch] = x.shape as [number, number];
    return (
      state === undefined && isNested(this.periods) && time * batch * this.outputSize ** 2 >= WORK_THAT_PAYS
    );
  }

  /** First unit of each group, and the one behind its last. */
  #bounds(): [begin: number, end: number][] {
    const count = this.periods.length;
    const small = Math.floor(this.outputSize / count);
    const large = this.outputSize % count;
    const at = (group: number): number => group * small + Math.min(group, large);
    return Array.from({ length: count }, (_, group) => [at(group), at(group + 1)]);
  }
}

/** Rows `begin` to `end`, columns 0 to `end` of a square matrix. */
function block(matrix: Float32Array, size: number, begin: number, end: number): Float32Array {
  const rows = Array.from({ length: end - begin }, (_, row) => {
    const start = (begin + row) * size;
    return matrix.subarray(start, start + end);
  });
  return Float32Array.from(rows.flatMap((row) => [...row]));
}

function periodsOf(where: string, { groups, periods }: ClockworkOptions, units: number): readonly number[] {
  if (groups !== undefined) checkSizes(where, { groups });
  if (groups !== undefined && periods !== undefined && groups !== periods.length) {
    throw new OstinatoError(
      `${where}: groups says ${groups}, but there are ${periods.length} periods; give one of the two`,
    );
  }
  const found = periods ?? Array.from({ length: groups ?? 4 }, (_, group) => 2 ** group);
  const rises = (period: number, index: number): boolean =>
    Number.isInteger(period) && period >= 1 && (index === 0 || period > found[index - 1]!);
  if (!Array.isArray(found) || found.length === 0 || !found.every(rises)) {
    const got = Array.isArray(found) ? `[${found.join(', ')}]` : describe(found);
    throw new OstinatoError(`${where}: periods must be whole numbers from 1 that rise, got ${got}`);
  }
  if (found.length > units) {
    throw new OstinatoError(
      `${where}: hiddenSize ${units} is not enough for ${found.length} groups; each needs a unit`,
    );
  }
  return [...found];
}
