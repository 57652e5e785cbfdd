import { ShapeError } from '@ostinato/kernel';
import { concat, type Tensor } from '@ostinato/tensor';
import { SequenceLayer, type SequenceOptions, type SequenceResult } from './sequence.js';

/** The states of both directions. */
export interface BothStates<State> {
  readonly forward: State;
  readonly backward: State;
}

/**
 * Two layers over the same sequence (Schuster & Paliwal 1997), one forwards and one from each row's own end backwards;
 * their outputs lie side by side: [batch, time, out of forward + out of backward].
 * @example new Bidirectional(new LSTM(64, 128), new LSTM(64, 128))
 */
export class Bidirectional<State> extends SequenceLayer<BothStates<State>> {
  constructor(
    readonly forwards: SequenceLayer<State>,
    readonly backwards: SequenceLayer<State>,
  ) {
    super();
    if (forwards.inputSize !== backwards.inputSize) {
      throw new ShapeError(
        `Bidirectional: both layers see the same input, but take ${forwards.inputSize} and ${backwards.inputSize} features`,
      );
    }
  }

  get inputSize(): number {
    return this.forwards.inputSize;
  }
  get outputSize(): number {
    return this.forwards.outputSize + this.backwards.outputSize;
  }

  /** @param x [batch, time, in] */
  forward(x: Tensor, options: SequenceOptions<BothStates<State>> = {}): SequenceResult<BothStates<State>> {
    const { lengths, state, reverse = false } = options;
    const ahead = this.forwards.forward(x, { lengths, state: state?.forward, reverse });
    const back = this.backwards.forward(x, { lengths, state: state?.backward, reverse: !reverse });
    return {
      output: concat([ahead.output, back.output], 2),
      state: { forward: ahead.state, backward: back.state },
    };
  }
}
