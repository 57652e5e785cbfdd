import {
  DTypeError,
  defineProgram,
  type Expr,
  expr,
  formatShape,
  ShapeError,
  sameShape,
  sizeOf,
} from '@ostinato/kernel';
import {
  add,
  chainMarginals,
  gather,
  type LinearChain,
  logPartition,
  mapTensors,
  reduceTensors,
  reshape,
  slice,
  sub,
  swapAxes,
  type Tensor,
  tensor,
  tidy,
} from '@ostinato/tensor';
import { type ClassTargets, checkTargets } from './class-targets.js';
import { checkLengths, countReal, type Lengths } from './lengths.js';
import { type LossOptions, reduceTerms } from './reduction.js';

/** What a conditional random field learns beside the scores of single tags; `CRF` of `@ostinato/layers` holds them as parameters. */
export interface TagTransitions {
  /** [tags, tags]: how well the tag of the column follows that of the row. */
  readonly transitions: Tensor;
  /** [tags]: how well a tag begins a sequence. */
  readonly start: Tensor;
  /** [tags]: how well a tag ends one. */
  readonly end: Tensor;
}

/** What {@link crfMarginals} takes. */
export interface MarginalOptions {
  /** Real steps of each row, `[batch]`. Default: all steps are real. */
  readonly lengths?: Lengths | undefined;
}

/**
 * The negative log likelihood of the right tags under a linear-chain conditional random field (Lafferty et al. 2001; over a recurrent
 * network: Huang et al. 2015): log Σ exp(score) over all sequences of tags, less the score of the right one, where a sequence scores
 * start + emissions + transitions + end.
 *
 * The mean is that over real steps, as in `crossEntropy`. Tags that are given as numbers are checked. Those in a tensor are not: one
 * outside the tags scores 0.
 * @param emissions `[batch, time, tags]`, a score of each tag at each step; no softmax before it
 * @param tags the right ones, i32 `[batch, time]`, or numbers row by row
 * @returns `[]`; with `reduction: 'none'` the loss of each row, `[batch]`
 * @throws ShapeError or DTypeError where emissions, tags, transitions or lengths do not fit together
 * @throws IndexError for a tag that does not exist, naming its position
 * @example crfLoss(model.forward(batch), batch.tags, model.crf, { lengths: batch.lengths })
 */
export function crfLoss(
  emissions: Tensor,
  tags: ClassTargets,
  transitions: TagTransitions,
  { lengths, reduction = 'mean' }: LossOptions = {},
): Tensor {
  checkEmissions('crfLoss', emissions);
  return tidy(() => {
    const chain = chainOf('crfLoss', emissions, transitions, lengths);
    const targets = checkTargets('crfLoss', emissions, tags, { lengths });
    if (targets.dense) {
      throw new DTypeError(
        `crfLoss: tags must be class indices, i32 ${formatShape(emissions.shape.slice(0, 2))}, got distributions; ` +
          'pass argmax(tags), or use crossEntropy',
      );
    }
    // The partition comes first: it says what does not fit.
    const partition = logPartition(chain);
    const terms = {
      name: 'crfLoss',
      program: scaled,
      inputs: [sub(partition, scoreOf(emissions, targets.tensor, chain))],
      scalars: [],
      shape: partition.shape,
      keptAxes: 1,
    };
    return reduceTerms(terms, reduction, () => countReal('crfLoss', lengths, emissions.shape.slice(0, 2)));
  });
}

/**
 * The probability of each tag at each step under a linear-chain conditional random field, given the whole sequence (forward-backward,
 * Rabiner 1989). It can be differentiated.
 * @param emissions `[batch, time, tags]`
 * @returns `[batch, time, tags]`: adds up to 1 at each real step, 0 at padding
 * @throws ShapeError or DTypeError where emissions, transitions or lengths do not fit together
 * @example crfMarginals(model.forward(batch), model.crf, batch)
 */
export function crfMarginals(
  emissions: Tensor,
  transitions: TagTransitions,
  { lengths }: MarginalOptions = {},
): Tensor {
  checkEmissions('crfMarginals', emissions);
  return tidy(() => swapAxes(chainMarginals(chainOf('crfMarginals', emissions, transitions, lengths)), 0, 1));
}

function checkEmissions(where: string, { shape, rank }: Tensor): void {
  if (rank === 3 && shape[2]! > 0) return;
  throw new ShapeError(
    `${where}: emissions must have shape [batch, time, tags] with at least one tag, got ${formatShape(shape)}`,
  );
}

