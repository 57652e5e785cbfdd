import { ShapeError } from '@ostinato/kernel';
import type { Tensor } from '@ostinato/tensor';
import { Dropout } from './dropout.js';
import { SequenceLayer, type SequenceOptions, type SequenceResult } from './sequence.js';

/** Layers on top of each other: a deep recurrent network, of any cells and any depth. */
export class Stacked<State> extends SequenceLayer<State[]> {
  readonly between: Dropout;

  /** @param options.dropout dropout between layers, not after the last; 0 by default */
  constructor(
    readonly layers: readonly SequenceLayer<State>[],
    { dropout = 0 }: { dropout?: number } = {},
  ) {
    super();
    this.between = new Dropout(dropout);
    if (layers.length === 0) throw new ShapeError('Stacked: needs at least one layer');
    layers.slice(1).forEach((layer, index) => {
      const below = layers[index]!;
      if (layer.inputSize !== below.outputSize) {
        throw new ShapeError(
          `Stacked: layer ${index + 1} takes ${layer.inputSize} features, but layer ${index} gives ${below.outputSize}`,
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

  /** @param x [batch, time, in] */
  forward(x: Tensor, { lengths, state, reverse }: SequenceOptions<State[]> = {}): SequenceResult<State[]> {
    let output = x;
    const states = this.layers.map((layer, index) => {
      const input = index === 0 ? output : this.between.forward(output);
      const result = layer.forward(input, { lengths, state: state?.[index], reverse });
      output = result.output;
      return result.state;
    });
    return { output, state: states };
  }
}
