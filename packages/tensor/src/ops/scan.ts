import { formatShape, ShapeError } from '@ostinato/kernel';
import type { Tensor } from '../tensor.js';
import { stack, unstack } from './shape.js';

/**
 * A loop over time on the tape, for steps that are not a cell program (layer norm inside, attention).
 * @param step gets the input at one time, the carry and the time; returns the next carry and the output
 * @param x [time, ...]
 * @param carry any value: a tensor, or arrays or objects of tensors
 * @param options.reverse walk from the last step to the first; outputs stay in the order of time
 * @returns the last carry, and the outputs [time, ...]
 */
export function scan<Carry>(
  step: (x: Tensor, carry: Carry, time: number) => { carry: Carry; output: Tensor },
  x: Tensor,
  carry: Carry,
  options: { reverse?: boolean } = {},
): { carry: Carry; output: Tensor } {
  if (x.rank === 0 || x.shape[0] === 0)
    throw new ShapeError(`scan: x must have at least one time step, got shape ${formatShape(x.shape)}`);
  const inputs = unstack(x, 0);
  const outputs = new Array<Tensor>(inputs.length);
  let state = carry;
  for (let count = 0; count < inputs.length; count++) {
    const time = options.reverse ? inputs.length - 1 - count : count;
    const result = step(inputs[time]!, state, time);
    state = result.carry;
    outputs[time] = result.output;
  }
  return { carry: state, output: stack(outputs, 0) };
}
