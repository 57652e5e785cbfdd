import {
  defineProgram,
  ELEMENT_BYTES,
  expr,
  type Kernels,
  sizeOf,
  type View,
  viewOf,
} from '@ostinato/kernel';
import { ReferenceBackend } from '@ostinato/kernel/reference';

const { abs, div, floor, log, maximum, minimum, mul, pow, round, sign, sub } = expr;

/** The largest float16 number. */
export const largest = 65504;
/** How far a factor may lie from a number: 11 binary digits are kept from 2^-14 on, and below a GPU may take all numbers for 0. */
export function errorOf(value: number): number {
  const size = Math.abs(value);
  return size < 2 ** -14 ? size : size * 2 ** -11;
}

/** How far a float32 sum of products may lie from the exact one: each of `terms` additions and products is rounded. */
export function roundingOfSum(terms: number, sumOfSizes: number): number {
  return (terms + 1) * 2 ** -24 * sumOfSizes;
}

/** The nearest float16 number, and of two the even one; what is larger than the largest becomes that. */
const nearest = defineProgram({ inputs: 1 }, ({ x: [x] }) => {
  const size = minimum(abs(x!), largest);
  const exponent = maximum(floor(mul(log(size), Math.LOG2E)), -14);
  const step = pow(2, sub(exponent, 10));
  return [mul(sign(x!), mul(round(div(size, step)), step))];
});

/** The reference with factors of products rounded to float16, but for those of gradients; it adds them up in float64. */
export class RoundingReference extends ReferenceBackend {
  override matmul(...[a, b, out, options = {}]: Parameters<Kernels['matmul']>): void {
    if (options.ofGradients) {
      super.matmul(a, b, out, options);
      return;
    }
    const [left, right] = [this.#rounded(a), this.#rounded(b)];
    super.matmul(left, right, out, options);
    for (const { storage } of [left, right]) this.free(storage);
  }

  #rounded(view: View): View {
    const { shape } = view;
    const storage = this.alloc(sizeOf(shape) * ELEMENT_BYTES);
    const target = viewOf(storage, shape);
    this.map(nearest, [view], [], [target]);
    return target;
  }
}
