import { ELEMENT_BYTES, identity, type Storage, sizeOf, type View, viewOf } from '@ostinato/kernel';
import type { KernelContext } from './context.js';
import { dispatchMap } from './dispatch-map.js';
import { withScratch } from './scratch.js';

/**
 * Runs a kernel on views that may lie in more storages than a shader can bind: those of the surplus lie side by side in one
 * storage meanwhile.
 * @param use runs the kernel on views that hold the same, or what shall be there afterwards
 */
export function withFewStorages(
  context: KernelContext,
  inputs: readonly View[],
  outs: readonly View[],
  use: (inputs: readonly View[], outs: readonly View[]) => void,
): void {
  const storages = [...new Set([...outs, ...inputs].map(({ storage }) => storage))];
  const most = context.limits.maxStorageBuffersPerShaderStage;
  if (storages.length <= most) {
    use(inputs, outs);
    return;
  }
  const surplus = new Set(storages.slice(most - 1));
  const moved = [...inputs, ...outs].filter(({ storage }) => surplus.has(storage)).map(withoutRepetition);
  const elements = moved.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  withScratch(context, (scratch) => {
    useScratch(context, scratch(elements * ELEMENT_BYTES), surplus, inputs, outs, use);
  });
}

function useScratch(
  context: KernelContext,
  scratch: Storage,
  surplus: ReadonlySet<Storage>,
  inputs: readonly View[],
  outs: readonly View[],
  use: (inputs: readonly View[], outs: readonly View[]) => void,
): void {
  let used = 0;
  const place = (view: View): { from: View; to: View } => {
    const from = withoutRepetition(view);
    const to = viewOf(scratch, from.shape, view.dtype, used);
    used += sizeOf(from.shape);
    return { from, to };
  };
  const repeated = (view: View, to: View): View => ({
    ...to,
    shape: view.shape,
    strides: to.strides.map((stride, axis) => (view.strides[axis] === 0 ? 0 : stride)),
  });
  const nearInputs = inputs.map((view) => {
    if (!surplus.has(view.storage)) return view;
    const { from, to } = place(view);
    dispatchMap(context, identity, [from], [], [to]);
    return repeated(view, to);
  });
  const back: { from: View; to: View }[] = [];
  const nearOuts = outs.map((view) => {
    if (!surplus.has(view.storage)) return view;
    const { to } = place(view);
    back.push({ from: to, to: view });
    return to;
  });
  use(nearInputs, nearOuts);
  for (const { from, to } of back) dispatchMap(context, identity, [from], [], [to]);
}

/** The view with repeated elements once. */
function withoutRepetition(view: View): View {
  return {
    ...view,
    shape: view.shape.map((length, axis) => (view.strides[axis] === 0 ? Math.min(length, 1) : length)),
  };
}
