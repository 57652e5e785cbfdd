import type { Fused, FusedKernels } from '@ostinato/kernel';
import type { KernelContext } from './kernels/context.js';
import { ctcLoss } from './kernels/ctc/ctc-loss.js';
import { layerNorm } from './kernels/layer-norm.js';
import { projection, projectionGrad } from './kernels/projection.js';
import { recurrenceKernels } from './kernels/recurrence/recurrence.js';
import { softmax } from './kernels/softmax.js';

/** The fused kernels that run on the device: all of them. */
export function fusedKernels(context: KernelContext): Partial<FusedKernels> {
  const always = <Args>(run: (context: KernelContext, args: Args) => void): Fused<Args> => ({
    supports: () => true,
    run: (args) => run(context, args),
  });
  return {
    ...recurrenceKernels(context),
    projection: always(projection),
    projectionGrad: always(projectionGrad),
    softmax: always(softmax),
    layerNorm: always(layerNorm),
    ctcLoss: ctcLoss(context),
  };
}
