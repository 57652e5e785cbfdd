import {
  DTypeError,
  defineProgram,
  type Expr,
  expr,
  fill,
  formatShape,
  identity,
  type MapProgram,
  normalizeAxis,
  ShapeError,
  sameShape,
} from '@ostinato/kernel';
import { zeros } from '../create.js';
import { commonBackend, outputSlot, record } from '../record.js';
import { tidy } from '../scope.js';
import { noGrad } from '../tape.js';
import { allocate, type Tensor } from '../tensor.js';
import { cast, mapTensors, reduceTensors } from './core.js';
import { add } from './elementwise.js';
import { expandDims, pad, slice, stack } from './shape.js';

function assertIndices(name: string, indices: Tensor): void {
  if (indices.dtype !== 'i32') {
    throw new DTypeError(
      `${name}: indices must be i32, got ${indices.dtype}; make them from an Int32Array or with { dtype: 'i32' }`,
    );
  }
}

/**
 * Rows of a table.
 * @param table [N, D]
 * @param indices [...] i32 in [0, N)
 * @returns [..., D]
 * @throws IndexError, naming position and value, when an index lies outside (backends that run at once, or `checked`)
 */
export function gather(table: Tensor, indices: Tensor): Tensor {
  assertIndices('gather', indices);
  if (table.rank !== 2)
    throw new ShapeError(`gather: the table must have shape [N, D], got ${formatShape(table.shape)}`);
  const backend = commonBackend('gather', [table, indices]);
  const [rows, width] = table.shape as [number, number];
  const node = record('gather', [table], (gradient) => [scatterAdd(gradient!, savedIndices!, rows)]);
  const out = allocate(backend, [...indices.shape, width], table.dtype, outputSlot(node));
  backend.gather(table.view('gather'), indices.view('gather'), out.view());
  const savedIndices = node?.save(indices);
  return out;
}

/**
 * Sums rows into a table of zeros: the counterpart of `gather`.
 * @param updates [..., D]
 * @param indices [...] i32 in [0, rows)
 * @returns [rows, D]
 */
export function scatterAdd(updates: Tensor, indices: Tensor, rows: number): Tensor {
  assertIndices('scatterAdd', indices);
  if (!sameShape(updates.shape.slice(0, -1), indices.shape)) {
    throw new ShapeError(
      `scatterAdd: updates ${formatShape(updates.shape)} must have the shape of the indices ${formatShape(indices.shape)} and one axis more`,
    );
  }
  const backend = commonBackend('scatterAdd', [updates, indices]);
  const node = record('scatterAdd', [updates], (gradient) => [gather(gradient!, savedIndices!)]);
  const out = allocate(backend, [rows, updates.shape.at(-1)!], 'f32', outputSlot(node));
  backend.map(fill, [], [0], [out.view()]);
  backend.scatterAdd(updates.view('scatterAdd'), indices.view('scatterAdd'), out.view());
  const savedIndices = node?.save(indices);
  return out;
}

/** One program for each rank, for programs that read the coordinate along the last axis. */
function byLastAxis(
  build: (last: Expr, x: readonly Expr[]) => Expr,
  inputs: number,
): (rank: number) => MapProgram {
  const programs: MapProgram[] = [];
  return (rank) =>
    (programs[rank] ??= defineProgram({ inputs }, ({ x }) => [build(expr.coordinate(rank - 1), x)]));
}

const isAt = byLastAxis((last, [index]) => expr.equal(index!, last), 1);
const valueAt = byLastAxis((last, [value, index]) => expr.select(expr.equal(index!, last), value!, 0), 2);
/** Farther than any position. */
const NOWHERE = 2 ** 30;
/** Whether a value is the best; NaN counts as larger than everything. */
const isBest = (value: Expr, best: Expr): Expr =>
  expr.select(expr.equal(value, value), expr.equal(value, best), 1);
const positionOf = byLastAxis((last, [value, best]) => expr.select(isBest(value!, best!), last, NOWHERE), 2);
const untaken = byLastAxis((_, [value, taken]) => expr.select(taken!, Number.NEGATIVE_INFINITY, value!), 2);
const untakenPositionOf = byLastAxis(
  (last, [value, best, taken]) =>
    expr.select(taken!, NOWHERE, expr.select(isBest(value!, best!), last, NOWHERE)),
  3,
);

