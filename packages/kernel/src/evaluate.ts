import { type Expr, type PrimitiveName, primitives, topological } from './expr.js';
import { memo } from './memo.js';
import type { MapProgram } from './program.js';
import { uniform } from './threefry.js';

/** Where and with what a program is evaluated: one element. */
export interface ElementContext {
  /** The element of each input. */
  readonly inputs: ArrayLike<number>;
  readonly scalars: ArrayLike<number>;
  /** The position along each axis; `random` and `coordinate` need it. */
  readonly coordinates?: ArrayLike<number>;
  /** The row-major index of the element in the result; `random` needs it. */
  readonly position?: number;
}

const orderOf = memo((program: MapProgram): readonly Expr[] => topological(program.outputs));

/**
 * Computes the outputs of a program for one element in float64, straight from the meaning of each primitive: slow, and
 * independent of the printer.
 * @returns one number for each output
 * @example evaluate(defineProgram({ inputs: 2 }, ({ x }) => [mul(x[0], x[1])]), { inputs: [2, 3], scalars: [] }); // [6]
 */
export function evaluate(program: MapProgram, element: ElementContext): number[] {
  const values = new Map<Expr, number>();
  for (const node of orderOf(program)) values.set(node, computed(node, element, values));
  return program.outputs.map((output) => values.get(output)!);
}

function computed(node: Expr, element: ElementContext, values: ReadonlyMap<Expr, number>): number {
  switch (node.kind) {
    case 'constant':
      return node.value;
    case 'input':
      return element.inputs[node.index]!;
    case 'scalar':
      return element.scalars[node.index]!;
    case 'coordinate':
      return element.coordinates![node.axis]!;
    case 'random': {
      const [seed0, seed1] = node.seeds.map((seed) => element.scalars[seed.index]!) as [number, number];
      return uniform(seed0, seed1, element.position!, node.lane);
    }
    case 'operation':
      return apply(
        node.op,
        node.args.map((argument) => values.get(argument)!),
      );
  }
}

function apply(op: PrimitiveName, args: readonly number[]): number {
  return (primitives[op] as (...numbers: readonly number[]) => number)(...args);
}
