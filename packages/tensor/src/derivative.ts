import { adjoint, type Expr, expr, type MapProgram, memo, programOf } from '@ostinato/kernel';
import type { Tensor } from './tensor.js';

/** The derivative of a program with respect to one input, and the tensors that it reads. */
export interface Derivative {
  readonly program: MapProgram;
  /** Positions in [inputs..., output, gradient]. */
  readonly reads: readonly number[];
  /** Whether it is the incoming gradient itself. */
  readonly isGradient: boolean;
}

/** For each input its derivative; `undefined` where it is 0 everywhere. */
export type Derivatives = readonly (Derivative | undefined)[];

function derive(program: MapProgram, useOutput: boolean): Derivatives {
  const output = program.outputs[0]!;
  const outputLeaf = expr.input(program.inputs);
  const gradient = expr.input(program.inputs + 1);
  const leaves = Array.from({ length: program.inputs }, (_, index) => expr.input(index));
  const gradients = adjoint([output], [gradient], leaves);
  const shortened =
    useOutput && output.kind === 'operation'
      ? expr.substitute(gradients, (node) => (node === output ? outputLeaf : undefined))
      : gradients;
  return shortened.map((derivative) => compact(derivative, gradient, program.scalars));
}

function compact(derivative: Expr, gradient: Expr, scalars: number): Derivative | undefined {
  if (derivative.kind === 'constant' && derivative.value === 0) return undefined;
  const reads = expr
    .topological([derivative])
    .flatMap((node) => (node.kind === 'input' ? [node.index] : []))
    .sort((a, b) => a - b);
  const [renumbered] = expr.substitute([derivative], (node) =>
    node.kind === 'input' ? expr.input(reads.indexOf(node.index)) : undefined,
  );
  return {
    program: programOf([renumbered!], reads.length, scalars),
    reads,
    isGradient: derivative === gradient,
  };
}

/** Derivatives of a program as `map` runs it: they may read the output. */
export const derivativesOfMap = memo((program: MapProgram) => derive(program, true));
/** Derivatives of a program inside a sum, where its own output is not stored. */
export const derivativesOfReduce = memo((program: MapProgram) => derive(program, false));

/** What an operation needs to keep for its derivatives, as positions in [inputs..., output]. */
export function keptReads(derivatives: Derivatives, inputs: readonly Tensor[]): Set<number> {
  const kept = new Set<number>();
  derivatives.forEach((derivative, index) => {
    if (inputs[index]!.requiresGrad)
      for (const read of derivative?.reads ?? []) if (read <= inputs.length) kept.add(read);
  });
  return kept;
}
