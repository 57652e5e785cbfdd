import type { MatmulOptions, View } from '@ostinato/kernel';
import type { KernelContext } from './context.js';
import { planOf } from './matmul-plan.js';
import { productOf } from './matmul-product.js';
import { runProduct } from './matmul-run.js';
import { isSoftware } from './software.js';

/** out[..., M, N] = a[..., M, K] · b[..., K, N], or out += with `accumulate`. Any strides, any leading axes. */
export function matmul(
  context: KernelContext,
  a: View,
  b: View,
  out: View,
  { accumulate = false, ofGradients = false }: MatmulOptions = {},
): void {
  const product = productOf(a, b, out, accumulate, ofGradients);
  runProduct(context, 'matmul', product, planOf(product, isSoftware(context.device)));
}
