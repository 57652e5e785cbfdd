import { uniform } from '@ostinato/kernel';
import type { Initializer } from '@ostinato/layers';
import { defaultRandom } from '@ostinato/tensor';

/**
 * Biases with which units begin by remembering, each for a time of its own from 1 to `longest` steps (Tallec & Ollivier 2018, "Can
 * recurrent neural networks warp time?"): the gates that keep the memory start at log u, those that let something in at -log u, with u
 * uniform in [1, longest - 1).
 *
 * @param options.gates how many there are; biases are `[gates · hidden]`
 * @param options.keeps the gate that keeps what is remembered, by index
 * @param options.takes the gate that lets something in; none where that is the same one
 */
export function chrono(
  longest: number,
  { gates, keeps, takes }: { readonly gates: number; readonly keeps: number; readonly takes?: number },
): Initializer {
  return ([width], random = defaultRandom()) => {
    const [first, second] = random.next();
    const hidden = width! / gates;
    const biases = new Float32Array(width!);
    for (let unit = 0; unit < hidden; unit++) {
      const bias = Math.log(1 + Math.max(longest - 2, 0) * uniform(first, second, unit, 0));
      biases[keeps * hidden + unit] = bias;
      if (takes !== undefined) biases[takes * hidden + unit] = -bias;
    }
    return biases;
  };
}
