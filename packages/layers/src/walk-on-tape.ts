import { expr, type MapProgram, memo, programOf } from '@ostinato/kernel';
import {
  expandDims,
  mapTensors,
  type RecurrenceResult,
  scan,
  select,
  stack,
  type Tensor,
  zeros,
} from '@ostinato/tensor';
import type { Walk } from './recurrent-layer.js';

/** One step: from the gates' sums [batch, gates · hidden] of the input and the states [batch, hidden] to the next states. */
export type TapeStep = (x: Tensor, states: readonly Tensor[], keep: KeepInPadding) => readonly Tensor[];

/** Runs a program whose result is a state, which in rows that have ended stays as it was. */
export type KeepInPadding = (program: MapProgram, inputs: readonly Tensor[], before: Tensor) => Tensor;

/** The program's output where the time (scalar 0) lies before the length (last input), else the state of before (last but one). */
const kept = memo((program: MapProgram): MapProgram => {
  const [before, length] = [program.inputs, program.inputs + 1].map(expr.input);
  const running = expr.less(expr.scalar(0), length!);
  return programOf([expr.select(running, program.outputs[0]!, before!)], program.inputs + 2, 1);
});

/**
 * Walks a sequence step by step on the tape, for networks that are no cell program.
 * @param x [time, batch, n]
 * @param sizes.states how many states there are; the first is the output
 */
export function walkOnTape(
  name: string,
  x: Tensor,
  { initial, reverse, lengths }: Walk,
  sizes: { readonly states: number; readonly hidden: number },
  step: TapeStep,
): RecurrenceResult {
  const [time, batch] = x.shape as [number, number];
  const { backend } = x;
  const start = Array.from({ length: sizes.states }, (_, state) =>
    initial ? select(initial, 0, state) : zeros([batch, sizes.hidden], { backend }),
  );
  if (time === 0) return { output: zeros([0, batch, sizes.hidden], { backend }), final: stack(start) };
  const ends = lengths && expandDims(lengths, 1);
  const { output, carry } = scan<readonly Tensor[]>(
    (input, states, at) => {
      const next = step(input, states, (program, inputs, before) =>
        ends
          ? mapTensors(name, kept(program), [...inputs, before, ends], [at])
          : mapTensors(name, program, inputs),
      );
      return { carry: next, output: next[0]! };
    },
    x,
    start,
    { reverse },
  );
  return { output, final: stack(carry) };
}
