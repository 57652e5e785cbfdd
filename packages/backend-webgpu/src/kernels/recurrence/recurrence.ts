import {
  type Fused,
  type RecurrenceArgs,
  type RecurrenceGradArgs,
  sizeOf,
  type View,
} from '@ostinato/kernel';
import type { KernelContext } from '../context.js';
import { withScratch } from '../scratch.js';
import { isSoftware } from '../software.js';
import { sweepBack } from './backward.js';
import { backwardSequence } from './backward-sequence.js';
import { backwardSteps } from './backward-steps.js';
import { cellKey } from './cell.js';
import { type FormChoice, formFor } from './form.js';
import { forwardSequence } from './forward-sequence.js';
import { forwardSteps } from './forward-steps.js';
import { Rivals } from './rivals.js';
import { sizesOf } from './sequence.js';
import { packBackward, transposedWeights } from './weights.js';

export type { RecurrenceForm } from './form.js';

/** Cells over whole sequences, forward and back: for any cell program, and for views with any strides. */
export interface RecurrenceKernels {
  readonly recurrence: Fused<RecurrenceArgs>;
  readonly recurrenceGrad: Fused<RecurrenceGradArgs>;
}

/** Recurrences in the form that the settings name; chosen by their sizes, and by measuring, where they name none. */
export function recurrenceKernels(context: KernelContext): RecurrenceKernels {
  const { limits, device } = context;
  const rivals = new Rivals(context);
  const chosen = (args: RecurrenceArgs, sweep: 'forward' | 'backward'): FormChoice | null => {
    // Units that do not mix go through the whole sequence alone.
    if (!args.R) return { form: 'sequence', rival: null };
    const { maxComputeInvocationsPerWorkgroup, maxComputeWorkgroupSizeX, maxComputeWorkgroupStorageSize } =
      limits;
    const here = {
      maxComputeInvocationsPerWorkgroup,
      maxComputeWorkgroupSizeX,
      maxComputeWorkgroupStorageSize,
      isSoftware: isSoftware(device),
    };
    return formFor(here, sizesOf(args), sweep, context.recurrence);
  };
  /** What decides which form is faster; numbers of steps and of rows that are not far apart count as one. */
  const keyOf = (args: RecurrenceArgs, sweep: string): string => {
    const { T, B, H } = sizesOf(args);
    const about = (count: number): number => Math.ceil(Math.log2(count));
    return `${sweep} ${about(T)} ${about(B)} ${H} ${cellKey(args.cell)}`;
  };
  return {
    recurrence: {
      supports: (args) => fits(args) && chosen(args, 'forward') !== null,
      run(args) {
        if (sizeOf(args.x.shape) === 0) return;
        const form = chosen(args, 'forward')!;
        rivals.run(keyOf(args, 'forward'), form, (form) => {
          (form === 'steps' ? forwardSteps : forwardSequence)(context, args);
        });
      },
    },
    recurrenceGrad: {
      supports: (args) => fits(args) && hasGradientsThatFit(args) && chosen(args, 'backward') !== null,
      run(args) {
        rivals.run(keyOf(args, 'backward'), chosen(args, 'backward')!, (form) => {
          const isStepwise = form === 'steps';
          withScratch(context, (scratch) => {
            const weights =
              args.R &&
              (isStepwise
                ? transposedWeights(context, scratch, args.R)
                : packBackward(context, scratch, args.R, args.cell.inner?.gates ?? 0));
            sweepBack(context, scratch, args, weights, (operands) => {
              if (sizeOf(args.x.shape) > 0)
                (isStepwise ? backwardSteps : backwardSequence)(context, args, operands);
            });
          });
        });
      },
    },
  };
}

const isFloat = (view: View | null): boolean => !view || view.dtype === 'f32';

function fits({ x, R, states, products, parameters }: RecurrenceArgs): boolean {
  return [x, R, states, products, parameters].every(isFloat);
}

/** What is missing here has no meaning, and is left to the fallback. */
function hasGradientsThatFit({ cell, R, products, dr, dOutput, dFinal }: RecurrenceGradArgs): boolean {
  const complete = R ? products !== null && (dr !== null || cell.sharedGradient) : dr === null;
  return complete && [dOutput, dFinal].every(isFloat);
}
