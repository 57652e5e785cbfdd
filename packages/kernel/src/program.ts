import { ProgramError } from './errors.js';
import { coordinate, type Expr, input, less, type Scalar, scalar, select, topological } from './expr.js';

/** Elementwise expressions with the numbers of inputs and scalar arguments that they take: what `map` and `reduce` run. */
export interface MapProgram {
  /** One expression for each output view. */
  readonly outputs: readonly Expr[];
  readonly inputs: number;
  readonly scalars: number;
  /** Equal for equal programs: the key under which backends cache compiled kernels. */
  readonly key: string;
}

/** The leaves that a program is written with: `x` are its inputs, `a` its scalar arguments. */
export interface ProgramLeaves {
  readonly x: readonly Expr[];
  readonly a: readonly Scalar[];
}

/**
 * Defines a program.
 * @param arity how many inputs and scalar arguments it takes
 * @param build gets the leaves and returns one expression for each output
 * @example const scaled = defineProgram({ inputs: 1, scalars: 1 }, ({ x, a }) => [mul(x[0], a[0])]);
 */
/* @__NO_SIDE_EFFECTS__ */
export function defineProgram(
  arity: { inputs: number; scalars?: number },
  build: (leaves: ProgramLeaves) => readonly Expr[],
): MapProgram {
  const scalars = arity.scalars ?? 0;
  const leaves = {
    x: Array.from({ length: arity.inputs }, (_, index) => input(index)),
    a: Array.from({ length: scalars }, (_, index) => scalar(index)),
  };
  return programOf(build(leaves), arity.inputs, scalars);
}

/** A program of ready expressions. Throws ProgramError where a leaf lies outside the declared inputs or scalars. */
/* @__NO_SIDE_EFFECTS__ */
export function programOf(outputs: readonly Expr[], inputs: number, scalars = 0): MapProgram {
  for (const node of topological(outputs)) {
    if (node.kind === 'input' && node.index >= inputs) {
      throw new ProgramError(`program: input ${node.index} is used, but only ${inputs} inputs are declared`);
    }
    if (node.kind === 'scalar' && node.index >= scalars) {
      throw new ProgramError(
        `program: scalar argument ${node.index} is used, but only ${scalars} are declared`,
      );
    }
  }
  return { outputs, inputs, scalars, key: `${inputs}/${scalars}:${outputs.map((e) => e.id).join()}` };
}

/** The program that hands its one input on: copies, plain sums. */
export const identity: MapProgram = defineProgram({ inputs: 1 }, ({ x }) => [x[0]!]);

/** The program that writes its one scalar argument everywhere. */
export const fill: MapProgram = defineProgram({ inputs: 0, scalars: 1 }, ({ a }) => [a[0]!]);

/** The program that keeps sequences [T, B, ...] at steps before each row's length (its second input), and gives 0 past it. */
export const realSteps: MapProgram = defineProgram({ inputs: 2 }, ({ x: [value, length] }) => [
  select(less(coordinate(0), length!), value!, 0),
]);
