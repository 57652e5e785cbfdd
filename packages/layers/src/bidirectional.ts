import { OstinatoError, ShapeError } from '@ostinato/kernel';
import { concat, type Tensor, tidy } from '@ostinato/tensor';
import { describe } from './checks.js';
import {
  checkSequence,
  nameOf,
  SequenceLayer,
  type SequenceOptions,
  type SequenceResult,
} from './sequence.js';

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
  /** @throws ShapeError where the layers take different numbers of features */
  constructor(
    readonly forwards: SequenceLayer<State>,
    readonly backwards: SequenceLayer<State>,
  ) {
    super();
    for (const [name, layer] of Object.entries({ forwards, backwards })) {
      if (layer instanceof SequenceLayer) continue;
      throw new OstinatoError(`Bidirectional: ${name} must be a SequenceLayer, got ${describe(layer)}`);
    }
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
    return tidy(() => {
      const lengths = checkSequence(this, x, options.lengths);
      const { state, reverse = false } = options;
      if (state !== undefined && !(state?.forward !== undefined && state.backward !== undefined)) {
        throw new OstinatoError(
          `${nameOf(this)}: state must be { forward, backward }, as an earlier call returned it, got ${describe(state)}`,
        );
      }
      const ahead = this.forwards.forward(x, { lengths, state: state?.forward, reverse });
      const back = this.backwards.forward(x, { lengths, state: state?.backward, reverse: !reverse });
      return {
        output: concat([ahead.output, back.output], 2),
        state: { forward: ahead.state, backward: back.state },
      };
    });
  }

  /** Always throws OstinatoError: what comes later is read first. */
  step(): never {
    throw new OstinatoError(
      `${nameOf(this)}: cannot run step by step, because one direction begins at the end of the sequence; ` +
        'call forward on whole sequences, or use a layer of one direction',
    );
  }
}
