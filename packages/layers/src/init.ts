import { OstinatoError, ShapeError, sizeOf, uniform as uniformAt } from '@ostinato/kernel';
import { defaultRandom, type RandomSource } from '@ostinato/tensor';

/**
 * The first numbers of a parameter, row-major. They are computed here and not on a backend, so a model starts from the
 * very same bits everywhere.
 */
export type Initializer = (shape: readonly number[], random?: RandomSource) => Float32Array;

/** Zeros. */
export const zero: Initializer = (shape) => new Float32Array(sizeOf(shape));

/** The same number everywhere. */
export function constant(value: number): Initializer {
  return (shape) => new Float32Array(sizeOf(shape)).fill(value);
}

/** Uniform in [-limit, limit). */
export function uniform(limit: number): Initializer {
  return (shape, random = defaultRandom()) => {
    const [first, second] = random.next();
    return Float32Array.from(
      { length: sizeOf(shape) },
      (_, at) => limit * (2 * uniformAt(first, second, at, 0) - 1),
    );
  };
}

/** Uniform in [low, high). */
export function uniformBetween(low: number, high: number): Initializer {
  const around = uniform((high - low) / 2);
  return (shape, random) => around(shape, random).map((value) => value + (low + high) / 2);
}

/** Normal with mean 0 (Box & Muller 1958). */
export function normal(deviation: number): Initializer {
  return (shape, random = defaultRandom()) => {
    const [first, second] = random.next();
    return Float32Array.from({ length: sizeOf(shape) }, (_, at) => {
      const radius = Math.sqrt(-2 * Math.log(1 - uniformAt(first, second, at, 0)));
      return deviation * radius * Math.cos(2 * Math.PI * uniformAt(first, second, at, 1));
    });
  };
}

/** Uniform with variance 2 / (in + out), for shape [in, out] (Glorot & Bengio 2010). */
export const glorotUniform: Initializer = (shape, random) => {
  const [fanIn, fanOut] = matrixShape('glorotUniform', shape);
  return uniform(Math.sqrt(6 / (fanIn + fanOut)))(shape, random);
};

/** Normal with variance 2 / in, for layers followed by ReLU (He et al. 2015). */
export const heNormal: Initializer = (shape, random) => {
  const [fanIn] = matrixShape('heNormal', shape);
  return normal(Math.sqrt(2 / fanIn))(shape, random);
};

/** A random matrix with orthonormal rows or columns, whichever are fewer (Saxe et al. 2014). */
export const orthogonal: Initializer = (shape, random) => {
  const [rows, columns] = matrixShape('orthogonal', shape);
  const long = Math.max(rows, columns);
  const short = Math.min(rows, columns);
  const vectors = orthonormalRows(Float64Array.from(normal(1)([short, long], random)), short, long);
  if (rows <= columns) return Float32Array.from(vectors);
  return Float32Array.from(
    { length: rows * columns },
    (_, at) => vectors[(at % columns) * long + Math.floor(at / columns)]!,
  );
};

/** Gram-Schmidt, each row passed twice, which keeps it orthogonal to rounding error (Giraud et al. 2005). */
function orthonormalRows(matrix: Float64Array, rows: number, columns: number): Float64Array {
  const row = (index: number): Float64Array => matrix.subarray(index * columns, (index + 1) * columns);
  const dot = (a: Float64Array, b: Float64Array): number =>
    a.reduce((total, value, at) => total + value * b[at]!, 0);
  for (let current = 0; current < rows; current++) {
    const vector = row(current);
    for (let pass = 0; pass < 2; pass++) {
      for (let before = 0; before < current; before++) {
        const other = row(before);
        const overlap = dot(vector, other);
        for (let at = 0; at < columns; at++) vector[at]! -= overlap * other[at]!;
      }
    }
    const length = Math.sqrt(dot(vector, vector));
    for (let at = 0; at < columns; at++) vector[at]! /= length;
  }
  return matrix;
}

/** The identity matrix: with ReLU it makes a plain recurrent network remember (Le et al. 2015). */
export const identity: Initializer = (shape) => {
  const [rows, columns] = matrixShape('identity', shape);
  if (rows !== columns) throw new OstinatoError(`identity: needs a square shape, got [${shape.join(', ')}]`);
  return Float32Array.from({ length: rows * columns }, (_, at) =>
    Math.floor(at / columns) === at % columns ? 1 : 0,
  );
};

/** What another initializer gives, times a factor: `scaled(0.5, identity)`. */
export function scaled(factor: number, init: Initializer): Initializer {
  return (shape, random) => init(shape, random).map((value) => factor * value);
}

/** Several matrices [in, out] side by side as one [in, count · out], each made by itself, as gates are. */
export function sideBySide(count: number, each: Initializer): Initializer {
  return (shape, random) => {
    const [rows, columns] = matrixShape('sideBySide', shape);
    const width = columns / count;
    const result = new Float32Array(rows * columns);
    for (let part = 0; part < count; part++) {
      const block = each([rows, width], random);
      if (block?.length !== rows * width) {
        throw new ShapeError(
          `sideBySide: an initializer must return ${rows * width} numbers for shape [${rows}, ${width}], ` +
            `got ${block?.length ?? block}`,
        );
      }
      for (let row = 0; row < rows; row++) {
        result.set(block.subarray(row * width, (row + 1) * width), row * columns + part * width);
      }
    }
    return result;
  };
}

function matrixShape(name: string, shape: readonly number[]): [number, number] {
  if (shape.length !== 2)
    throw new OstinatoError(`${name}: needs a shape [in, out], got [${shape.join(', ')}]`);
  return shape as [number, number];
}
