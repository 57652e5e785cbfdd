import { type CellProgram, OstinatoError } from '@ostinato/kernel';
import {
  concat,
  mul,
  type Parameter,
  type RecurrenceResult,
  recurrence,
  reshape,
  slice,
  type Tensor,
  zeros,
} from '@ostinato/tensor';
import { describe } from './checks.js';
import { RecurrentLayer, type RecurrentOptions, type Walk } from './recurrent-layer.js';
import { withStateDropout } from './state-dropout.js';

/**
 * Any cell over whole sequences. States are one tensor [states, batch, hidden], in the cell's order (LSTM: h, c).
 *
 * @example
 * const leaky = defineCell({ gates: 1, states: 1 }, ({ x, r, s }) => [
 *   expr.add(expr.mul(0.9, s[0]), expr.mul(0.1, expr.tanh(expr.add(x[0], r[0])))),
 * ]);
 * const { output } = new Recurrent(leaky, 8, 16).forward(x, { lengths });
 */
export class Recurrent extends RecurrentLayer {
  constructor(
    readonly cell: CellProgram,
    inputSize: number,
    hiddenSize: number,
    options: RecurrentOptions = {},
  ) {
    if (typeof cell !== 'object' || cell === null || !('forward' in cell && 'backward' in cell)) {
      throw new OstinatoError(
        `${new.target.name}: the cell must be made with defineCell, got ${describe(cell)}`,
      );
    }
    super(cell, inputSize, hiddenSize, options);
  }

  protected override run(walk: Walk): RecurrenceResult {
    return runCell(this.cell, walk, this, this.feedbackMask(walk));
  }
}

/** What a cell is run with. */
export interface CellWeights {
  readonly recurrentWeight: Parameter | undefined;
  readonly cellParameters: Parameter | undefined;
}

/** Runs a cell over a sequence, with `mask` [1, batch, hidden] on what it feeds back. */
export function runCell(
  cell: CellProgram,
  walk: Walk,
  { recurrentWeight, cellParameters }: CellWeights,
  mask: Tensor | undefined,
): RecurrenceResult {
  const [, batch, gates, hidden] = walk.x.shape as [number, number, number, number];
  const R = recurrentWeight && reshape(recurrentWeight, [hidden, gates, hidden]);
  const common = { ...walk, R, parameters: cellParameters };
  if (!mask) return recurrence({ cell, ...common });
  const start = walk.initial ?? zeros([cell.states, batch, hidden], { backend: walk.x.backend });
  const initial = concat([mul(slice(start, 0, 0, 1), mask), start, mask], 0);
  const { output, final } = recurrence({ ...common, cell: withStateDropout(cell), initial });
  return { output, final: slice(final, 0, 1, cell.states + 1) };
}
