import type { Expr } from './expr.js';
import { memo } from './memo.js';
import type { MapProgram } from './program.js';
import { contiguousStrides } from './view.js';

/** Which positions a program asks for. */
interface PositionsNeeded {
  /** Row-major position in the shape, for random numbers. */
  readonly rowMajor: boolean;
  /** Axes whose coordinate is used. */
  readonly axes: readonly number[];
}

/** What a program asks for besides its inputs and scalars. */
export const positionsNeeded = memo((program: MapProgram): PositionsNeeded => {
  const axes = new Set<number>();
  let rowMajor = false;
  const seen = new Set<Expr>();
  const visit = (node: Expr): void => {
    if (seen.has(node)) return;
    seen.add(node);
    if (node.kind === 'coordinate') axes.add(node.axis);
    else if (node.kind === 'random') rowMajor = true;
    else if (node.kind === 'operation') node.args.forEach(visit);
  };
  program.outputs.forEach(visit);
  return { rowMajor, axes: [...axes] };
});

/**
 * Positions as operands that are not in memory: walked like any view, and where their pointer stands is itself the
 * number. This is why loops can be merged and reordered without losing track of positions.
 * @returns the strides of each: the row-major position where needed, then each coordinate
 */
export function positionStrides(program: MapProgram, shape: readonly number[]): number[][] {
  const { rowMajor, axes } = positionsNeeded(program);
  const coordinates = axes.map((axis) => shape.map((_, other) => (other === axis ? 1 : 0)));
  return rowMajor ? [contiguousStrides(shape), ...coordinates] : coordinates;
}
