import type { CellProgram, RecurrenceArgs, RecurrenceGradArgs, View } from '@ostinato/kernel';
import { contiguousStrides, sizeOf } from '@ostinato/kernel';
import type { Dispatch } from '../../device/recorder.js';
import type { KernelContext } from '../context.js';

/** What every device has. */
export const defaultLimits = {
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupSizeX: 256,
  maxComputeWorkgroupStorageSize: 16384,
  maxStorageBuffersPerShaderStage: 8,
};

/** A context without a device, and what is recorded in it. */
export function recordingContext(
  limits = defaultLimits,
  features: readonly GPUFeatureName[] = [],
): { context: KernelContext; recorded: Dispatch[] } {
  const recorded: Dispatch[] = [];
  const context = {
    limits,
    device: { features: new Set(features) },
    recorder: { dispatch: (dispatch: Dispatch) => recorded.push(dispatch), submit() {} },
    memory: { alloc: (bytes: number) => ({ bytes }), free() {} },
  };
  return { context: context as unknown as KernelContext, recorded };
}

/** A contiguous view of a storage of its own. */
export function view(shape: readonly number[], dtype: View['dtype'] = 'f32'): View {
  return {
    storage: { bytes: sizeOf(shape) * 4 },
    dtype,
    shape,
    strides: contiguousStrides(shape),
    offset: 0,
  };
}

/** Sizes of a recurrence, and whether rows have lengths. */
export interface Case {
  readonly T: number;
  readonly B: number;
  readonly H: number;
  readonly ragged?: boolean;
  readonly mixes?: boolean;
}

/** Arguments of a forward sweep. */
export function forwardCase(cell: CellProgram, { T, B, H, ragged, mixes = true }: Case): RecurrenceArgs {
  const { gates: G, states: S, parameters: P } = cell;
  return {
    cell,
    x: view([T, B, G, H]),
    R: mixes ? view([H, G, H]) : null,
    parameters: P > 0 ? view([P, H]) : null,
    lengths: ragged ? view([B], 'i32') : null,
    reverse: false,
    states: view([S, T + 1, B, H]),
    products: mixes ? view([T, B, G, H]) : null,
  };
}

/** Arguments of a sweep back. */
export function backwardCase(cell: CellProgram, sizes: Case): RecurrenceGradArgs {
  const forward = forwardCase(cell, sizes);
  const { T, B, H } = sizes;
  return {
    ...forward,
    dOutput: view([T, B, H]),
    dFinal: null,
    dx: view(forward.x.shape),
    dr: forward.R && !cell.sharedGradient ? view(forward.x.shape) : null,
    dParameters: cell.parameters > 0 ? view([cell.parameters, H]) : null,
    dInitial: view([cell.states, B, H]),
  };
}
