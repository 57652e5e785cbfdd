import { LifetimeError } from '@ostinato/kernel';

/** What the tape asks of the values that it keeps; they are tensors. */
export interface Value {
  /** Another handle on the value, held by the graph. */
  save(countsSlot?: boolean): Value;
  dispose(): void;
  /** Throws where the value was overwritten since it was saved. */
  assertUnchanged(where: string): void;
}

/**
 * The tape: what was computed from what.
 *
 * A `Slot` stands for one value in the graph, whatever number of tensors show it. A `Node` is one recorded operation with
 * the slots that it read and wrote. Tensors count on their slot, nodes count on the slots that they read, and a node that
 * nobody counts on any more gives back the tensors that it saved.
 */
export class Slot<V extends Value> {
  #holders = 0;

  constructor(readonly node?: Node<V>) {
    node?.outputs.push(this);
  }

  get isHeld(): boolean {
    return this.#holders > 0;
  }

  retain(): void {
    this.#holders++;
  }

  release(): void {
    if (--this.#holders === 0) this.node?.releaseUnused();
  }
}

/** Gradients for the inputs of a node, given those of its outputs (`undefined` where nothing flows). */
export type Backward<V> = (...gradients: readonly (V | undefined)[]) => readonly (V | undefined)[];

/** One recorded operation. */
export class Node<V extends Value> {
  readonly outputs: Slot<V>[] = [];
  readonly #saved: V[] = [];
  readonly #backward: Backward<V>;
  #passed = false;
  #released = false;

  constructor(
    readonly name: string,
    /** The slots that it read; `undefined` where no gradient is wanted. */
    readonly inputs: readonly (Slot<V> | undefined)[],
    backward: Backward<V>,
  ) {
    this.#backward = backward;
    for (const slot of inputs) slot?.retain();
  }

  /** Keeps an input for backward, and returns the handle to use there. */
  save(input: V): V {
    const handle = input.save() as V;
    this.#saved.push(handle);
    return handle;
  }

  /** Keeps an output of this very node for backward. It does not count as a use of the node. */
  saveOutput(output: V): V {
    const handle = output.save(false) as V;
    this.#saved.push(handle);
    return handle;
  }

  /** Gradients of the inputs. Throws LifetimeError after release, or where a saved value was overwritten. */
  backward(gradients: readonly (V | undefined)[]): readonly (V | undefined)[] {
    if (this.#passed) {
      throw new LifetimeError(
        `${this.name}: backward has already passed here and dropped what it needs; ` +
          'compute the loss again, or ask for { createGraph: true } the first time',
      );
    }
    for (const tensor of this.#saved) tensor.assertUnchanged(this.name);
    return this.#backward(...gradients);
  }

  /** Releases the node if none of its outputs is held any more. */
  releaseUnused(): void {
    if (this.outputs.every((slot) => !slot.isHeld)) this.release();
  }

  /** Gives back the saved tensors: backward cannot pass again. */
  dropSaved(): void {
    this.#passed = true;
    for (const tensor of this.#saved.splice(0)) tensor.dispose();
  }

  /** Gives back the saved tensors and lets go of the inputs. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.dropSaved();
    for (const slot of this.inputs) slot?.release();
  }
}

let recording = true;

/** Whether operations are being recorded. */
export function isRecording(): boolean {
  return recording;
}

/** Runs `fn` with recording switched on or off. */
export function withRecording<T>(on: boolean, fn: () => T): T {
  const before = recording;
  recording = on;
  try {
    return fn();
  } finally {
    recording = before;
  }
}

/** Runs `fn` without recording anything: for evaluation, and for values that no gradient should flow through. */
export function noGrad<T>(fn: () => T): T {
  return withRecording(false, fn);
}
