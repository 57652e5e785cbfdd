import { DTypeError, formatShape, IndexError, ShapeError, sameShape, sizeOf } from '@ostinato/kernel';
import { reshape, Tensor, tensor } from '@ostinato/tensor';
import { checkLengths, type Lengths } from './lengths.js';

/**
 * What the right class of each step is, for logits `[..., classes]`: class indices `[...]` (an i32 tensor, or numbers
 * row by row), or a distribution over the classes, f32 `[..., classes]`.
 */
export type ClassTargets = Tensor | Int32Array | readonly number[];

/** Class targets that broadcast against the logits. */
export interface CheckedTargets {
  /** i32 `[..., 1]`, or f32 `[..., classes]` where `dense`. */
  readonly tensor: Tensor;
  readonly dense: boolean;
}

/**
 * Checks targets against logits, and their numbers where those are known here.
 * @throws ShapeError, DTypeError, or IndexError that names the position of a class that does not exist
 */
export function checkTargets(
  where: string,
  logits: Tensor,
  targets: ClassTargets,
  { lengths, ignoreIndex }: { lengths?: Lengths | undefined; ignoreIndex?: number | undefined },
): CheckedTargets {
  const steps = logits.shape.slice(0, -1);
  const column = [...steps, 1];
  if (!(targets instanceof Tensor)) {
    if (typeof targets[0] === 'object') {
      throw new ShapeError(
        `${where}: the targets are lists in a list, expected one list of ${sizeOf(steps)} class indices, row by row; pass ` +
          "targets.flat() or tensor(targets, undefined, { dtype: 'i32' }), and tensor(targets) for distributions",
      );
    }
    if (targets.length !== sizeOf(steps)) {
      throw new ShapeError(
        `${where}: ${targets.length} targets for logits ${formatShape(logits.shape)}, ` +
          `expected ${sizeOf(steps)}, a class index for each of ${formatShape(steps)}`,
      );
    }
    checkIndices(where, logits, targets, lengths, ignoreIndex);
    const indices = targets instanceof Int32Array ? targets : Int32Array.from(targets);
    return { tensor: tensor(indices, column, { backend: logits.backend }), dense: false };
  }
  if (targets.dtype === 'i32' && sameShape(targets.shape, steps))
    return { tensor: reshape(targets, column), dense: false };
  if (targets.dtype === 'f32' && sameShape(targets.shape, logits.shape)) {
    if (ignoreIndex === undefined) return { tensor: targets, dense: true };
    throw new DTypeError(
      `${where}: ignoreIndex is for class indices, the targets are distributions; leave it out, ` +
        'and give lengths for padding',
    );
  }
  const Wrong =
    sameShape(targets.shape, steps) || sameShape(targets.shape, logits.shape) ? DTypeError : ShapeError;
  throw new Wrong(
    `${where}: targets must be class indices, i32 ${formatShape(steps)}, or distributions, ` +
      `f32 ${formatShape(logits.shape)}, got ${targets.dtype} ${formatShape(targets.shape)}`,
  );
}

/** Throws IndexError for a class that does not exist at a real step; says nothing where the lengths are a tensor. */
function checkIndices(
  where: string,
  logits: Tensor,
  targets: Int32Array | readonly number[],
  lengths: Lengths | undefined,
  ignoreIndex: number | undefined,
): void {
  if (lengths instanceof Tensor) return;
  const steps = logits.shape.slice(0, -1);
  const classes = logits.shape.at(-1)!;
  const [batch = 1, time = 1] = steps;
  const known = lengths && checkLengths(where, lengths, batch, time);
  const width = sizeOf(steps.slice(2));
  for (const [position, index] of targets.entries()) {
    if ((Number.isInteger(index) && index >= 0 && index < classes) || index === ignoreIndex) continue;
    const step = Math.floor(position / width);
    if (known && step % time >= known[Math.floor(step / time)]!) continue;
    throw new IndexError(
      `${where}: the target at ${formatShape(coordinatesOf(position, steps))} is ${index}, expected a class from 0 to ` +
        `${classes - 1}; correct the data, make the logits wider, or pass it as ignoreIndex`,
    );
  }
}

function coordinatesOf(position: number, shape: readonly number[]): number[] {
  let rest = position;
  return shape
    .toReversed()
    .map((length) => {
      const coordinate = rest % length;
      rest = Math.floor(rest / length);
      return coordinate;
    })
    .toReversed();
}
