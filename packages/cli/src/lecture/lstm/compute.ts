import { LSTM } from '@ostinato/layers';
import { noGrad, type Tensor, tensor } from '@ostinato/tensor';

/** A step of the hand-worked LSTM. */
export interface LstmStep {
  /** x1, x2, x3 */
  readonly input: readonly number[];
  /** What comes in: z = x1. */
  readonly z: number;
  /** How far each gate is open, from 0 to 1. */
  readonly inputGate: number;
  readonly forgetGate: number;
  readonly outputGate: number;
  /** c after the step. */
  readonly memory: number;
  readonly output: number;
  /** c and y as the lecture's notes print them. */
  readonly notes: { readonly memory: number; readonly output: number };
}

/** All of its steps. */
export interface LstmResult {
  readonly steps: readonly LstmStep[];
}

/** Inputs, and what the notes print beside them. */
const lecture = [
  { input: [3, 1, 0], notes: { memory: 3, output: 0 } },
  { input: [4, 1, 0], notes: { memory: 7, output: 0 } },
  { input: [2, 0, 0], notes: { memory: 7, output: 0 } },
  { input: [1, 0, 1], notes: { memory: 7, output: 7 } },
  { input: [3, -1, 0], notes: { memory: 7, output: 0 } },
] as const;

/** L11: one cell, linear g and h; z = x1, z_i = 100 x2 - 10, z_f = 100 x2 + 10, z_o = 100 x3 - 10. */
export async function computeLstm(): Promise<LstmResult> {
  const cell = new LSTM(3, 1, { candidate: 'linear', output: 'linear' });
  // A row for each of x1, x2, x3; in the columns the gates i, f, g, o.
  cell.weight.assign(new Float32Array([0, 0, 1, 0, 100, 100, 0, 0, 0, 0, 0, 100]));
  cell.recurrentWeight!.assign(new Float32Array(4));
  cell.bias!.assign(new Float32Array([-10, 10, 0, -10]));
  const steps: LstmStep[] = [];
  let state: Tensor | undefined;
  for (const { input, notes } of lecture) {
    const next = noGrad(() => cell.step(tensor([input]), state));
    state = next.state;
    const [output, memory] = [...(await state.data())] as [number, number];
    const [x1, x2, x3] = input;
    steps.push({
      input,
      z: x1,
      inputGate: sigmoid(100 * x2 - 10),
      forgetGate: sigmoid(100 * x2 + 10),
      outputGate: sigmoid(100 * x3 - 10),
      memory,
      output,
      notes,
    });
  }
  return { steps };
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