const clamped = defineProgram({ inputs: 1, scalars: 1 }, ({ x: [length], a: [time] }) => [
  expr.minimum(expr.maximum(length!, 0), time!),
]);

/** The chain of a batch, time first, with lengths that lie within it. */
function chainOf(
  where: string,
  emissions: Tensor,
  { transitions, start, end }: TagTransitions,
  lengths: Lengths | undefined,
): LinearChain {
  const [batch, time, count] = emissions.shape as [number, number, number];
  const { backend } = emissions;
  for (const [name, part, shape] of [
    ['transitions', transitions, [count, count]],
    ['start', start, [count]],
    ['end', end, [count]],
  ] as const) {
    if (sameShape(part.shape, shape)) continue;
    throw new ShapeError(
      `${where}: ${name} must have shape ${formatShape(shape)} for emissions ${formatShape(emissions.shape)} of ` +
        `${count} tags, got ${formatShape(part.shape)}`,
    );
  }
  const given = lengths ?? new Int32Array(batch).fill(time);
  const known = checkLengths(where, given, batch, time);
  const ends = known
    ? tensor(known, [batch], { backend })
    : mapTensors(where, clamped, [given as Tensor], [time], { dtype: 'i32' });
  return { emissions: swapAxes(emissions, 0, 1), transitions, start, end, lengths: ends };
}

const scaled = defineProgram({ inputs: 1, scalars: 1 }, ({ x, a }) => [expr.mul(x[0]!, a[0]!)]);

/** Emissions of the right tags, the start with the first and the end with the last. */
const stepTerms = defineProgram({ inputs: 5 }, ({ x: [emission, tag, length, start, end] }) => {
  const step = expr.coordinate(1);
  const first = expr.select(expr.equal(step, 0), start!, 0);
  const last = expr.select(expr.equal(expr.add(step, 1), length!), end!, 0);
  const counts = expr.mul(expr.less(step, length!), expr.equal(tag!, expr.coordinate(2)));
  return [expr.select(counts, expr.add(emission!, expr.add(first, last)), 0)];
});

const exists = (tag: Expr, tags: Expr): Expr => expr.mul(expr.lessEqual(0, tag), expr.less(tag, tags));
/** Whether the pair of a step and the next is real and both tags exist; scalar 0 tells how many there are. */
const isPair = (before: Expr, after: Expr, length: Expr, tags: Expr): Expr =>
  expr.mul(
    expr.less(expr.add(expr.coordinate(1), 1), length),
    expr.mul(exists(before, tags), exists(after, tags)),
  );
/** Where the transition of a pair stands among all of them, row by row. */
const pairPlaces = defineProgram({ inputs: 3, scalars: 1 }, ({ x: [before, after, length], a: [tags] }) => [
  expr.select(isPair(before!, after!, length!, tags!), expr.add(expr.mul(before!, tags!), after!), 0),
]);
const pairTerms = defineProgram(
  { inputs: 4, scalars: 1 },
  ({ x: [transition, before, after, length], a: [tags] }) => [
    expr.select(isPair(before!, after!, length!, tags!), transition!, 0),
  ],
);

/**
 * The score of the right tags [batch].
 * @param tags i32 [batch, time, 1]
 */
function scoreOf(emissions: Tensor, tags: Tensor, { transitions, start, end, lengths }: LinearChain): Tensor {
  const [B, T, K] = emissions.shape as [number, number, number];
  const ofSteps = reduceTensors(
    'crfLoss',
    'sum',
    stepTerms,
    [emissions, tags, reshape(lengths, [B, 1, 1]), start, end],
    [],
    [1, 2],
    { shape: [B] },
  );
  if (T < 2 || sizeOf(emissions.shape) === 0) return ofSteps;
  const row = reshape(tags, [B, T]);
  const pair = [slice(row, 1, 0, T - 1), slice(row, 1, 1, T), reshape(lengths, [B, 1])];
  const places = mapTensors('crfLoss', pairPlaces, pair, [K], { dtype: 'i32' });
  const moves = reshape(gather(reshape(transitions, [K * K, 1]), places), [B, T - 1]);
  const ofPairs = reduceTensors('crfLoss', 'sum', pairTerms, [moves, ...pair], [K], [1], { shape: [B] });
  return add(ofSteps, ofPairs);
}
