import {
  type Backend,
  DTypeError,
  defineProgram,
  expr,
  fill,
  formatShape,
  realSteps,
  runFused,
  ShapeError,
  sameShape,
} from '@ostinato/kernel';
import { zeros } from '../create.js';
import { gradients } from '../grad.js';
import { assertFloat, commonBackend, outputSlot, record } from '../record.js';
import { tidy } from '../scope.js';
import { isRecording } from '../tape.js';
import { allocate, type Tensor, variable } from '../tensor.js';
import { broadcastTo, mapTensors, reshape } from './core.js';
import { add } from './elementwise.js';
import { logSumExp, sum } from './reduce.js';
import { expandDims, select } from './shape.js';

/**
 * A linear chain of tags (Lafferty et al. 2001). The tags y of a row with L steps score
 * start[y_0] + Σ_t emissions[t, y_t] + Σ_t transitions[y_{t-1}, y_t] + end[y_{L-1}].
 */
export interface LinearChain {
  /** [time, batch, tags]; what lies past a row's length is not looked at. */
  readonly emissions: Tensor;
  /** [tags, tags], from the tag of the row to that of the column. */
  readonly transitions: Tensor;
  /** [tags], of the first step. */
  readonly start: Tensor;
  /** [tags], of the last step. */
  readonly end: Tensor;
  /** i32 [batch], each in [0, time] */
  readonly lengths: Tensor;
}

const operandsOf = ({ emissions, transitions, start, end }: LinearChain): Tensor[] => [
  emissions,
  transitions,
  start,
  end,
];

/**
 * The logarithm of the sum of exp(score) over all sequences of tags of a chain; 0 for rows without steps. One kernel call forward, one
 * back. Gradients of gradients go through single operations, one step after the other.
 * @returns [batch]
 * @throws ShapeError or DTypeError where the chain's parts do not fit
 */
export function logPartition(chain: LinearChain): Tensor {
  assertFits('logPartition', chain);
  const operands = operandsOf(chain);
  const backend = commonBackend('logPartition', [...operands, chain.lengths]);
  const node = record('logPartition', operands, (gradient) =>
    isRecording() ? recordedGradients(saved!, gradient!) : gradientsOf(backend, saved!, gradient!.view()),
  );
  const out = allocate(backend, [chain.lengths.size], 'f32', outputSlot(node));
  const forward = allocate(backend, chain.emissions.shape);
  runFused(backend, 'linearChain', { ...viewsOf(chain, forward), logPartition: out.view() });
  const saved = node && {
    emissions: node.save(chain.emissions),
    transitions: node.save(chain.transitions),
    start: node.save(chain.start),
    end: node.save(chain.end),
    lengths: node.save(chain.lengths),
    forward: node.save(forward),
  };
  forward.dispose();
  return out;
}

/**
 * The probability of each tag at each step, over all sequences of tags of a chain: the gradient of the log partition by the emissions.
 * It has gradients itself.
 * @returns [time, batch, tags]; 0 past each row's length
 * @throws ShapeError or DTypeError where the chain's parts do not fit
 */
export function chainMarginals(chain: LinearChain): Tensor {
  assertFits('chainMarginals', chain);
  const operands = operandsOf(chain);
  const backend = commonBackend('chainMarginals', [...operands, chain.lengths]);
  return tidy(() => {
    // Of no steps nothing follows, and there is nothing that a gradient could reach.
    if (chain.emissions.size > 0 && isRecording() && operands.some((operand) => operand.requiresGrad)) {
      const own = apart(chain);
      const emissions = own.emissions.slot ? own.emissions : variable(own.emissions);
      const total = sum(recordedLogPartition({ ...own, emissions }));
      return gradients(total, [emissions], { createGraph: true })[0]!;
    }
    const forward = allocate(backend, chain.emissions.shape);
    const row = allocate(backend, [chain.lengths.size]);
    runFused(backend, 'linearChain', { ...viewsOf(chain, forward), logPartition: row.view() });
    backend.map(fill, [], [1], [row.view()]);
    return gradientsOf(backend, { ...chain, forward }, row.view())[0]!;
  });
}

