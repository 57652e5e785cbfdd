import type {
  CtcLossArgs,
  Fused,
  FusedKernels,
  Kernels,
  LayerNormArgs,
  LinearChainArgs,
  LinearChainGradArgs,
  ProjectionArgs,
  ProjectionGradArgs,
  RecurrenceArgs,
  RecurrenceGradArgs,
  SoftmaxArgs,
} from './backend.js';
import { ctcLossSizes } from './check-fused.js';
import { formatShape, ProgramError, ShapeError } from './errors.js';
import type { FusedArgs } from './fused.js';
import type { MapProgram } from './program.js';
import { ELEMENT_BYTES, type Storage, sameShape, type View } from './view.js';

/**
 * Makes sure that a view is well formed and stays inside its storage.
 * @param where the kernel, for the message
 * @throws ShapeError where it does not: a kernel would touch what lies beside the storage
 */
export function checkReach({ shape, strides, offset, storage }: View, where: string): void {
  let [first, last] = [offset, offset];
  let [isWell, isEmpty] = [Number.isInteger(offset) && strides.length === shape.length, false];
  for (let axis = 0; axis < shape.length; axis++) {
    const [length, stride] = [shape[axis]!, strides[axis]!];
    isWell &&= Number.isInteger(length) && length >= 0 && Number.isInteger(stride);
    isEmpty ||= length === 0;
    const reach = (length - 1) * stride;
    if (reach < 0) first += reach;
    else last += reach;
  }
  if (isWell && (isEmpty || (first >= 0 && (last + 1) * ELEMENT_BYTES <= storage.bytes))) return;
  const view = `a view of shape ${formatShape(shape)} with strides ${formatShape(strides)} and offset ${offset}`;
  throw new ShapeError(
    isWell
      ? `${where}: ${view} leaves its storage of ${storage.bytes} bytes; check how the view was made`
      : `${where}: ${view} is malformed; give lengths from 0, one stride for each axis, and whole numbers only`,
  );
}

/** Makes sure that bytes to be read or written lie in a storage. Throws ShapeError where they do not. */
export function checkBytes({ bytes }: Storage, where: string, offset: number, count: number): void {
  if (offset % ELEMENT_BYTES === 0 && offset >= 0 && count >= 0 && offset + count <= bytes) return;
  throw new ShapeError(
    `${where}: bytes ${offset} to ${offset + count} do not lie in a storage of ${bytes} bytes from a multiple of 4 on`,
  );
}

/** Makes sure that a storage can have so many bytes. Throws ShapeError for what is no whole number from 0. */
export function checkSize(bytes: number): void {
  if (Number.isInteger(bytes) && bytes >= 0) return;
  throw new ShapeError(`alloc: ${bytes} bytes were asked for; give a whole number from 0`);
}

/**
 * Looks at the views of a call before any of it runs, so that a wrong one neither damages memory nor leaves half a result:
 * storages that are alive and the backend's own, views that stay inside them, shapes that fit together. The work is
 * proportional to the ranks.
 * @throws LifetimeError, BackendError, ShapeError, and ProgramError where a view or a scalar is missing
 */
export class CallChecks {
  readonly #open: (storage: Storage, where: string) => unknown;

  /** @param open throws LifetimeError for a storage that was freed, BackendError for another backend's */
  constructor(open: (storage: Storage, where: string) => unknown) {
    this.#open = open;
  }

