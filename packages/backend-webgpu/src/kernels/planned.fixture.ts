import type { Fused, FusedKernels, Kernels } from '@ostinato/kernel';
import { findAdapter } from '../adapter.js';
import { GpuBackend } from '../backend.js';
import type { KernelContext, KernelSettings } from './context.js';
import type { Plan } from './matmul-plan.js';
import { type Product, productOf, projectionGradOf, projectionOf } from './matmul-product.js';
import { runProduct } from './matmul-run.js';

/** A backend on the adapter of the tests, all of whose products follow a plan, whatever their sizes. */
export async function plannedBackend(plan: Plan, settings: KernelSettings = {}): Promise<GpuBackend> {
  const found = await findAdapter({});
  if ('unavailable' in found) throw new Error(found.unavailable);
  let context!: KernelContext;
  const run = (product: Product): void => runProduct(context, 'product', product, plan);
  const always = <Args>(productOfArgs: (args: Args) => Product): Fused<Args> => ({
    supports: () => true,
    run: (args) => run(productOfArgs(args)),
  });
  const fused = (own: KernelContext): Partial<FusedKernels> => {
    context = own;
    return {
      projection: always(({ x, weight, lengths, out, accumulate, ofGradients }) =>
        projectionOf(x, weight, lengths, out, accumulate, ofGradients),
      ),
      projectionGrad: always(({ x, gradient, lengths, out }) => projectionGradOf(x, gradient, lengths, out)),
    };
  };
  const requiredFeatures: GPUFeatureName[] = settings.precision === 'float16' ? ['shader-f16'] : [];
  const device = await found.requestDevice({ requiredFeatures });
  const backend = new GpuBackend(device, found.info, settings, fused);
  const matmul: Kernels['matmul'] = (a, b, out, { accumulate = false, ofGradients } = {}) =>
    run(productOf(a, b, out, accumulate, ofGradients));
  return Object.assign(backend, { matmul });
}
