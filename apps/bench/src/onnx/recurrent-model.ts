import type { DirectionWeights, RecurrentProblem } from '../cases/problem.js';
import { type CellKind, gatesOf, type RecurrentTask } from '../cases/task.js';
import { FLOAT, INT32, type Initializer, modelBytes, type Node } from './model.js';

/** The order of gates of an ONNX operator: which of our gates stands at each place. */
const gateOrder: Record<CellKind, readonly number[]> = {
  lstm: [0, 3, 1, 2], // i o f c of our i f g o
  peephole: [0, 3, 1, 2],
  gru: [1, 0, 2], // z r h of our reset update new
  elman: [0],
};

const operators: Record<CellKind, string> = { lstm: 'LSTM', peephole: 'LSTM', gru: 'GRU', elman: 'RNN' };

/** A layer as one operator of ONNX: X [T, B, in] to Y [T, directions, B, H], with `lengths` [B] where rows are ragged. */
export function recurrentModel({ task, directions, lengths }: RecurrentProblem): Uint8Array {
  const { batch, time, input, hidden } = task;
  const count = directions.length;
  const { cell } = task;
  const initializers = weightsOf(task, directions);
  const peepholes = cell === 'peephole' ? ['', '', 'P'] : [];
  const node: Node = {
    operator: operators[cell],
    inputs: ['X', 'W', 'R', 'B', lengths ? 'lengths' : '', ...peepholes],
    outputs: ['Y'],
    attributes: {
      hidden_size: hidden,
      direction: count > 1 ? 'bidirectional' : 'forward',
      ...(cell === 'gru' ? { linear_before_reset: 1 } : {}),
    },
  };
  return modelBytes({
    nodes: [node],
    initializers,
    inputs: [
      { name: 'X', type: FLOAT, shape: [time, batch, input] },
      ...(lengths ? [{ name: 'lengths', type: INT32, shape: [batch] } as const] : []),
    ],
    outputs: [{ name: 'Y', type: FLOAT, shape: [time, count, batch, hidden] }],
  });
}

function weightsOf(task: RecurrentTask, directions: readonly DirectionWeights[]): Initializer[] {
  const { cell, input, hidden } = task;
  const width = gatesOf[cell] * hidden;
  const count = directions.length;
  const order = gateOrder[cell];
  const all = (part: (weights: DirectionWeights) => Float32Array): Float32Array =>
    Float32Array.from(directions.flatMap((weights) => [...part(weights)]));
  const initializers: Initializer[] = [
    {
      name: 'W',
      shape: [count, width, input],
      values: all(({ weight }) => gateRows(weight, input, hidden, order)),
    },
    {
      name: 'R',
      shape: [count, width, hidden],
      values: all(({ recurrentWeight }) => gateRows(recurrentWeight, hidden, hidden, order)),
    },
    { name: 'B', shape: [count, 2 * width], values: all((weights) => biases(weights, cell, hidden)) },
  ];
  if (cell === 'peephole') {
    // p of i o f; ours are those of i f o.
    const values = all(({ parameters }) => gateRows(parameters, 1, hidden, [0, 2, 1]));
    initializers.push({ name: 'P', shape: [count, 3 * hidden], values });
  }
  return initializers;
}

/** [rows, gates · hidden] transposed to [gates · hidden, rows], with the gates in another order. */
export function gateRows(
  matrix: Float32Array,
  rows: number,
  hidden: number,
  order: readonly number[],
): Float32Array {
  const width = order.length * hidden;
  const out = new Float32Array(width * rows);
  for (const [place, gate] of order.entries()) {
    for (let unit = 0; unit < hidden; unit++) {
      for (let row = 0; row < rows; row++) {
        out[(place * hidden + unit) * rows + row] = matrix[row * width + gate * hidden + unit]!;
      }
    }
  }
  return out;
}

/** The bias of the input, then that of the recurrent product: only the GRU's new gate has one. */
function biases({ bias, parameters }: DirectionWeights, cell: CellKind, hidden: number): Float32Array {
  const width = gatesOf[cell] * hidden;
  const out = new Float32Array(2 * width);
  out.set(gateRows(bias, 1, hidden, gateOrder[cell]));
  if (cell === 'gru') out.set(parameters, 2 * width - hidden);
  return out;
}
