import { contiguousStrides, type DType, type NumberArray, offsetsOf, sizeOf } from '@ostinato/kernel';
import fc from 'fast-check';

/** A view with the contents of its whole storage, not yet on any backend. */
export interface Placed {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
  readonly data: NumberArray;
}

/** Where a view lies in a storage of so many elements. */
interface Layout {
  readonly strides: readonly number[];
  readonly offset: number;
  readonly elements: number;
}

/** What a layout must be fit for. */
export interface LayoutNeeds {
  /** Whether the view is written: then no position lies on another. */
  readonly written?: boolean;
  /** How many of the last axes lie contiguous. */
  readonly dense?: number;
}

/** Pseudo-random numbers in [0, 1) (Mulberry32 by Tommy Ettinger). */
export function drawing(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Lengths of axes: small ones, and those around what vectors, tiles, panels and shares have. */
export const length: fc.Arbitrary<number> = fc.oneof(
  { weight: 15, arbitrary: fc.integer({ min: 1, max: 9 }) },
  { weight: 6, arbitrary: fc.constantFrom(11, 12, 13, 15, 16, 17, 23, 24, 25, 31, 32, 33, 63, 64, 65) },
  { weight: 1, arbitrary: fc.constant(0) },
);

/** Shapes of at most `most` elements. */
export function shape(
  ranks: { readonly min: number; readonly max: number },
  most = 400,
): fc.Arbitrary<readonly number[]> {
  return fc
    .array(length, { minLength: ranks.min, maxLength: ranks.max })
    .map((lengths) => within(lengths, most));
}

/** The lengths, the longest of them made shorter until there are at most so many elements. */
export function within(lengths: readonly number[], most: number): number[] {
  const result = [...lengths];
  while (sizeOf(result) > most) {
    const longest = result.indexOf(Math.max(...result));
    result[longest] = Math.ceil(result[longest]! / 2);
  }
  return result;
}

const rarely = (times: number): fc.Arbitrary<boolean> =>
  fc.nat(times - 1).map((drawn) => drawn === times - 1);

const axisLayout = fc.record({
  step: fc.constantFrom(1, 1, 1, 2, 3),
  flip: rarely(5),
  repeat: rarely(5),
  slack: fc.constantFrom(0, 0, 0, 1, 3),
  /** What strides are that no element depends on. */
  wild: fc.constantFrom(0, 1, -1, 5, -999_999_937, 2 ** 31),
});

/** Ways in which a view can lie in a storage: permuted, flipped, sliced, repeated, with gaps, with room around it. */
function layout(shape: readonly number[], { written = false, dense = 0 }: LayoutNeeds): fc.Arbitrary<Layout> {
  const free = Math.max(0, shape.length - dense);
  const room = fc.record({ before: fc.nat(5), after: fc.nat(5) });
  const order = fc.shuffledSubarray(
    Array.from({ length: free }, (_, axis) => axis),
    { minLength: free },
  );
  const axes = fc.tuple(...Array.from({ length: free }, () => axisLayout));
  const contiguous = room.map(({ before, after }) => ({
    strides: contiguousStrides(shape),
    offset: before,
    elements: before + sizeOf(shape) + after,
  }));
  const strided = fc.tuple(order, axes, room).map(([order, axes, { before, after }]): Layout => {
    const strides = contiguousStrides(shape);
    const isEmpty = shape.includes(0);
    let running = sizeOf(shape.slice(free).map((each) => Math.max(1, each)));
    let offset = before;
    for (const axis of order) {
      const { step, flip, repeat, slack, wild } = axes[axis]!;
      const length = shape[axis]!;
      // No element of the view depends on it.
      if (length <= 1 || isEmpty) {
        strides[axis] = wild;
        continue;
      }
      const stride = repeat && !written ? 0 : running * step;
      strides[axis] = flip ? -stride : stride;
      if (flip) offset += (length - 1) * stride;
      if (stride > 0) running = stride * (length - 1) + running * (1 + slack);
    }
    return { strides, offset, elements: before + running + after };
  });
  return fc.oneof({ weight: 1, arbitrary: contiguous }, { weight: 3, arbitrary: strided });
}

/** What the numbers of a view are. */
export type Contents = (next: () => number) => number;
/** Numbers around 0. */
export const around =
  (range: number): Contents =>
  (next) =>
    (2 * next() - 1) * range;
const edges = [0, -0, 1, -1, 0.5, -2.5, Infinity, -Infinity, Number.NaN, 1e-42, 3e38, -3e38, 1e20, 2 ** 24];
/** Numbers around 0, and sometimes one of those at which operations behave in a way of their own. */
export const withEdges: Contents = (next) =>
  next() < 0.02 ? edges[Math.floor(next() * edges.length)]! : around(4)(next);
/** Whole numbers in [low, high]. */
export const whole =
  (low: number, high: number): Contents =>
  (next) =>
    low + Math.floor(next() * (high - low + 1));

/** What lies around a view: numbers that no kernel computes, each different from its neighbours. */
export const sentinel = (index: number): number => -70_000_000 - 8 * (index % 997);

/** A view of a shape with its numbers, in any layout that suits. */
export function placed(
  shape: readonly number[],
  needs: LayoutNeeds & { readonly contents?: Contents; readonly dtype?: DType } = {},
): fc.Arbitrary<Placed> {
  const { contents = around(1.5), dtype = 'f32' } = needs;
  return fc.tuple(layout(shape, needs), fc.nat()).map(([{ strides, offset, elements }, seed]) => {
    const data = (dtype === 'i32' ? new Int32Array(elements) : new Float32Array(elements)).map((_, index) =>
      sentinel(index),
    );
    const next = drawing(seed);
    for (const place of offsetsOf(shape, strides, offset)) data[place] = contents(next);
    return { dtype, shape, strides, offset, data };
  });
}
