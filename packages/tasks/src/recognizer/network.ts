import type { Backend } from '@ostinato/kernel';
import {
  Bidirectional,
  type BothStates,
  Dropout,
  Linear,
  Module,
  type SequenceLayer,
  Stacked,
} from '@ostinato/layers';
import { type Tensor, tidy } from '@ostinato/tensor';
import { recurrent } from '../shared/recurrent.js';
import type { RecognizerShape } from './options.js';

/** The state of one layer: of one direction, or of both. */
type LayerState = Tensor | BothStates<Tensor>;

/** What a recogniser of one direction remembers from chunk to chunk: the state of each layer. */
export type RecognizerState = LayerState[];

/** Recordings as steps. */
export interface SpeechBatch {
  /** [batch, time, features] */
  readonly steps: Tensor;
  /** [batch] i32 */
  readonly lengths: Tensor;
}

/** Recurrent layers over the frames of recordings, and one linear layer on top that scores each symbol at each step (Graves et al. 2006). */
export class RecognizerNetwork extends Module {
  readonly inputDropout: Dropout;
  readonly rnn: Stacked<LayerState>;
  readonly outputDropout: Dropout;
  readonly symbols: Linear;

  /**
   * @param inputSize features of a step
   * @param classes symbols and the blank
   */
  constructor(
    { cell, hidden, layers, bidirectional, dropout }: RecognizerShape,
    inputSize: number,
    classes: number,
  ) {
    super();
    this.inputDropout = new Dropout(dropout / 2);
    const stack: SequenceLayer<LayerState>[] = [];
    while (stack.length < layers) {
      const size = stack.at(-1)?.outputSize ?? inputSize;
      const layer = () => recurrent(cell, size, hidden);
      stack.push(bidirectional ? new Bidirectional(layer(), layer()) : layer());
    }
    this.rnn = new Stacked(stack, { dropout });
    this.outputDropout = new Dropout(dropout);
    this.symbols = new Linear(this.rnn.outputSize, classes);
  }

  /** Where its parameters live. */
  get backend(): Backend {
    return this.symbols.weight.backend;
  }

  /**
   * @param state after the steps before; zeros by default
   * @returns logits [batch, time, classes], and the states after the last steps
   */
  forward(
    { steps, lengths }: SpeechBatch,
    state?: RecognizerState,
  ): { logits: Tensor; state: RecognizerState } {
    return tidy(() => {
      const result = this.rnn.forward(this.inputDropout.forward(steps), { lengths, state });
      return { logits: this.symbols.forward(this.outputDropout.forward(result.output)), state: result.state };
    });
  }
}
