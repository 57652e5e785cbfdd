import { detach, dispose, keep, Tensor } from '@ostinato/tensor';
import type { Optimizer } from './optimizers/optimizer.js';

/** The same value with every tensor in it (in arrays, plain objects and maps) cut off from the past: no gradient flows back. */
export function detachCarry<C>(carry: C): C {
  return mapTree(carry, detach);
}

function mapTree<C>(value: C, change: (tensor: Tensor) => Tensor): C {
  const walk = (member: unknown): unknown => {
    if (member instanceof Tensor) return change(member);
    if (Array.isArray(member)) return member.map(walk);
    if (member instanceof Map) return new Map([...member].map(([key, inner]) => [key, walk(inner)]));
    if (member === null || typeof member !== 'object' || !isPlain(member)) return member;
    return Object.fromEntries(Object.entries(member).map(([key, inner]) => [key, walk(inner)]));
  };
  return walk(value) as C;
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/**
 * The state of a recurrent network between the chunks of a long sequence, for truncated backpropagation through time
 * (Williams & Peng 1990): each chunk starts where the last one ended, and gradients stay within a chunk.
 *
 * It holds copies of its own, which outlive the `tidy` of a step and are freed when they are replaced.
 *
 * @example
 * const carry = new Carry<Tensor>();
 * for (const chunk of chunks) {
 *   optimizer.step(() => {
 *     const { output, state } = rnn.forward(chunk.x, { state: carry.value });
 *     carry.set(state);
 *     return mean(square(sub(head.forward(output), chunk.y)));
 *   });
 * }
 * carry.clear();                       // the next sequence starts afresh
 */
export class Carry<C> {
  #value: C | undefined;

  /** The state after the last chunk, detached; `undefined` at the beginning. */
  get value(): C | undefined {
    return this.#value;
  }

  /** Takes over a new state, and frees the one before. */
  set(value: C): void {
    const next = mapTree(value, (tensor) => keep(detach(tensor)));
    dispose(this.#value);
    this.#value = next;
  }

  /** Back to the beginning: frees the state. */
  clear(): void {
    dispose(this.#value);
    this.#value = undefined;
  }
}

/** What `truncated` runs on. */
export interface TruncatedOptions<Chunk, C> {
  readonly optimizer: Optimizer;
  /** The parts of a long sequence, in order. */
  readonly chunks: Iterable<Chunk>;
  /** The loss of one chunk, and the state with which the next one begins. Runs inside `tidy`. */
  readonly step: (chunk: Chunk, carry: C | undefined) => { loss: Tensor; carry: C };
}

/**
 * Trains on a long sequence chunk by chunk, one update each, handing the state on: truncated backpropagation through time.
 * @returns the loss of each chunk, which lives until the next one
 * @example
 * for (const loss of truncated({ optimizer, chunks, step: (chunk, carry) => model.lossOf(chunk, carry) })) {
 *   console.log(await loss.item());
 * }
 */
export function* truncated<Chunk, C>(
  options: TruncatedOptions<Chunk, C>,
): Generator<Tensor, void, undefined> {
  const carry = new Carry<C>();
  try {
    for (const chunk of options.chunks) {
      yield options.optimizer.step(() => {
        const result = options.step(chunk, carry.value);
        carry.set(result.carry);
        return result.loss;
      });
    }
  } finally {
    carry.clear();
  }
}