  #view(view: View, where: string, role: string, shape?: readonly number[]): void {
    this.#open(view.storage, where);
    checkReach(view, where);
    if (!shape || sameShape(view.shape, shape)) return;
    throw new ShapeError(
      `${where}: ${role} has shape ${formatShape(view.shape)}, but ${formatShape(shape)} is expected; ` +
        'check the view that is passed',
    );
  }

  #optional(view: View | null, where: string, role: string, shape: readonly number[]): void {
    if (view) this.#view(view, where, role, shape);
  }

  map(...[program, inputs, scalars, outs]: Parameters<Kernels['map']>): void {
    checkArity('map', program, inputs, scalars);
    if (outs.length !== program.outputs.length || outs.length === 0) {
      throw new ProgramError(
        `map: the program has ${program.outputs.length} outputs, but ${outs.length} views are given`,
      );
    }
    const { shape } = outs[0]!;
    for (const [index, view] of inputs.entries()) this.#view(view, 'map', `input ${index}`, shape);
    for (const [index, view] of outs.entries()) this.#view(view, 'map', `output ${index}`, shape);
  }

  reduce(...[, program, inputs, scalars, axes, out]: Parameters<Kernels['reduce']>): void {
    checkArity('reduce', program, inputs, scalars);
    if (program.outputs.length !== 1 || inputs.length === 0) {
      throw new ProgramError(
        `reduce: the program has ${inputs.length} inputs and ${program.outputs.length} outputs; ` +
          'some inputs and one output are needed',
      );
    }
    const { shape } = inputs[0]!;
    if (!axes.every((axis) => Number.isInteger(axis) && axis >= 0 && axis < shape.length)) {
      throw new ShapeError(
        `reduce: axes ${formatShape(axes)} do not all exist in shape ${formatShape(shape)}; count them from 0`,
      );
    }
    for (const [index, view] of inputs.entries()) this.#view(view, 'reduce', `input ${index}`, shape);
    const kept = shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
    this.#view(out, 'reduce', 'out', kept);
  }

  matmul(...[a, b, out]: Parameters<Kernels['matmul']>): void {
    const rank = a.shape.length;
    if (rank < 2 || b.shape.length < 2) {
      throw new ShapeError(
        `matmul: a ${formatShape(a.shape)} and b ${formatShape(b.shape)} do not fit; ` +
          'expected [..., M, K] and [..., K, N] with equal leading axes',
      );
    }
    const leading = a.shape.slice(0, -2);
    const columns = b.shape.at(-1)!;
    this.#view(a, 'matmul', 'a');
    this.#view(b, 'matmul', 'b', [...leading, a.shape[rank - 1]!, columns]);
    this.#view(out, 'matmul', 'out', [...leading, a.shape[rank - 2]!, columns]);
  }

  gather(...[table, indices, out]: Parameters<Kernels['gather']>): void {
    this.#rows('gather', table, 'table', indices, out, 'out');
  }

  scatterAdd(...[updates, indices, out]: Parameters<Kernels['scatterAdd']>): void {
    this.#rows('scatterAdd', out, 'out', indices, updates, 'updates');
  }

  /** A table [N, D], indices [...], and one row [..., D] for each of them. */
  #rows(where: string, table: View, tableRole: string, indices: View, rows: View, role: string): void {
    if (table.shape.length !== 2) {
      throw new ShapeError(
        `${where}: ${tableRole} has shape ${formatShape(table.shape)}; [rows, width] is expected`,
      );
    }
    this.#view(table, where, tableRole);
    this.#view(indices, where, 'indices');
    this.#view(rows, where, role, [...indices.shape, table.shape[1]!]);
  }

  softmax({ x, out }: SoftmaxArgs): void {
    this.#rowwise('softmax', x, out);
  }

  layerNorm({ x, out, inverseDeviation }: LayerNormArgs): void {
    this.#rowwise('layerNorm', x, out);
    this.#view(inverseDeviation, 'layerNorm', 'inverseDeviation', x.shape.with(-1, 1));
  }

  #rowwise(where: string, x: View, out: View): void {
    if (x.shape.length === 0) {
      throw new ShapeError(`${where}: x has no axes; it runs over the last axis, so at least one is needed`);
    }
    this.#view(x, where, 'x');
    this.#view(out, where, 'out', x.shape);
  }

  recurrence(args: RecurrenceArgs, where = 'recurrence'): void {
    const { cell, x, R, parameters, lengths, states, products } = args;
    if (x.shape.length !== 4 || x.shape[2] !== cell.gates) {
      throw new ShapeError(
        `${where}: x has shape ${formatShape(x.shape)}, but [steps, rows, ${cell.gates} gates, units] is expected ` +
          `for the cell ${cell.name}`,
      );
    }
    const [T, B, G, H] = x.shape as [number, number, number, number];
    this.#view(x, where, 'x');
    this.#optional(R, where, 'R', [H, G, H]);
    this.#optional(parameters, where, 'parameters', [cell.parameters, H]);
    if (!parameters && cell.parameters > 0) {
      throw new ProgramError(
        `${where}: the cell ${cell.name} has ${cell.parameters} parameters for each unit, but none are given; ` +
          `pass a view [${cell.parameters}, ${H}]`,
      );
    }
    this.#optional(lengths, where, 'lengths', [B]);
    this.#view(states, where, 'states', [cell.states, T + 1, B, H]);
    this.#optional(products, where, 'products', x.shape);
    if (products && !R) {
      throw new ProgramError(
        `${where}: products are given, but the cell ${cell.name} runs without R and has none; pass null`,
      );
    }
  }

  recurrenceGrad(args: RecurrenceGradArgs): void {
    const where = 'recurrenceGrad';
    this.recurrence(args, where);
    const { cell, R, x, products, dOutput, dFinal, dx, dr, dParameters, dInitial } = args;
    if (R && !products) {
      throw new ProgramError(
        `${where}: products are missing; pass the view ${formatShape(x.shape)} that the sweep forward wrote`,
      );
    }
    const [T, B, , H] = x.shape as [number, number, number, number];
    const atEnd = [cell.states, B, H];
    this.#optional(dOutput, where, 'dOutput', [T, B, H]);
    this.#optional(dFinal, where, 'dFinal', atEnd);
    this.#view(dx, where, 'dx', x.shape);
    this.#optional(dr, where, 'dr', x.shape);
    if (!dr && R && !cell.sharedGradient) {
      throw new ProgramError(
        `${where}: dr is missing, but it differs from dx for the cell ${cell.name}; ` +
          `pass a view ${formatShape(x.shape)}`,
      );
    }
    this.#optional(dParameters, where, 'dParameters', [cell.parameters, H]);
    this.#view(dInitial, where, 'dInitial', atEnd);
  }

  projection({ x, weight, lengths, out }: ProjectionArgs): void {
    const [T, B, K] = this.#sequences('projection', x, 'x', lengths);
    const N = weight.shape[1] ?? 0;
    this.#view(weight, 'projection', 'weight', [K, N]);
    this.#view(out, 'projection', 'out', [T, B, N]);
  }

  projectionGrad({ x, gradient, lengths, out }: ProjectionGradArgs): void {
    const [T, B, K] = this.#sequences('projectionGrad', x, 'x', lengths);
    const N = gradient.shape[2] ?? 0;
    this.#view(gradient, 'projectionGrad', 'gradient', [T, B, N]);
    this.#view(out, 'projectionGrad', 'out', [K, N]);
  }

  ctcLoss(args: CtcLossArgs): void {
    const { logits, targets, inputLengths, targetLengths, loss, gradient } = args;
    const [, B] = ctcLossSizes(args);
    this.#view(logits, 'ctcLoss', 'logits');
    this.#view(targets, 'ctcLoss', 'targets');
    this.#view(inputLengths, 'ctcLoss', 'inputLengths', [B]);
    this.#view(targetLengths, 'ctcLoss', 'targetLengths', [B]);
    this.#view(loss, 'ctcLoss', 'loss', [B]);
    this.#optional(gradient, 'ctcLoss', 'gradient', logits.shape);
  }

  linearChain(args: LinearChainArgs): void {
    const [T, B, K] = this.#chain('linearChain', args);
    this.#view(args.logPartition, 'linearChain', 'logPartition', [B]);
    this.#view(args.forward, 'linearChain', 'forward', [T, B, K]);
  }

  linearChainGrad(args: LinearChainGradArgs): void {
    const where = 'linearChainGrad';
    const [T, B, K] = this.#chain(where, args);
    this.#view(args.forward, where, 'forward', [T, B, K]);
    this.#view(args.gradient, where, 'gradient', [B]);
    this.#view(args.dEmissions, where, 'dEmissions', [T, B, K]);
    this.#view(args.dTransitions, where, 'dTransitions', [K, K]);
    this.#view(args.dStart, where, 'dStart', [K]);
    this.#view(args.dEnd, where, 'dEnd', [K]);
  }

  #chain(
    where: string,
    { emissions, transitions, start, end, lengths }: Omit<LinearChainArgs, 'logPartition' | 'forward'>,
  ): readonly [number, number, number] {
    const [T, B, K] = this.#sequences(where, emissions, 'emissions', lengths);
    this.#view(transitions, where, 'transitions', [K, K]);
    this.#view(start, where, 'start', [K]);
    this.#view(end, where, 'end', [K]);
    return [T, B, K];
  }

  /** [T, B, size] of sequences with lengths [B]. */
  #sequences(where: string, view: View, role: string, lengths: View): readonly [number, number, number] {
    if (view.shape.length !== 3) {
      throw new ShapeError(
        `${where}: ${role} has shape ${formatShape(view.shape)}; [steps, rows, size] is expected`,
      );
    }
    this.#view(view, where, role);
    this.#view(lengths, where, 'lengths', [view.shape[1]!]);
    return view.shape as readonly number[] as [number, number, number];
  }

  /** Fused kernels that look at their views first, and take only those that they support. */
  guard(kernels: Partial<FusedKernels>): Partial<FusedKernels> {
    const guarded = <Name extends keyof FusedKernels>(name: Name): Fused<FusedArgs<Name>> => {
      const kernel = kernels[name] as Fused<FusedArgs<Name>>;
      const check = this[name].bind(this) as (args: FusedArgs<Name>) => void;
      return {
        supports: (args) => kernel.supports(args),
        run: (args) => {
          check(args);
          if (!kernel.supports(args)) {
            throw new ShapeError(
              `${name}: the kernel does not take views with these strides; ask supports first, or call runFused`,
            );
          }
          kernel.run(args);
        },
      };
    };
    const names = Object.keys(kernels) as (keyof FusedKernels)[];
    return Object.fromEntries(names.map((name) => [name, guarded(name)]));
  }
}

function checkArity(
  where: string,
  program: MapProgram,
  inputs: readonly View[],
  scalars: readonly number[],
): void {
  if (inputs.length === program.inputs && scalars.length === program.scalars) return;
  throw new ProgramError(
    `${where}: the program takes ${program.inputs} inputs and ${program.scalars} scalars, ` +
      `but ${inputs.length} inputs and ${scalars.length} scalars are given`,
  );
}