/**
 * 1 at each index, 0 elsewhere (1-of-N encoding).
 * @param indices [...] i32
 * @returns [..., depth]; an index outside [0, depth) gives zeros
 */
export function oneHot(indices: Tensor, depth: number): Tensor {
  assertIndices('oneHot', indices);
  return tidy(() => {
    const wide = expandDims(indices, -1);
    return mapTensors('oneHot', isAt(wide.rank), [wide], [], { shape: [...indices.shape, depth] });
  });
}

/**
 * One element of each row.
 * @param x [..., N]
 * @param indices [...] i32; an index outside [0, N) gives 0
 * @returns [...]
 */
export function pick(x: Tensor, indices: Tensor): Tensor {
  assertIndices('pick', indices);
  if (!sameShape(x.shape.slice(0, -1), indices.shape)) {
    throw new ShapeError(
      `pick: indices ${formatShape(indices.shape)} must have the shape of x ${formatShape(x.shape)} without its last axis`,
    );
  }
  return tidy(() =>
    reduceTensors('pick', 'sum', valueAt(x.rank), [x, expandDims(indices, -1)], [], [x.rank - 1], {
      shape: indices.shape,
    }),
  );
}

/**
 * Position of the largest element along the last axis, the first one of equals; NaN counts as the largest.
 * @param x [..., N] with N > 0
 * @returns [...] i32
 */
export function argmax(x: Tensor): Tensor {
  if (x.rank === 0 || x.shape.at(-1) === 0)
    throw new ShapeError(`argmax: nothing to choose from in shape ${formatShape(x.shape)}`);
  return tidy(() =>
    noGrad(() => {
      const best = reduceTensors('argmax', 'max', identity, [x], [], [x.rank - 1]);
      return positions('argmax', positionOf(x.rank), [x, best], x);
    }),
  );
}

/** The smallest of the positions that a program gives along the last axis of x. */
function positions(name: string, program: MapProgram, inputs: readonly Tensor[], x: Tensor): Tensor {
  const shape = x.shape.slice(0, -1);
  return cast(reduceTensors(name, 'min', program, inputs, [], [x.rank - 1], { shape }), 'i32');
}

/**
 * The k largest elements of each row, largest first; of equals the first.
 * @param x [..., N] with N >= k
 * @returns values [..., k] (without gradient) and indices [..., k] i32
 */
export function topK(x: Tensor, k: number): { values: Tensor; indices: Tensor } {
  if (x.rank === 0 || !(Number.isInteger(k) && k >= 1 && k <= x.shape.at(-1)!)) {
    throw new ShapeError(`topK: cannot take ${k} of the last axis of ${formatShape(x.shape)}`);
  }
  return tidy(() =>
    noGrad(() => {
      const { rank, backend } = x;
      let taken = zeros(x.shape, { backend });
      const indices: Tensor[] = [];
      for (let count = 0; count < k; count++) {
        const best = reduceTensors('topK', 'max', untaken(rank), [x, taken], [], [rank - 1]);
        const index = positions('topK', untakenPositionOf(rank), [x, best, taken], x);
        indices.push(index);
        taken = add(taken, oneHot(index, x.shape.at(-1)!));
      }
      return {
        values: stack(
          indices.map((index) => pick(x, index)),
          -1,
        ),
        indices: stack(indices, -1),
      };
    }),
  );
}

/** Running sums along an axis: log2(n) additions of shifted copies (Hillis & Steele 1986). */
export function cumsum(x: Tensor, axis = -1): Tensor {
  const along = normalizeAxis(axis, x.rank, 'cumsum');
  const length = x.shape[along]!;
  return tidy(() => {
    let result = x;
    for (let shift = 1; shift < length; shift *= 2) {
      result = add(result, pad(slice(result, along, 0, length - shift), along, shift, 0));
    }
    return result === x ? mapTensors('cumsum', identity, [x]) : result;
  });
}