/** What the gradient needs of the forward pass. */
interface Saved extends LinearChain {
  readonly forward: Tensor;
}

function viewsOf({ emissions, transitions, start, end, lengths }: LinearChain, forward: Tensor) {
  return {
    emissions: emissions.view(),
    transitions: transitions.view(),
    start: start.view(),
    end: end.view(),
    lengths: lengths.view(),
    forward: forward.view(),
  };
}

/** The gradients of emissions, transitions, start and end, in this order. */
function gradientsOf(backend: Backend, saved: Saved, gradient: ReturnType<Tensor['view']>): Tensor[] {
  const outs = operandsOf(saved).map(({ shape }) => allocate(backend, shape));
  const [dEmissions, dTransitions, dStart, dEnd] = outs.map((out) => out.view());
  runFused(backend, 'linearChainGrad', {
    ...viewsOf(saved, saved.forward),
    gradient,
    dEmissions: dEmissions!,
    dTransitions: dTransitions!,
    dStart: dStart!,
    dEnd: dEnd!,
  });
  return outs;
}

/** The same as operations on the tape. */
function recordedGradients(chain: LinearChain, seed: Tensor): (Tensor | undefined)[] {
  const own = apart(chain);
  return gradients(recordedLogPartition(own), operandsOf(own), { createGraph: true, seed });
}

/** The chain with operands that are values of their own on the tape, so that gradients stop there and go on from there once. */
function apart(chain: LinearChain): LinearChain {
  const own = (operand: Tensor): Tensor => broadcastTo(operand, operand.shape);
  return {
    emissions: own(chain.emissions),
    transitions: own(chain.transitions),
    start: own(chain.start),
    end: own(chain.end),
    lengths: chain.lengths,
  };
}

/** The new scores of rows that are longer than scalar 0, the old ones of the others. */
const whileRunning = defineProgram({ inputs: 3, scalars: 1 }, ({ x: [next, before, length], a: [step] }) => [
  expr.select(expr.less(step!, length!), next!, before!),
]);

/** The forward pass as operations on the tape. */
function recordedLogPartition({ emissions, transitions, start, end, lengths }: LinearChain): Tensor {
  const [T, B] = emissions.shape as [number, number];
  const column = reshape(lengths, [B, 1]);
  // What lies in the padding is taken out first, so that no gradient sees it.
  const real = mapTensors('logPartition', realSteps, [emissions, reshape(lengths, [1, B, 1])]);
  const none = zeros([B, 1], { backend: emissions.backend });
  if (T === 0) return reshape(none, [B]);
  let scores = add(select(real, 0, 0), start);
  for (let step = 1; step < T; step++) {
    const incoming = logSumExp(add(expandDims(scores, 2), transitions), 1);
    const next = add(select(real, 0, step), incoming);
    scores = mapTensors('logPartition', whileRunning, [next, scores, column], [step]);
  }
  const total = logSumExp(add(scores, end), 1, { keepDims: true });
  return reshape(mapTensors('logPartition', whileRunning, [total, none, column], [0]), [B]);
}

function assertFits(where: string, chain: LinearChain): void {
  const { emissions, transitions, start, end, lengths } = chain;
  assertFloat(where, emissions, transitions, start, end);
  if (emissions.rank !== 3 || emissions.shape[2] === 0) {
    throw new ShapeError(
      `${where}: emissions must have shape [time, batch, tags] with at least one tag, got ${formatShape(emissions.shape)}`,
    );
  }
  const [, B, K] = emissions.shape as [number, number, number];
  const wanted: [string, Tensor, number[]][] = [
    ['transitions', transitions, [K, K]],
    ['start', start, [K]],
    ['end', end, [K]],
    ['lengths', lengths, [B]],
  ];
  for (const [name, tensor, shape] of wanted) {
    if (sameShape(tensor.shape, shape)) continue;
    throw new ShapeError(
      `${where}: ${name} must have shape ${formatShape(shape)} for emissions ${formatShape(emissions.shape)}, ` +
        `got ${formatShape(tensor.shape)}`,
    );
  }
  if (lengths.dtype !== 'i32') throw new DTypeError(`${where}: lengths must be i32, got ${lengths.dtype}`);
}
