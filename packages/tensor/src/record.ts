import { type Backend, BackendError, currentBackend, DTypeError } from '@ostinato/kernel';
import { type Backward, isRecording, Node, Slot } from './tape.js';
import type { Tensor } from './tensor.js';

/**
 * Puts an operation on the tape, if a gradient is wanted of any of its inputs.
 * @param backward gets one gradient for each output slot, in the order in which the slots are made
 */
export function record(
  name: string,
  inputs: readonly Tensor[],
  backward: Backward<Tensor>,
): Node<Tensor> | undefined {
  if (!isRecording() || !inputs.some((input) => input.requiresGrad)) return undefined;
  return new Node(
    name,
    inputs.map((input) => input.slot),
    backward,
  );
}

/** The slot of the next output of a node; none where nothing is recorded. */
export function outputSlot(node: Node<Tensor> | undefined): Slot<Tensor> | undefined {
  return node && new Slot(node);
}

/** The backend that all operands live on; the current one where there are none. Throws BackendError where they differ. */
export function commonBackend(where: string, operands: readonly Tensor[]): Backend {
  const first = operands[0]?.backend ?? currentBackend();
  for (const operand of operands) {
    operand.view(where);
    if (operand.backend !== first) {
      const same = operand.backend.name === first.name ? ', two instances' : '';
      throw new BackendError(
        `${where}: operands live on different backends (${first.name} and ${operand.backend.name}${same}); ` +
          'move them first, with transfer(tensor, backend) or model.to(backend)',
      );
    }
  }
  return first;
}

/** Throws DTypeError unless all operands are f32: whole numbers would be read as the bits of floats. */
export function assertFloat(where: string, ...operands: readonly (Tensor | undefined)[]): void {
  for (const operand of operands) {
    if (!operand || operand.dtype === 'f32') continue;
    throw new DTypeError(`${where}: needs f32 tensors, got ${operand.dtype}; convert with cast(x, 'f32')`);
  }
}
