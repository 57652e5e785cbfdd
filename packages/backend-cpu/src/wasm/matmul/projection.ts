import { offsetsOf, type ProjectionArgs, type ProjectionGradArgs, type View } from '@ostinato/kernel';
import { realSteps } from '../../real-steps.js';
import type { Heap } from '../heap.js';
import type { MatmulKernels } from './matmul.js';

/** Bytes from place to place along an axis, from its first place. */
function along({ shape, strides }: View, axis: number): Int32Array {
  return offsetsOf([shape[axis]!], [strides[axis]! * 4], 0);
}

/** Where the real steps of sequences [T, B, ...] lie, in bytes from the first one, one view after the other. */
function stepsOf(heap: Heap, where: string, lengths: View, ...views: readonly View[]): Int32Array[] {
  const first = heap.viewAddress(lengths, where) / 4;
  const stride = lengths.strides[0]!;
  const ends = Int32Array.from(
    { length: lengths.shape[0]! },
    (_, row) => heap.integers[first + row * stride]!,
  );
  return views.map((view) => realSteps(ends, view, 4));
}

/** out = x · weight for the real steps: the others are no rows of the product. */
export function projection(heap: Heap, matmul: MatmulKernels, args: ProjectionArgs): void {
  const { x, weight, lengths, out, accumulate } = args;
  const [lefts, results] = stepsOf(heap, 'projection', lengths, x, out) as [Int32Array, Int32Array];
  if (results.length === 0 || out.shape[2] === 0) return;
  const shape = {
    left: { starts: lefts, steps: along(x, 2) },
    right: { starts: along(weight, 1), steps: along(weight, 0) },
    out: { starts: results, stride: out.strides[2]! * 4 },
    accumulate,
  };
  matmul.product(shape, (run) =>
    run(
      heap.viewAddress(x, 'projection'),
      heap.viewAddress(weight, 'projection'),
      heap.viewAddress(out, 'projection'),
    ),
  );
}

/** out = Σ xᵀ · gradient over the real steps: the others are no steps along the depth of the product. */
export function projectionGrad(heap: Heap, matmul: MatmulKernels, args: ProjectionGradArgs): void {
  const { x, gradient, lengths, out } = args;
  if (out.shape.includes(0)) return;
  const [lefts, rights] = stepsOf(heap, 'projectionGrad', lengths, x, gradient) as [Int32Array, Int32Array];
  const shape = {
    left: { starts: along(x, 2), steps: lefts },
    right: { starts: along(gradient, 2), steps: rights },
    out: { starts: along(out, 0), stride: out.strides[1]! * 4 },
    accumulate: false,
  };
  matmul.product(shape, (run) =>
    run(
      heap.viewAddress(x, 'projectionGrad'),
      heap.viewAddress(gradient, 'projectionGrad'),
      heap.viewAddress(out, 'projectionGrad'),
    ),
  );
}
