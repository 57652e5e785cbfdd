import { formatShape, LifetimeError, ShapeError, sameShape } from '@ostinato/kernel';
import { ones, zeros } from './create.js';
import { add } from './ops/elementwise.js';
import { Parameter } from './parameter.js';
import { keep, tidy } from './scope.js';
import { type Node, type Slot, withRecording } from './tape.js';
import { alias, type Tensor, variable } from './tensor.js';

/** How gradients are computed. */
export interface GradientOptions {
  /** Record the gradients too, so that they can be differentiated again. Off by default. */
  readonly createGraph?: boolean;
  /** The gradient that flows into the result; needed where it is not a single number. Ones by default. */
  readonly seed?: Tensor;
}

/** All nodes that lead to `end`, inputs before users. */
function nodesBefore(end: Node<Tensor>): Node<Tensor>[] {
  const order: Node<Tensor>[] = [];
  const seen = new Set<Node<Tensor>>([end]);
  const stack: { node: Node<Tensor>; next: number }[] = [{ node: end, next: 0 }];
  while (stack.length > 0) {
    const top = stack.at(-1)!;
    const slot = top.node.inputs[top.next++];
    if (top.next > top.node.inputs.length) order.push(stack.pop()!.node);
    else if (slot?.node && !seen.has(slot.node)) {
      seen.add(slot.node);
      stack.push({ node: slot.node, next: 0 });
    }
  }
  return order;
}

/**
 * Sends gradients back from `result` to the slots that `wanted` asks for, freeing what it passes.
 * @returns the gradient of each wanted slot that `result` depends on
 */
function flowBack(
  result: Tensor,
  wanted: (slot: Slot<Tensor>) => boolean,
  options: GradientOptions,
): Map<Slot<Tensor>, Tensor> {
  const { createGraph = false, seed } = options;
  const start = result.slot;
  if (!start) {
    throw new LifetimeError(
      'backward: the result does not depend on any parameter or variable (was it computed inside noGrad, or detached?)',
    );
  }
  if (seed ? !sameShape(seed.shape, result.shape) : result.size !== 1) {
    throw new ShapeError(
      `backward: the result has shape ${formatShape(result.shape)}` +
        (seed
          ? `, the seed ${formatShape(seed.shape)}`
          : '; reduce it to one number (sum, mean), or pass a seed of its shape'),
    );
  }
  const gradients = new Map<Slot<Tensor>, Tensor>();
  gradients.set(
    start,
    seed ? alias(seed, seed.view(), seed.slot) : ones(result.shape, { backend: result.backend }),
  );
  if (start.node) {
    const order = nodesBefore(start.node);
    const needed = neededNodes(order, wanted);
    for (const node of order.reverse()) {
      if (needed.has(node)) passThrough(node, gradients, wanted, needed);
      if (!createGraph) node.dropSaved();
    }
    if (!createGraph) for (const node of order) node.release();
  }
  for (const [slot, gradient] of gradients) {
    if (wanted(slot)) continue;
    gradient.dispose();
    gradients.delete(slot);
  }
  return gradients;
}

/** The nodes that lie on a way to a wanted slot. */
function neededNodes(
  order: readonly Node<Tensor>[],
  wanted: (slot: Slot<Tensor>) => boolean,
): Set<Node<Tensor>> {
  const needed = new Set<Node<Tensor>>();
  for (const node of order) {
    if (node.inputs.some((slot) => slot && (wanted(slot) || (slot.node && needed.has(slot.node)))))
      needed.add(node);
  }
  return needed;
}

function passThrough(
  node: Node<Tensor>,
  gradients: Map<Slot<Tensor>, Tensor>,
  wanted: (slot: Slot<Tensor>) => boolean,
  needed: ReadonlySet<Node<Tensor>>,
): void {
  const incoming = node.outputs.map((slot) => gradients.get(slot));
  if (incoming.every((gradient) => !gradient)) return;
  const parts = tidy(() =>
    node.backward(incoming).map((part) => part && alias(part, part.view(), part.slot)),
  );
  node.outputs.forEach((slot, index) => {
    if (wanted(slot)) return;
    incoming[index]?.dispose();
    gradients.delete(slot);
  });
  for (const [index, slot] of node.inputs.entries()) {
    const part = parts[index];
    if (!part) continue;
    const before = slot && gradients.get(slot);
    if (slot && (wanted(slot) || (slot.node && needed.has(slot.node))))
      gradients.set(slot, before ? add(before, part) : part);
    if (before || gradients.get(slot!) !== part) part.dispose();
    before?.dispose();
  }
}

/**
 * The gradients of `result` with respect to some variables, parameters or values on the way.
 * @returns one tensor for each of `wrt`, or `undefined` where the result does not depend on it
 * @throws LifetimeError when nothing was recorded, or backward has already passed
 */
export function gradients(
  result: Tensor,
  wrt: readonly Tensor[],
  options: GradientOptions = {},
): (Tensor | undefined)[] {
  const slots = wrt.map((tensor) => tensor.slot);
  const wanted = new Set(slots);
  return withRecording(options.createGraph ?? false, () => {
    const found = flowBack(result, (slot) => wanted.has(slot), options);
    return slots.map((slot) => slot && found.get(slot));
  });
}

/**
 * Adds the gradient of `loss` (one number) to `gradient` of every parameter that it depends on, and drops the graph.
 * @throws LifetimeError when nothing was recorded, or backward has already passed
 */
export function backward(loss: Tensor, options: { seed?: Tensor } = {}): void {
  withRecording(false, () => {
    const found = flowBack(loss, (slot) => Parameter.ofSlot(slot) !== undefined, options);
    for (const [slot, gradient] of found) {
      const parameter = Parameter.ofSlot(slot)!;
      const before = parameter.gradient;
      parameter.gradient = keep(before ? add(before, gradient) : gradient);
      if (before) {
        before.dispose();
        gradient.dispose();
      }
    }
  });
}

/** A function of tensors with one number as its result. */
export type ScalarFunction = (...inputs: Tensor[]) => Tensor;

/** How many `valueAndGrad` are running: inside another one, gradients are recorded themselves. */
let depth = 0;

/** Runs the function whose gradient is wanted. */
function inside<T>(fn: () => T): T {
  depth++;
  try {
    return withRecording(true, fn);
  } finally {
    depth--;
  }
}

/**
 * The function that gives the value of `fn` and its gradients with respect to all its inputs; zeros where it does not depend
 * on one. Can be nested: inside another `grad`, the gradients are recorded themselves.
 */
export function valueAndGrad(
  fn: ScalarFunction,
): (...inputs: Tensor[]) => { value: Tensor; gradients: Tensor[] } {
  return (...inputs) => {
    const nested = depth > 0 || inputs.some((input) => input.requiresGrad);
    const variables = inputs.map((input) => (input.requiresGrad ? input : variable(input)));
    const value = inside(() => fn(...variables));
    const found = value.slot ? gradients(value, variables, { createGraph: nested }) : [];
    return {
      value: nested ? value : alias(value, value.view()),
      gradients: inputs.map((input, index) => found[index] ?? zerosLike(input)),
    };
  };
}

function zerosLike(input: Tensor): Tensor {
  return zeros(input.shape, { backend: input.backend });
}

/**
 * The gradient of a function with respect to its first input.
 * @example const slope = grad((x) => sum(square(x)));  slope(x)  // 2x
 */
export function grad(fn: ScalarFunction): (...inputs: Tensor[]) => Tensor {
  const both = valueAndGrad(fn);
  return (...inputs) => both(...inputs).gradients[0]!;
}
