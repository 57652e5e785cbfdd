import { formatShape, OstinatoError } from '@ostinato/kernel';
import { tensor } from './create.js';
import { gradients } from './grad.js';
import { add, mul, sub } from './ops/elementwise.js';
import { sum } from './ops/reduce.js';
import { dispose, tidy } from './scope.js';
import { noGrad } from './tape.js';
import { type Tensor, variable } from './tensor.js';

/** How closely gradients are compared. */
export interface GradcheckOptions {
  /** Step of the central difference; 1e-4 by default, which suits the reference backend with its float64. */
  readonly epsilon?: number;
  /** Allowed |difference| / (1 + |numeric|); 1e-4 by default. */
  readonly tolerance?: number;
  /** At most so many elements of each input are checked, evenly spread; all by default. */
  readonly samples?: number;
}

/**
 * Compares the gradients of `fn` with central differences, element by element.
 * @param fn a function of tensors; a result of several numbers is summed with unequal weights
 * @param inputs on the reference backend (`@ostinato/kernel/reference`) for exact work; float32 backends need a larger epsilon and tolerance
 * @returns the largest error found
 * @throws OstinatoError that names the input, the element and both numbers, when an error exceeds the tolerance
 */
export async function gradcheck(
  fn: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  { epsilon = 1e-4, tolerance = 1e-4, samples = Number.POSITIVE_INFINITY }: GradcheckOptions = {},
): Promise<number> {
  const scalarFunction = (...x: Tensor[]): Tensor => {
    const result = fn(...x);
    if (result.size === 1) return sum(result);
    const weights = Float32Array.from({ length: result.size }, (_, index) => Math.cos(1 + index));
    return sum(mul(result, tensor(weights, result.shape, { backend: result.backend })));
  };
  const variables = inputs.map(variable);
  const analytic = tidy(() => gradients(scalarFunction(...variables), variables));
  let worst = 0;
  for (const [which, input] of inputs.entries()) {
    const found = await analytic[which]?.data();
    const stride = Math.max(1, Math.floor(input.size / samples));
    for (let element = 0; element < input.size; element += stride) {
      const numeric = await centralDifference(scalarFunction, inputs, which, element, epsilon);
      const value = found?.[element] ?? 0;
      const error = Math.abs(value - numeric) / (1 + Math.abs(numeric));
      if (!(error <= tolerance)) {
        throw new OstinatoError(
          `gradcheck: input ${which} of shape ${formatShape(input.shape)}, element ${element}: ` +
            `backward gives ${value}, differences give ${numeric}`,
        );
      }
      worst = Math.max(worst, error);
    }
  }
  dispose([...variables, ...analytic]);
  return worst;
}

/** (f(x + ε) - f(x - ε)) / 2ε along one element, computed on the backend in its own precision. */
async function centralDifference(
  fn: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  which: number,
  element: number,
  epsilon: number,
): Promise<number> {
  const input = inputs[which]!;
  const direction = new Float32Array(input.size);
  direction[element] = 1;
  const slope = tidy(() =>
    noGrad(() => {
      const step = tensor(direction, input.shape, { backend: input.backend });
      const at = (amount: number): Tensor => fn(...inputs.with(which, add(input, mul(step, amount))));
      return mul(sub(at(epsilon), at(-epsilon)), 1 / (2 * epsilon));
    }),
  );
  const value = await slope.item();
  slope.dispose();
  return value;
}
