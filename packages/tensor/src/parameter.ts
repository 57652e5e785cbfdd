import {
  type Backend,
  formatShape,
  identity,
  type NumberArray,
  ShapeError,
  sameShape,
  viewOf,
} from '@ostinato/kernel';
import { Buffer } from './buffer.js';
import { Slot } from './tape.js';
import { Tensor } from './tensor.js';

const parameters = new WeakMap<Slot<Tensor>, Parameter>();

/**
 * A tensor that is learnt: it keeps its identity while its numbers change, collects gradients, belongs to no scope and
 * can move to another backend.
 */
export class Parameter extends Tensor {
  /** The sum of the gradients since it was last set to `undefined`; `backward` adds to it. */
  gradient: Tensor | undefined;
  /** Whether optimizers change it. */
  trainable = true;

  /** A parameter with the numbers of `initial`, whose memory it takes over: `initial` must not be used afterwards. */
  constructor(initial: Tensor) {
    const slot = new Slot<Tensor>();
    super(initial.buffer.retain(), initial.view('Parameter'), { slot, scoped: false });
    initial.dispose();
    parameters.set(slot, this);
  }

  /** @internal */
  static ofSlot(slot: Slot<Tensor>): Parameter | undefined {
    return parameters.get(slot);
  }

  /** Forgets the collected gradient. */
  clearGradient(): void {
    this.gradient?.dispose();
    this.gradient = undefined;
  }

  /** @internal To be called after its memory was written in place. */
  markWritten(): void {
    this.memory.version++;
  }

  /** Replaces all numbers. Throws ShapeError when their count differs. */
  assign(values: NumberArray): void {
    if (values.length !== this.size) {
      throw new ShapeError(
        `assign: ${values.length} values do not fill a parameter of shape ${formatShape(this.shape)}`,
      );
    }
    this.backend.write(this.view('assign').storage, values);
    this.markWritten();
  }

  /** Takes over the numbers of a tensor of the same shape, on the same backend, by copying. */
  copyFrom(source: Tensor): void {
    if (!sameShape(source.shape, this.shape)) {
      throw new ShapeError(
        `copyFrom: ${formatShape(source.shape)} does not fit a parameter of shape ${formatShape(this.shape)}`,
      );
    }
    this.backend.map(identity, [source.view('copyFrom')], [], [this.view('copyFrom')]);
    this.markWritten();
  }

  /** Moves to another backend, keeping numbers and identity; a collected gradient is dropped. */
  async moveTo(backend: Backend): Promise<void> {
    if (backend === this.backend) return;
    const values = await this.data();
    this.clearGradient();
    const memory = Buffer.allocate(backend, this.size);
    backend.write(memory.storage, values);
    this.memory.release();
    this.memory = memory;
    this.window = viewOf(memory.storage, this.shape, this.dtype);
  }

  override dispose(): void {
    this.clearGradient();
    super.dispose();
  }
}
