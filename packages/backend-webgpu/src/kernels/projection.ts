import type { ProjectionArgs, ProjectionGradArgs } from '@ostinato/kernel';
import type { KernelContext } from './context.js';
import { planOf } from './matmul-plan.js';
import { type Product, projectionGradOf, projectionOf } from './matmul-product.js';
import { runProduct } from './matmul-run.js';
import { isSoftware } from './software.js';

/** out[T, B, N] = x[T, B, K] · weight[K, N] at steps before each row's length; what lies past it is not looked at and stays as it was. */
export function projection(context: KernelContext, args: ProjectionArgs): void {
  const { x, weight, lengths, out, accumulate, ofGradients } = args;
  run(context, 'projection', projectionOf(x, weight, lengths, out, accumulate, ofGradients));
}

/** out[K, N] = Σ xᵀ · gradient over the steps before each row's length. */
export function projectionGrad(context: KernelContext, args: ProjectionGradArgs): void {
  const { x, gradient, lengths, out } = args;
  run(context, 'projectionGrad', projectionGradOf(x, gradient, lengths, out));
}

function run(context: KernelContext, label: string, product: Product): void {
  runProduct(context, label, product, planOf(product, isSoftware(context.device)));
}
