import { describe, expect, it } from 'vitest';
import { ShapeError } from './errors.js';
import { uniform } from './threefry.js';
import {
  broadcastShapes,
  broadcastView,
  contiguousStrides,
  expandView,
  flipView,
  isContiguous,
  normalizeAxis,
  permuteView,
  reshapeView,
  sameShape,
  selectView,
  sizeOf,
  sliceView,
  type View,
  viewOf,
} from './view.js';

const storage = { bytes: 4000 };

/** Where the elements of a view lie, in row-major order. */
function places({ shape, strides, offset }: View): number[] {
  let found = [offset];
  for (const [axis, length] of shape.entries()) {
    found = found.flatMap((start) => Array.from({ length }, (_, step) => start + step * strides[axis]!));
  }
  return found;
}

describe('shapes', () => {
  it('have a size, 1 for a scalar and 0 with an empty axis', () => {
    expect(sizeOf([])).toBe(1);
    expect(sizeOf([2, 3, 4])).toBe(24);
    expect(sizeOf([2, 0, 4])).toBe(0);
  });

  it('have row-major strides', () => {
    expect(contiguousStrides([])).toEqual([]);
    expect(contiguousStrides([2, 3, 4])).toEqual([12, 4, 1]);
  });

  it('are the same when rank and lengths are', () => {
    expect(sameShape([2, 3], [2, 3])).toBe(true);
    expect(sameShape([2, 3], [2, 3, 1])).toBe(false);
    expect(sameShape([2, 3], [3, 2])).toBe(false);
  });
});

describe('normalizeAxis', () => {
  it('counts negative axes from the end', () => {
    expect(normalizeAxis(1, 3, 'sum')).toBe(1);
    expect(normalizeAxis(-1, 3, 'sum')).toBe(2);
    expect(normalizeAxis(-3, 3, 'sum')).toBe(0);
  });

  it.each([3, -4, 0.5, Number.NaN])('refuses axis %d of rank 3', (axis) => {
    expect(() => normalizeAxis(axis, 3, 'sum')).toThrow(ShapeError);
    expect(() => normalizeAxis(axis, 3, 'sum')).toThrow(/sum: axis .* rank 3; give one from -3 to 2/);
  });
});

describe('broadcastShapes', () => {
  it('follows the rule of NumPy', () => {
    expect(broadcastShapes('add')).toEqual([]);
    expect(broadcastShapes('add', [3], [2, 1])).toEqual([2, 3]);
    expect(broadcastShapes('add', [], [2, 1, 4], [3, 1])).toEqual([2, 3, 4]);
    expect(broadcastShapes('add', [0], [1])).toEqual([0]);
    expect(broadcastShapes('add', [2, 0], [1])).toEqual([2, 0]);
  });

  it('says which axis does not fit', () => {
    expect(() => broadcastShapes('add', [2, 3], [2, 4])).toThrow(
      'add: shapes [2, 3] and [2, 4] do not broadcast: axis -1 has lengths 3 and 4',
    );
    expect(() => broadcastShapes('add', [0], [2])).toThrow(ShapeError);
  });
});

describe('broadcastView', () => {
  it('repeats with stride 0', () => {
    const row = broadcastView(viewOf(storage, [3]), [2, 3]);
    expect(row.strides).toEqual([0, 1]);
    expect(places(row)).toEqual([0, 1, 2, 0, 1, 2]);
    const column = broadcastView(viewOf(storage, [2, 1]), [2, 3]);
    expect(places(column)).toEqual([0, 0, 0, 1, 1, 1]);
    expect(places(broadcastView(viewOf(storage, [], 'f32', 5), [2]))).toEqual([5, 5]);
  });

  it('may repeat zero times', () => {
    expect(broadcastView(viewOf(storage, [1, 3]), [0, 3]).shape).toEqual([0, 3]);
  });

  it('hands a view of that shape on', () => {
    const view = viewOf(storage, [2, 3]);
    expect(broadcastView(view, [2, 3])).toBe(view);
  });

  it('refuses shapes that do not fit', () => {
    expect(() => broadcastView(viewOf(storage, [2]), [3])).toThrow(
      'broadcast: shape [2] does not broadcast to [3]',
    );
    expect(() => broadcastView(viewOf(storage, [1, 3]), [3], 'add')).toThrow(/^add: /);
  });
});

