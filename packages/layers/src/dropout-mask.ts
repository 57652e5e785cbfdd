import type { Backend } from '@ostinato/kernel';
import { defaultRandom, mul, type Tensor } from '@ostinato/tensor';

/** What dropout multiplies by: 0 with probability `rate`, else 1 / (1 - rate). Drawn from the default source. */
export function dropoutMask(shape: readonly number[], rate: number, backend: Backend): Tensor {
  const keep = 1 - rate;
  return mul(defaultRandom().bernoulli(shape, keep, backend), 1 / keep);
}
