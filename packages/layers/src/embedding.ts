import { DTypeError, defineProgram, expr, OstinatoError, ShapeError } from '@ostinato/kernel';
import { expandDims, gather, type Parameter, reduceTensors, Tensor, tidy } from '@ostinato/tensor';
import { checkSizes, describe, startParameter } from './checks.js';
import { type Initializer, normal } from './init.js';
import { lengthsOf } from './lengths-of.js';
import { Module } from './module.js';

/** Settings of an embedding. */
export interface EmbeddingOptions {
  /** How the table [size, dimension] starts; normal with deviation 0.1 by default. */
  readonly init?: Initializer;
  /** The row, from 0 to size - 1, that starts as zeros and is meant for padding; none by default. */
  readonly padding?: number;
}

/** A learnt vector for each of `size` symbols: indices [...] to vectors [..., dimension]. */
export class Embedding extends Module {
  readonly weight: Parameter;
  /** The row that is meant for padding, where there is one. */
  readonly padding: number | undefined;

  /** @throws OstinatoError for sizes that are not whole numbers from 1, or a padding row that the table does not have */
  constructor(
    readonly size: number,
    readonly dimension: number,
    { init = normal(0.1), padding }: EmbeddingOptions = {},
  ) {
    super();
    checkSizes('Embedding', { size, dimension });
    if (padding !== undefined && !(Number.isInteger(padding) && padding >= 0 && padding < size)) {
      throw new OstinatoError(
        `Embedding: padding must be a row from 0 to ${size - 1}, got ${describe(padding)}`,
      );
    }
    const withPadding: Initializer = (shape) =>
      Float32Array.from(init(shape)).fill(0, padding! * dimension, (padding! + 1) * dimension);
    const start = padding === undefined ? init : withPadding;
    this.weight = startParameter('Embedding', 'init', start, [size, dimension]);
    this.padding = padding;
  }

  /**
   * How long rows are before their padding, for `lengths` (Keras: `mask_zero`, `compute_mask`).
   * @param indices i32 [batch, time]
   * @returns i32 [batch]
   * @throws OstinatoError where no row is meant for padding; what `lengthsOf` throws
   */
  lengths(indices: Tensor): Tensor {
    if (this.padding === undefined) {
      throw new OstinatoError(
        'Embedding: lengths needs to know which row is padding; give { padding } to the constructor, or use lengthsOf',
      );
    }
    return lengthsOf(indices, this.padding);
  }

  /**
   * @param indices [...] i32 in [0, size)
   * @throws DTypeError where indices are not i32; IndexError, as `gather` does, for one outside
   */
  forward(indices: Tensor): Tensor {
    checkIndices('Embedding', indices);
    return gather(this.weight, indices);
  }
}

/**
 * The sum of the vectors of several symbols at each place: letter n-grams of a word, for example.
 * Indices [..., width] to vectors [..., dimension].
 */
export class EmbeddingBag extends Module {
  readonly weight: Parameter;

  /** @throws OstinatoError for sizes that are not whole numbers from 1 */
  constructor(
    readonly size: number,
    readonly dimension: number,
    { init = normal(0.1) }: { init?: Initializer } = {},
  ) {
    super();
    checkSizes('EmbeddingBag', { size, dimension });
    this.weight = startParameter('EmbeddingBag', 'init', init, [size, dimension]);
  }

  /**
   * @param indices [..., width] i32 in [0, size)
   * @param weights [..., width] factor of each symbol: 0 where there is none, 1 / count for a mean
   * @throws DTypeError where indices are not i32 or weights not f32; ShapeError where their shapes differ or have no axis
   */
  forward(indices: Tensor, weights: Tensor): Tensor {
    checkIndices('EmbeddingBag', indices);
    if (!(weights instanceof Tensor) || weights.dtype !== 'f32') {
      throw new DTypeError(`EmbeddingBag: weights must be an f32 tensor, got ${describe(weights)}`);
    }
    if (indices.rank === 0 || indices.shape.join() !== weights.shape.join()) {
      throw new ShapeError(
        `EmbeddingBag: weights [${weights.shape.join(', ')}] must have the shape [..., width] of indices ` +
          `[${indices.shape.join(', ')}]`,
      );
    }
    return tidy(() => weightedSum(gather(this.weight, indices), weights));
  }
}

function checkIndices(where: string, indices: Tensor): void {
  if (indices instanceof Tensor && indices.dtype === 'i32') return;
  const got = indices instanceof Tensor ? indices.dtype : describe(indices);
  throw new DTypeError(
    `${where}: indices must be i32, got ${got}; make them with tensor(new Int32Array(...))`,
  );
}

const weighted = defineProgram({ inputs: 2 }, ({ x }) => [expr.mul(x[0]!, x[1]!)]);

/** [..., width, dimension] and [..., width] to [..., dimension]. */
function weightedSum(vectors: Tensor, weights: Tensor): Tensor {
  const along = vectors.rank - 2;
  return reduceTensors('EmbeddingBag', 'sum', weighted, [vectors, expandDims(weights, -1)], [], [along], {
    shape: vectors.shape.toSpliced(along, 1),
  });
}
