import type { Backend } from '@ostinato/kernel';
import { ReferenceBackend } from '@ostinato/kernel/reference';
import {
  dispose,
  gradients as gradientsOf,
  mul,
  sum,
  type Tensor,
  tensor,
  tidy,
  variable,
} from '@ostinato/tensor';
import { Numbers } from './numbers.js';

/** A function of tensors that is held against the oracle, with its gradients. */
export interface OperationCase {
  readonly name: string;
  /** The differentiable inputs. */
  readonly shapes: readonly (readonly number[])[];
  /** Where their numbers lie; [-3, 3] by default. */
  readonly domain?: readonly [number, number];
  /** What replaces the drawn number, by input and index. */
  readonly adjust?: (value: number, input: number, index: number) => number;
  /** Whether the result depends on the inputs in jumps only, so that there is no gradient. */
  readonly discrete?: boolean;
  run(inputs: readonly Tensor[], backend: Backend): Tensor;
}

/** An input of a case. */
export interface Draw {
  readonly shape: readonly number[];
  readonly numbers: Float32Array;
}

/** The inputs of a case: always the same. */
export function draw({ name, shapes, domain = [-3, 3], adjust }: OperationCase): Draw[] {
  const numbers = new Numbers(`gradient of ${name}`);
  return shapes.map((shape, input) => ({
    shape,
    numbers: Float32Array.from({ length: shape.reduce((size, length) => size * length, 1) }, (_, index) => {
      const value = numbers.uniform(...domain);
      return adjust?.(value, input, index) ?? value;
    }),
  }));
}

/** A result and the gradients of its weighted sum, as numbers. */
export interface Outcome {
  readonly result: ArrayLike<number>;
  readonly shape: readonly number[];
  readonly gradients: readonly (ArrayLike<number> | undefined)[];
}

/** Runs a case on a backend, forward and backward. */
export async function outcomeOn(
  backend: Backend,
  one: OperationCase,
  draws: readonly Draw[],
): Promise<Outcome> {
  const kept = tidy(() => {
    const variables = draws.map(({ numbers, shape }) => variable(tensor(numbers, shape, { backend })));
    const result = one.run(variables, backend);
    const weights = Float32Array.from({ length: result.size }, (_, index) => Math.cos(1 + index));
    const loss = sum(mul(result, tensor(weights, result.shape, { backend })));
    return {
      result,
      gradients: loss.requiresGrad ? gradientsOf(loss, variables) : draws.map(() => undefined),
    };
  });
  try {
    const numbersOf = (value: Tensor): Promise<ArrayLike<number>> | ArrayLike<number> =>
      backend instanceof ReferenceBackend ? backend.values(value.view()) : value.data();
    return {
      shape: kept.result.shape,
      result: await numbersOf(kept.result),
      gradients: await Promise.all(kept.gradients.map((gradient) => gradient && numbersOf(gradient))),
    };
  } finally {
    dispose(kept);
  }
}