describe('slices and selections', () => {
  const view = viewOf(storage, [4, 5], 'f32', 100);

  it('take a part of an axis', () => {
    const part = sliceView(view, 1, 1, 4);
    expect(part.shape).toEqual([4, 3]);
    expect(places(part).slice(0, 4)).toEqual([101, 102, 103, 106]);
  });

  it('take every second element, and go backwards', () => {
    const row = sliceView(view, 0, 0, 1);
    expect(places(sliceView(row, 1, 0, 5, 2))).toEqual([100, 102, 104]);
    expect(places(sliceView(row, 1, 1, 4, 2))).toEqual([101, 103]);
    expect(places(flipView(row, 1))).toEqual([104, 103, 102, 101, 100]);
    expect(places(flipView(flipView(view, 0), 0))).toEqual(places(view));
    expect(flipView(viewOf(storage, [0]), 0).offset).toBe(0);
  });

  it('may be empty, without leaving the storage', () => {
    const empty = sliceView(view, 0, 4, 4);
    expect(empty.shape).toEqual([0, 5]);
    expect(empty.offset).toBe(100);
  });

  it('remove an axis, or add one', () => {
    expect(places(selectView(view, 0, 2))).toEqual([110, 111, 112, 113, 114]);
    expect(places(selectView(view, 1, 4))).toEqual([104, 109, 114, 119]);
    expect(expandView(view, 1).shape).toEqual([4, 1, 5]);
    expect(places(expandView(view, 2))).toEqual(places(view));
  });

  it('exchange axes', () => {
    const turned = permuteView(viewOf(storage, [2, 3, 4]), [2, 0, 1]);
    expect(turned.shape).toEqual([4, 2, 3]);
    expect(turned.strides).toEqual([1, 12, 4]);
  });
});

describe('isContiguous', () => {
  it('looks at what matters only', () => {
    expect(isContiguous(viewOf(storage, [2, 3], 'f32', 7))).toBe(true);
    expect(isContiguous(permuteView(viewOf(storage, [2, 3]), [1, 0]))).toBe(false);
    expect(isContiguous(permuteView(viewOf(storage, [1, 3]), [1, 0]))).toBe(true);
    expect(isContiguous(sliceView(viewOf(storage, [4, 3]), 0, 1, 3))).toBe(true);
    expect(isContiguous(sliceView(viewOf(storage, [4, 3]), 1, 1, 3))).toBe(false);
    expect(isContiguous(broadcastView(viewOf(storage, [3]), [2, 3]))).toBe(false);
    expect(isContiguous(broadcastView(viewOf(storage, [3]), [0, 3]))).toBe(true);
    expect(isContiguous(viewOf(storage, []))).toBe(true);
  });
});

describe('reshapeView', () => {
  /** All shapes of a size, of up to four axes, with axes of length 1 among them. */
  function shapesOf(size: number, rank: number): number[][] {
    if (rank === 0) return size === 1 ? [[]] : [];
    const lengths = Array.from({ length: size }, (_, index) => index + 1).filter((n) => size % n === 0);
    return lengths.flatMap((length) => shapesOf(size / length, rank - 1).map((rest) => [length, ...rest]));
  }

  /** Whether a view of that shape visits these places: what reshaping is allowed to find. */
  function isPossible(visited: readonly number[], shape: readonly number[]): boolean {
    const steps = contiguousStrides(shape);
    const strides = shape.map((length, axis) => (length > 1 ? visited[steps[axis]!]! - visited[0]! : 0));
    const candidate = { ...viewOf(storage, shape), strides, offset: visited[0]! };
    return places(candidate).every((place, index) => place === visited[index]);
  }

  let draws = 0;
  const below = (end: number): number => Math.floor(uniform(3, 1, draws++, 0) * end);

  /** A view that was sliced, turned and repeated. */
  function anyView(): View {
    let view = viewOf(storage, [1 + below(3), 1 + below(4), 1 + below(4)]);
    if (below(2))
      view = permuteView(
        view,
        [
          [1, 2, 0],
          [2, 1, 0],
          [0, 2, 1],
        ][below(3)]!,
      );
    if (below(2)) {
      const axis = below(3);
      view = sliceView(view, axis, 0, Math.ceil(view.shape[axis]! / 2), 1 + below(2));
    }
    return below(2) ? broadcastView(view, [1 + below(3), ...view.shape]) : view;
  }

  it('keeps the order of elements, and finds a view wherever there is one', () => {
    let possible = 0;
    let impossible = 0;
    for (let trial = 0; trial < 200; trial++) {
      const view = anyView();
      const visited = places(view);
      for (const shape of [1, 2, 3, 4].flatMap((rank) => shapesOf(visited.length, rank))) {
        const reshaped = reshapeView(view, shape);
        expect(reshaped !== undefined, `${view.shape} (${view.strides}) as ${shape}`).toBe(
          isPossible(visited, shape),
        );
        if (!reshaped) impossible++;
        else {
          possible++;
          expect(reshaped.shape).toEqual(shape);
          expect(places(reshaped)).toEqual(visited);
        }
      }
    }
    expect(possible).toBeGreaterThan(100);
    expect(impossible).toBeGreaterThan(100);
  });

  it('takes scalars and empty views', () => {
    expect(reshapeView(viewOf(storage, [1, 1], 'f32', 3), [])).toMatchObject({ shape: [], offset: 3 });
    const empty = permuteView(viewOf(storage, [0, 3]), [1, 0]);
    expect(reshapeView(empty, [5, 0])?.shape).toEqual([5, 0]);
  });

  it('keeps offset and dtype', () => {
    const view = sliceView(viewOf(storage, [4, 6], 'i32'), 0, 1, 3);
    expect(reshapeView(view, [2, 2, 3])).toMatchObject({ offset: 6, dtype: 'i32', storage });
  });
});
