import { type CtcLossArgs, ctcLossLimit, offsetsOf, type View } from '@ostinato/kernel';
import { ctcNumbers } from '../ctc-numbers.js';
import type { Pool } from './pool.js';
import { scratch } from './scratch.js';

const logMemory = scratch((length) => new Float64Array(length));
const alphaMemory = scratch((length) => new Float64Array(length));
const betaMemory = scratch((length) => new Float64Array(length));
const shareMemory = scratch((length) => new Float64Array(length));

/** log(e^a + e^b + e^c); -Infinity where all are. */
function addLogs(a: number, b: number, c: number): number {
  const largest = Math.max(a, b, c);
  if (largest === -Infinity) return largest;
  return largest + Math.log(Math.exp(a - largest) + Math.exp(b - largest) + Math.exp(c - largest));
}

/** Loss and gradient of one row after the other, in logarithms in float64 (Graves et al. 2006, section 4.1). */
export function ctcLoss(pool: Pool, args: CtcLossArgs): void {
  const { logits, gradient, loss, blank } = args;
  const { inputLengths, targets } = ctcNumbers(args, (view) => {
    const numbers = pool.numbers(view, 'ctcLoss');
    return Array.from(offsetsOf(view.shape, view.strides, view.offset), (place) => numbers[place]!);
  });
  const losses = pool.floats(loss, 'ctcLoss');
  for (const [row, target] of targets.entries()) {
    // Blanks between and around the symbols; what lies before and behind is entered from nowhere.
    const classes = Int32Array.from({ length: 2 * target.length + 1 }, (_, state) =>
      state % 2 === 0 ? blank : target[(state - 1) / 2]!,
    );
    const sweep = new Sweep(pool, logits, row, inputLengths[row]!, classes, blank);
    const value = Math.min(Math.max(sweep.forward(), 0), ctcLossLimit);
    losses[loss.offset + row * loss.strides[0]!] = value;
    if (gradient) sweep.backward(value, gradient);
  }
}

/** The sweeps of one row. */
class Sweep {
  readonly #pool: Pool;
  readonly #row: number;
  readonly #length: number;
  readonly #classes: Int32Array;
  readonly #blank: number;
  /** Log probabilities [length, C]. */
  readonly #logs: Float64Array;
  readonly #width: number;
  /** [length + 1, states]: before the first step, and after each. */
  readonly #alpha: Float64Array;

  constructor(pool: Pool, logits: View, row: number, length: number, classes: Int32Array, blank: number) {
    this.#pool = pool;
    this.#row = row;
    this.#length = length;
    this.#classes = classes;
    this.#blank = blank;
    this.#width = logits.shape[2]!;
    this.#logs = this.#logarithms(logits);
    this.#alpha = alphaMemory((length + 1) * classes.length);
  }

  #logarithms(logits: View): Float64Array {
    const width = this.#width;
    const from = this.#pool.floats(logits, 'ctcLoss');
    const [stepStride, rowStride, stride] = logits.strides as [number, number, number];
    const logs = logMemory(this.#length * width);
    for (let step = 0; step < this.#length; step++) {
      const start = logits.offset + step * stepStride + this.#row * rowStride;
      let largest = -Infinity;
      for (let k = 0; k < width; k++) largest = Math.max(largest, from[start + k * stride]!);
      let sum = 0;
      for (let k = 0; k < width; k++) sum += Math.exp(from[start + k * stride]! - largest);
      const norm = largest + Math.log(sum);
      for (let k = 0; k < width; k++) logs[step * width + k] = from[start + k * stride]! - norm;
    }
    return logs;
  }

  /** Whether a state can be entered from two states before. */
  #skips(state: number): boolean {
    const own = this.#classes[state];
    return state >= 2 && own !== this.#blank && own !== this.#classes[state - 2];
  }

  /** Minus the log probability of the target. */
  forward(): number {
    const [classes, alpha] = [this.#classes, this.#alpha];
    const count = classes.length;
    alpha.fill(-Infinity, 0, count);
    alpha[0] = 0;
    for (let step = 0; step < this.#length; step++) {
      const [from, to] = [step * count, (step + 1) * count];
      for (let state = 0; state < count; state++) {
        const before = state >= 1 ? alpha[from + state - 1]! : -Infinity;
        const skipped = this.#skips(state) ? alpha[from + state - 2]! : -Infinity;
        const emission = this.#logs[step * this.#width + classes[state]!]!;
        alpha[to + state] = addLogs(alpha[from + state]!, before, skipped) + emission;
      }
    }
    const last = this.#length * count + count - 1;
    return -addLogs(alpha[last]!, count > 1 ? alpha[last - 1]! : -Infinity, -Infinity);
  }

  /** Writes the gradient of all steps, by the logits. */
  backward(loss: number, gradient: View): void {
    const to = this.#pool.floats(gradient, 'ctcLoss');
    const [T, , width] = gradient.shape as [number, number, number];
    const [stepStride, rowStride, stride] = gradient.strides as [number, number, number];
    const start = gradient.offset + this.#row * rowStride;
    const end = loss >= ctcLossLimit ? 0 : this.#length;
    const shares = shareMemory(width);
    const beta = betaMemory(this.#classes.length + 2).fill(-Infinity);
    beta[this.#classes.length - 1] = 0;
    for (let step = end - 1; step >= 0; step--) {
      this.#back(step, loss, beta, shares);
      for (let k = 0; k < width; k++) {
        const probability = Math.exp(this.#logs[step * width + k]!);
        to[start + step * stepStride + k * stride] = probability - shares[k]!;
      }
    }
    for (let step = end; step < T; step++) {
      for (let k = 0; k < width; k++) to[start + step * stepStride + k * stride] = 0;
    }
  }

  /** One step back: β of the step behind with its emission becomes that of the step. Also the shares of classes in the alignments. */
  #back(step: number, loss: number, beta: Float64Array, shares: Float64Array): void {
    const classes = this.#classes;
    const count = classes.length;
    shares.fill(0, 0, this.#width);
    for (let state = 0; state < count; state++) {
      const skipped = this.#skips(state + 2) ? beta[state + 2]! : -Infinity;
      const before = addLogs(beta[state]!, beta[state + 1]!, skipped);
      shares[classes[state]!]! += Math.exp(this.#alpha[(step + 1) * count + state]! + before + loss);
      beta[state] = before + this.#logs[step * this.#width + classes[state]!]!;
    }
  }
}
