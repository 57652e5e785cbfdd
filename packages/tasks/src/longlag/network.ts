import { Linear, lastStep, Module, type SequenceLayer } from '@ostinato/layers';
import { type Tensor, tensor, tidy } from '@ostinato/tensor';
import { type LongLagCell, recurrentLayer } from './cells.js';
import type { LongLagBatch, LongLagProblem } from './task.js';

/** One recurrent layer and a linear one on top, which answers at every step or at the last real one of each row. */
export class LongLagNetwork extends Module {
  readonly rnn: SequenceLayer<unknown>;
  readonly head: Linear;
  readonly answers: 'last' | 'every';

  constructor(cell: LongLagCell, hidden: number, problem: LongLagProblem) {
    super();
    const { inputSize, outputSize, answers, lag } = problem;
    this.rnn = recurrentLayer(cell, inputSize, hidden, lag);
    this.head = new Linear(this.rnn.outputSize, outputSize);
    this.answers = answers;
  }

  /** @returns `[B, out]` or `[B, T, out]`, as `answers` says */
  forward({ inputs, shape, lengths }: LongLagBatch): Tensor {
    return tidy(() => {
      const [, time] = shape;
      const { backend } = this.head.weight;
      const x = tensor(inputs, shape, { backend });
      const ragged = lengths.some((length) => length < time);
      const { output } = this.rnn.forward(x, ragged ? { lengths } : {});
      return this.head.forward(this.answers === 'last' ? lastStep(output, { lengths }) : output);
    });
  }
}
