import { defineProgram, expr, ProgramError, permuteView, runFused } from '@ostinato/kernel';
import { assertFloat, commonBackend, outputSlot, record } from '../record.js';
import { isRecording } from '../tape.js';
import { allocate, type Tensor } from '../tensor.js';
import { mapTensors, reshape } from './core.js';

/** What the CTC loss of rows is computed from. B rows, T steps, C classes, targets of at most S symbols. */
export interface CtcLossInputs {
  /** [B, T, C] scores, before softmax. */
  readonly logits: Tensor;
  /** [B, S] i32; past a row's target length anything. */
  readonly targets: Tensor;
  /** [B] i32, each in [0, T] */
  readonly inputLengths: Tensor;
  /** [B] i32, each in [0, S] */
  readonly targetLengths: Tensor;
  readonly blank: number;
}

const scaled = defineProgram({ inputs: 2 }, ({ x }) => [expr.mul(x[0]!, x[1]!)]);

/**
 * Connectionist temporal classification (Graves et al. 2006): minus the log probability of each row's target. One kernel call for
 * the loss and its gradient. Only logits have a gradient, and gradients have none of their own. This is what `ctcLoss` of the
 * losses is made of, which checks what it is given.
 * @returns [B]; a target that cannot fit has the loss `ctcLossLimit`, and no gradient
 * @throws ShapeError or IndexError where the operands do not fit together, as far as the backend sees it
 */
export function ctcLossOfRows({
  logits,
  targets,
  inputLengths,
  targetLengths,
  blank,
}: CtcLossInputs): Tensor {
  assertFloat('ctcLoss', logits);
  const backend = commonBackend('ctcLoss', [logits, targets, inputLengths, targetLengths]);
  const node = record('ctcLoss', [logits], (dLoss) => {
    if (isRecording()) {
      throw new ProgramError(
        'ctcLoss: second derivatives are not available; ask for its gradient without { createGraph: true }',
      );
    }
    return [mapTensors('ctcLoss backward', scaled, [saved!, reshape(dLoss!, [-1, 1, 1])])];
  });
  const loss = allocate(backend, [logits.shape[0]!], 'f32', outputSlot(node));
  const gradient = node && allocate(backend, logits.shape);
  // Kernels are time major.
  const order = [1, 0, 2];
  runFused(backend, 'ctcLoss', {
    logits: permuteView(logits.view('ctcLoss'), order),
    targets: targets.view('ctcLoss'),
    inputLengths: inputLengths.view('ctcLoss'),
    targetLengths: targetLengths.view('ctcLoss'),
    blank,
    loss: loss.view(),
    gradient: gradient ? permuteView(gradient.view(), order) : null,
  });
  const saved = node?.save(gradient!);
  gradient?.dispose();
  return loss;
}
