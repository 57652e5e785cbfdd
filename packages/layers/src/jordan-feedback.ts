import { defineProgram, expr, type MapProgram, memo } from '@ostinato/kernel';
import {
  mapTensors,
  matmul,
  mean,
  ones,
  pad,
  type RecurrenceResult,
  recurrence,
  reshape,
  select,
  slice,
  stack,
  sub,
  type Tensor,
  zeros,
} from '@ostinato/tensor';
import { type Activation, activations } from './cells/activation.js';
import { elman } from './cells/elman.js';
import { jordan, type OutputActivation } from './cells/jordan.js';
import { projectSteps, type WalkedSteps } from './one-way-layer.js';
import { addToFirstStep, lastStep, stepBefore } from './walk-ends.js';

/** What the hidden layer of a Jordan network is computed from. */
export interface JordanParts extends WalkedSteps {
  /** [time, batch, hidden] projections of the input, with the hidden layer's bias; at least one step */
  readonly x: Tensor;
  /** [batch, out]: what the first step sees; undefined for zeros */
  readonly before: Tensor | undefined;
  /** U [out, hidden] */
  readonly feedbackWeight: Tensor;
  /** V [hidden, out] */
  readonly outputWeight: Tensor;
  /** [out] */
  readonly outputBias: Tensor | undefined;
  readonly activation: Activation;
}

/** The hidden layer of a Jordan network. */
export interface HiddenLayer {
  /** [time, batch, hidden] */
  readonly all: Tensor;
  /** [batch, hidden] after the last step of each row; in rows without steps anything */
  readonly last: Tensor;
}

const activated = memo(
  (activation: (x: expr.Expr) => expr.Expr): MapProgram =>
    defineProgram({ inputs: 2 }, ({ x: [x, fed] }) => [activation(expr.add(x!, fed!))]),
);

/**
 * The hidden layer where it is known what is fed back: one product for all steps.
 * @param targets [time, batch, out], what is fed back after each step; of no use for a single step
 */
export function taught(parts: JordanParts, targets: Tensor | undefined): HiddenLayer {
  const product =
    targets && parts.x.shape[0]! > 1
      ? projectSteps(stepBefore(targets, parts), parts.feedbackWeight, undefined, parts)
      : zeros([1, 1, 1], { backend: parts.x.backend });
  const program = activated(activations[parts.activation]);
  const all = mapTensors('Jordan', program, [addBefore(parts), product]);
  return { all, last: lastStep(all, parts) };
}

/** The hidden layer with the network's own outputs fed back. */
export function fedBack(parts: JordanParts, output: OutputActivation): HiddenLayer {
  return output === 'linear' ? linearlyFedBack(parts) : activatedFedBack(parts, output);
}

/** The first step sees the output of before. */
function addBefore(parts: JordanParts): Tensor {
  const { x, before, feedbackWeight } = parts;
  return before ? addToFirstStep(x, matmul(before, feedbackWeight), parts) : x;
}

/** y · U = (h · V + b) · U = h · VU + b · U, which only the first step does not see. */
function linearlyFedBack(parts: JordanParts): HiddenLayer {
  const { x, before, feedbackWeight, outputWeight, outputBias } = parts;
  const [time, batch, hidden] = x.shape as [number, number, number];
  const R = reshape(matmul(outputWeight, feedbackWeight), [hidden, 1, hidden]);
  const first = before && matmul(before, feedbackWeight);
  const later = outputBias && matmul(reshape(outputBias, [1, -1]), feedbackWeight);
  const none = zeros([1, 1], { backend: x.backend });
  const begun = first || later ? addToFirstStep(x, first ?? none, parts, later) : x;
  const gates = reshape(begun, [time, batch, 1, hidden]);
  return layerOf(recurrence({ ...stepsOf(parts), cell: elman(parts.activation), x: gates, R }), 0, hidden);
}

/** Two products in each step, of hidden units and outputs side by side. */
function activatedFedBack(parts: JordanParts, output: Exclude<OutputActivation, 'linear'>): HiddenLayer {
  const [time, batch, hidden] = parts.x.shape as [number, number, number];
  const { backend } = parts.x;
  const outputs = parts.feedbackWeight.shape[0]!;
  const units = Math.max(hidden, outputs);
  const cell = jordan(output, parts.activation);
  const filled = (x: Tensor, width = units): Tensor => {
    const axis = x.rank - 1;
    return x.shape[axis] === width ? x : pad(x, axis, 0, width - x.shape[axis]!);
  };
  const square = (weight: Tensor): Tensor => {
    const wide = filled(weight);
    return wide.shape[0] === units ? wide : pad(wide, 0, 0, units - wide.shape[0]!);
  };
  const isSoftmax = output === 'softmax';
  const centred = (x: Tensor): Tensor => (isSoftmax ? sub(x, mean(x, -1, { keepDims: true })) : x);
  const sum = isSoftmax ? [square(ones([outputs, units], { backend }))] : [];
  const bias = parts.outputBias && filled(reshape(centred(parts.outputBias), [1, -1]));
  return layerOf(
    recurrence({
      ...stepsOf(parts),
      cell,
      x: reshape(filled(addBefore(parts), cell.gates * units), [time, batch, cell.gates, units]),
      R: stack([square(parts.feedbackWeight), ...sum, square(centred(parts.outputWeight))], 1),
      parameters: bias ?? zeros([1, units], { backend }),
    }),
    1,
    hidden,
  );
}

const stepsOf = ({ lengths, reverse }: WalkedSteps): WalkedSteps => ({ lengths, reverse });

function layerOf({ output, final }: RecurrenceResult, state: number, hidden: number): HiddenLayer {
  return { all: slice(output, 2, 0, hidden), last: slice(select(final, 0, state), 1, 0, hidden) };
}
