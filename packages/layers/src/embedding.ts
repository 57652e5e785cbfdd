import { DTypeError, defineProgram, expr, ShapeError } from '@ostinato/kernel';
import { expandDims, gather, Parameter, reduceTensors, type Tensor, tensor } from '@ostinato/tensor';
import { type Initializer, normal } from './init.js';
import { Module } from './module.js';

/** Settings of an embedding. */
export interface EmbeddingOptions {
  /** How the table [size, dimension] starts; normal with deviation 0.1 by default. */
  readonly init?: Initializer;
  /** The row that starts as zeros and is meant for padding; none by default. */
  readonly padding?: number;
}

/** A learnt vector for each of `size` symbols: indices [...] to vectors [..., dimension]. */
export class Embedding extends Module {
  readonly weight: Parameter;

  constructor(
    readonly size: number,
    readonly dimension: number,
    { init = normal(0.1), padding }: EmbeddingOptions = {},
  ) {
    super();
    const values = init([size, dimension]);
    if (padding !== undefined) values.fill(0, padding * dimension, (padding + 1) * dimension);
    this.weight = new Parameter(tensor(values, [size, dimension]));
  }

  /** @param indices [...] i32 in [0, size) */
  forward(indices: Tensor): Tensor {
    if (indices.dtype !== 'i32') {
      throw new DTypeError(
        `Embedding: indices must be i32, got ${indices.dtype}; make them with tensor(new Int32Array(...))`,
      );
    }
    return gather(this.weight, indices);
  }
}

/**
 * The sum of the vectors of several symbols at each place: letter n-grams of a word, for example.
 * Indices [..., width] to vectors [..., dimension].
 */
export class EmbeddingBag extends Module {
  readonly weight: Parameter;

  constructor(
    readonly size: number,
    readonly dimension: number,
    { init = normal(0.1) }: { init?: Initializer } = {},
  ) {
    super();
    this.weight = new Parameter(tensor(init([size, dimension]), [size, dimension]));
  }

  /**
   * @param indices [..., width] i32 in [0, size)
   * @param weights [..., width] factor of each symbol: 0 where there is none, 1 / count for a mean
   */
  forward(indices: Tensor, weights: Tensor): Tensor {
    if (indices.shape.join() !== weights.shape.join()) {
      throw new ShapeError(
        `EmbeddingBag: weights [${weights.shape.join(', ')}] must have the shape of indices [${indices.shape.join(', ')}]`,
      );
    }
    return weightedSum(gather(this.weight, indices), weights);
  }
}

const weighted = defineProgram({ inputs: 2 }, ({ x }) => [expr.mul(x[0]!, x[1]!)]);

/** [..., width, dimension] and [..., width] to [..., dimension]. */
function weightedSum(vectors: Tensor, weights: Tensor): Tensor {
  const along = vectors.rank - 2;
  return reduceTensors('EmbeddingBag', 'sum', weighted, [vectors, expandDims(weights, -1)], [], [along], {
    shape: vectors.shape.toSpliced(along, 1),
  });
}
