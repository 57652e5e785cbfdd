import { OstinatoError, ShapeError } from '@ostinato/kernel';
import { type Tensor, tidy } from '@ostinato/tensor';
import { describe } from './checks.js';
import { Dropout } from './dropout.js';
import {
  checkInput,
  checkSequence,
  nameOf,
  SequenceLayer,
  type SequenceOptions,
  type SequenceResult,
} from './sequence.js';

/** Layers on top of each other: a deep recurrent network, of any cells and any depth. */
export class Stacked<State> extends SequenceLayer<State[]> {
  readonly between: Dropout;

  /**
   * @param options.dropout dropout between layers, not after the last; 0 by default
   * @throws ShapeError where a layer does not take what the one below gives, or there is none
   */
  constructor(
    readonly layers: readonly SequenceLayer<State>[],
    { dropout = 0 }: { dropout?: number } = {},
  ) {
    super();
    this.between = new Dropout(dropout);
    if (!Array.isArray(layers) || layers.length === 0) {
      throw new ShapeError('Stacked: needs an array of at least one layer');
    }
    layers.forEach((layer, index) => {
      if (!(layer instanceof SequenceLayer)) {
        throw new OstinatoError(`Stacked: layer ${index} must be a SequenceLayer, got ${describe(layer)}`);
      }
      const below = layers[index - 1];
      if (below && layer.inputSize !== below.outputSize) {
        throw new ShapeError(
          `Stacked: layer ${index} takes ${layer.inputSize} features, but layer ${index - 1} gives ${below.outputSize}`,
        );
      }
    });
  }

  get inputSize(): number {
    return this.layers[0]!.inputSize;
  }
  get outputSize(): number {
    return this.layers.at(-1)!.outputSize;
  }

  /**
   * @param x [batch, time, in]
   * @returns the output of the last layer, and the state of each
   */
  forward(x: Tensor, options: SequenceOptions<State[]> = {}): SequenceResult<State[]> {
    return tidy(() => {
      const lengths = checkSequence(this, x, options.lengths);
      const { reverse } = options;
      return this.#upwards(x, options.state, (layer, input, state) =>
        layer.forward(input, { lengths, state, reverse }),
      );
    });
  }

  /** One step of all layers. Throws OstinatoError where a layer has to see the whole sequence, as `Bidirectional` has to. */
  step(x: Tensor, state?: State[]): SequenceResult<State[]> {
    checkInput(this, x, ['batch']);
    return tidy(() => this.#upwards(x, state, (layer, input, before) => layer.step(input, before)));
  }

  #upwards(
    x: Tensor,
    before: readonly State[] | undefined,
    run: (layer: SequenceLayer<State>, input: Tensor, state: State | undefined) => SequenceResult<State>,
  ): SequenceResult<State[]> {
    const { length } = this.layers;
    if (before !== undefined && !(Array.isArray(before) && before.length === length)) {
      throw new OstinatoError(
        `${nameOf(this)}: state must be an array of ${length}, one for each layer, got ${describe(before)}`,
      );
    }
    let output = x;
    const state = this.layers.map((layer, index) => {
      const result = run(layer, index === 0 ? output : this.between.forward(output), before?.[index]);
      output = result.output;
      return result.state;
    });
    return { output, state };
  }
}
