import { defaultTolerances } from '@ostinato/conformance';
import {
  type ElementContext,
  type Expr,
  expr,
  type MapProgram,
  type PrimitiveName,
  uniform,
} from '@ostinato/kernel';

/** A number in float64, and how far what a float32 backend makes of it may be off; Infinity where anything may come out. */
export interface Bounded {
  readonly value: number;
  readonly error: number;
}

const exactly = (value: number): Bounded => ({ value, error: 0 });
const anything = (value: number): Bounded => ({ value, error: Infinity });
/** Above this, float32 may overflow where float64 does not. */
const large = 3e38;

/**
 * Computes the outputs of a program for one element, and how far each may be off: every operation adds the error that
 * conformance allows it to those that its arguments bring along.
 */
export function boundsOf(program: MapProgram, element: ElementContext): Bounded[] {
  const known = new Map<Expr, Bounded>();
  for (const node of expr.topological(program.outputs)) known.set(node, boundOf(node, element, known));
  return program.outputs.map((output) => known.get(output)!);
}

function boundOf(node: Expr, element: ElementContext, known: ReadonlyMap<Expr, Bounded>): Bounded {
  switch (node.kind) {
    case 'constant':
      return Number.isFinite(node.value) && Math.abs(node.value) > large
        ? anything(node.value)
        : {
            value: node.value,
            error: Number.isFinite(node.value) ? Math.abs(node.value - Math.fround(node.value)) : 0,
          };
    case 'input':
      return exactly(element.inputs[node.index]!);
    case 'scalar':
      return exactly(element.scalars[node.index]!);
    case 'coordinate':
      return exactly(element.coordinates![node.axis]!);
    case 'random':
      return exactly(
        uniform(
          element.scalars[node.seeds[0].index]!,
          element.scalars[node.seeds[1].index]!,
          element.position!,
          node.lane,
        ),
      );
    case 'operation':
      return operated(
        node.op,
        node.args.map((argument) => known.get(argument)!),
      );
  }
}

function operated(op: PrimitiveName, args: readonly Bounded[]): Bounded {
  const [a, b, c] = args as [Bounded, Bounded, Bounded];
  if (op === 'select') {
    if (isUnsure(a)) return anything(a.value);
    return a.value !== 0 ? b : c;
  }
  const apply = expr.primitives[op] as (...numbers: readonly number[]) => number;
  const value = apply(...args.map((arg) => arg.value));
  if (args.some(({ error }) => error === Infinity) || dependsOnMore(op, args)) return anything(value);
  const corners = cornersOf(args).map((corner) => apply(...corner));
  if (!Number.isFinite(value)) {
    return corners.every((corner) => Object.is(corner, value)) ? exactly(value) : anything(value);
  }
  const spread = spreadOf(op, args, value, corners);
  const { relative, absolute } = defaultTolerances[op];
  // Halves of the smallest float32 numbers are rounded, too, in operations that count as exact.
  const error = spread + relative * Math.abs(value) + absolute;
  return Math.abs(value) + error < large ? { value, error } : anything(value);
}

/** How far the result moves when the arguments do. */
function spreadOf(
  op: PrimitiveName,
  args: readonly Bounded[],
  value: number,
  corners: readonly number[],
): number {
  if (op === 'sin' || op === 'cos') return args[0]!.error;
  const spread = Math.max(...corners.map((corner) => Math.abs(corner - value)));
  if (Number.isNaN(spread)) return Infinity;
  const isStep = ['floor', 'ceil', 'round', 'sign', 'less', 'lessEqual', 'equal'].includes(op);
  return isStep && spread > 0 ? Infinity : spread;
}

/** Whether an argument may be 0 and may not be. */
const isUnsure = ({ value, error }: Bounded): boolean => error > 0 && !(Math.abs(value) > error);

/** Whether a result depends on what the bounds do not tell: the sign of a zero, which side of a jump it is on. */
function dependsOnMore(op: PrimitiveName, [a, b]: readonly Bounded[]): boolean {
  switch (op) {
    case 'div':
      return Math.abs(b!.value) <= b!.error;
    case 'equal':
      return a!.error + b!.error > 0 && !(Math.abs(a!.value - b!.value) > a!.error + b!.error);
    case 'mod': {
      if (!(Math.abs(b!.value) > b!.error) || !Number.isFinite(a!.value) || !Number.isFinite(b!.value))
        return true;
      const quotients = cornersOf([a!, b!]).map(([x, y]) => x! / y!);
      const slack = 1e-6 * Math.max(...quotients.map(Math.abs));
      const [low, high] = [Math.min(...quotients) - slack, Math.max(...quotients) + slack];
      return Math.floor(low) !== Math.floor(high) || Math.abs(a!.value) > 20;
    }
    case 'pow':
      if (!Number.isFinite(a!.value) || !Number.isFinite(b!.value)) return true;
      if (a!.value > a!.error) return false;
      return a!.error + b!.error > 0 || a!.value === 0;
    case 'sin':
    case 'cos':
      return Math.abs(a!.value) > 1e5 && Number.isFinite(a!.value);
    default:
      return false;
  }
}

/** All combinations of the least and the largest that each argument may be. */
function cornersOf(args: readonly Bounded[]): number[][] {
  return args.reduce<number[][]>(
    (corners, { value, error }) =>
      (error === 0 ? [value] : [value - error, value + error]).flatMap((each) =>
        corners.map((corner) => [...corner, each]),
      ),
    [[]],
  );
}
