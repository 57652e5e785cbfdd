import { defaultTolerances, type Tolerance } from '@ostinato/conformance';
import {
  type Backend,
  type DType,
  offsetsOf,
  type ReduceOp,
  runFused,
  sizeOf,
  type View,
} from '@ostinato/kernel';
import fc from 'fast-check';
import { type Bounded, boundsOf } from './bounds.fixture.js';
import { programs } from './programs.fixture.js';
import { around, length, type Placed, placed, shape, whole, withEdges, within } from './views.fixture.js';

/** Views by name. */
export type Views = Readonly<Record<string, View>>;

/** One call of a kernel, not yet on any backend. */
export interface Call {
  readonly kernel: string;
  /** The same view under two names is the same on the backend, too. */
  readonly views: Readonly<Record<string, Placed>>;
  readonly outs: readonly string[];
  /** Views of which some axis may have any length. */
  readonly loose?: readonly string[];
  /** Whether an index lies outside its table. */
  readonly fails?: boolean;
  run(backend: Backend, views: Views): void;
  /** How far each number of an output may be off, row by row; the expected numbers are the oracle's. */
  allowed(out: string, expected: ArrayLike<number>): ArrayLike<number>;
}

const numbered = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${name} ${index}`);
const pick = (views: Views, names: readonly string[]): View[] => names.map((name) => views[name]!);

/** A tolerance of conformance for each of the expected numbers, which add up so many terms. */
export function tolerated(
  { relative, absolute }: Tolerance,
  expected: ArrayLike<number>,
  terms = 1,
): ArrayLike<number> {
  return Float64Array.from(expected, (value) => relative * Math.abs(value) + absolute * terms);
}

/** The numbers of a view, row by row. */
export function numbersOf({ shape, strides, offset, data }: Placed): number[] {
  return Array.from(offsetsOf(shape, strides, offset), (place) => data[place]!);
}

/** Every output of a program at every position of a shape. */
function boundsAt(
  { program, scalars }: { program: Parameters<typeof boundsOf>[0]; scalars: readonly number[] },
  shape: readonly number[],
  inputs: readonly Placed[],
): Bounded[][] {
  const numbers = inputs.map(numbersOf);
  const coordinates = shape.map(() => 0);
  return Array.from({ length: sizeOf(shape) }, (_, position) => {
    let rest = position;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      coordinates[axis] = rest % shape[axis]!;
      rest = Math.floor(rest / shape[axis]!);
    }
    return boundsOf(program, {
      inputs: numbers.map((own) => own[position]!),
      scalars,
      coordinates,
      position,
    });
  });
}

/** How far a number may be off when it is written as a whole one. */
function wholeError({ value, error }: Bounded): number {
  if (!(Math.abs(value) < 2 ** 31 - 128)) return Number.isNaN(value) && error === 0 ? 0 : Infinity;
  return Math.trunc(value - error) === Math.trunc(value + error) ? 0 : Infinity;
}

const kinds = fc.constantFrom<DType>('f32', 'f32', 'f32', 'i32');
const contentsOf = (dtype: DType) => (dtype === 'i32' ? whole(-1000, 1000) : withEdges);

/** `map` of random programs over at most so many elements, some outputs being the very views that are inputs. */
export const maps = (most = 400): fc.Arbitrary<Call> =>
  fc
    .record({
      shape: shape({ min: 0, max: 5 }, most),
      inputs: fc.array(fc.record({ dtype: kinds, inPlace: fc.nat(3) }), { maxLength: 4 }),
      outputs: fc.array(kinds, { minLength: 1, maxLength: 3 }),
    })
    .chain(({ shape, inputs, outputs }) => {
      const inNames = numbered('input', inputs.length);
      const outNames = numbered('output', outputs.length);
      return fc
        .record({
          program: programs({ inputs: inputs.length, outputs: outputs.length }, shape.length),
          inputs: fc.tuple(
            ...inputs.map(({ dtype, inPlace }) =>
              placed(shape, { dtype, written: inPlace === 0, contents: contentsOf(dtype) }),
            ),
          ),
          outs: fc.tuple(...outputs.map((dtype) => placed(shape, { dtype, written: true }))),
        })
        .map(({ program, inputs: sources, outs }): Call => {
          const free = sources.filter((_, index) => inputs[index]!.inPlace === 0);
          const targets = outs.map((out, index) => free[index] ?? out);
          let bounds: Bounded[][] | undefined;
          return {
            kernel: 'map',
            views: {
              ...Object.fromEntries(inNames.map((name, index) => [name, sources[index]!])),
              ...Object.fromEntries(outNames.map((name, index) => [name, targets[index]!])),
            },
            outs: outNames,
            loose: inputs.length + outputs.length === 1 ? outNames : [],
            run: (backend, views) =>
              backend.map(program.program, pick(views, inNames), program.scalars, pick(views, outNames)),
            allowed(name) {
              bounds ??= boundsAt(program, shape, sources);
              const out = outNames.indexOf(name);
              const isWhole = targets[out]!.dtype === 'i32';
              return bounds.map((each) => (isWhole ? wholeError(each[out]!) : each[out]!.error));
            },
          };
        });
    });

/** `reduce` of random programs over random axes of at most so many elements. */
export const reductions = (most = 400): fc.Arbitrary<Call> =>
  fc
    .record({
      shape: shape({ min: 0, max: 5 }, most),
      inputs: fc.array(kinds, { minLength: 1, maxLength: 3 }),
      reduced: fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
      op: fc.constantFrom<ReduceOp>('sum', 'max', 'min'),
    })
    .chain(({ shape, inputs, reduced, op }) => {
      const names = numbered('input', inputs.length);
      const axes = [...shape.keys()].filter((axis) => reduced[axis]);
      const kept = shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
      return fc
        .record({
          program: programs({ inputs: inputs.length, outputs: 1 }, shape.length),
          inputs: fc.tuple(...inputs.map((dtype) => placed(shape, { dtype, contents: contentsOf(dtype) }))),
          out: placed(kept, { written: true }),
        })
        .map(
          ({ program, inputs: sources, out }): Call => ({
            kernel: 'reduce',
            views: { ...Object.fromEntries(names.map((name, index) => [name, sources[index]!])), out },
            outs: ['out'],
            loose: inputs.length === 1 ? names : [],
            run: (backend, views) =>
              backend.reduce(op, program.program, pick(views, names), program.scalars, axes, views.out!),
            allowed() {
              const groups = Array.from({ length: sizeOf(kept) }, (): Bounded[] => []);
              for (const [position, [bound]] of boundsAt(program, shape, sources).entries())
                groups[targetOf(position, shape, axes)]!.push(bound!);
              return groups.map((group) => reducedError(op, group));
            },
          }),
        );
    });

/** Row-major index of the result that a position is reduced into. */
function targetOf(position: number, shape: readonly number[], axes: readonly number[]): number {
  let [rest, target, scale] = [position, 0, 1];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const coordinate = rest % shape[axis]!;
    rest = Math.floor(rest / shape[axis]!);
    if (axes.includes(axis)) continue;
    target += coordinate * scale;
    scale *= shape[axis]!;
  }
  return target;
}

function reducedError(op: ReduceOp, group: readonly Bounded[]): number {
  if (op !== 'sum') return group.reduce((most, { error }) => Math.max(most, error), 0);
  const { relative, absolute } = defaultTolerances.sum;
  const size = group.reduce((sum, { value }) => sum + Math.abs(value), 0);
  if (!(size < 3e38)) return Infinity;
  return group.reduce((sum, { error }) => sum + error, relative * size + absolute);
}

/** `matmul` with any strides, with batches of at most so many multiplications each, replacing or adding. */
export const products = (most = 15_000): fc.Arbitrary<Call> =>
  fc
    .record({
      batch: fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 2 }),
      sizes: fc.tuple(length, length, length),
      accumulate: fc.boolean(),
    })
    .chain(({ batch, sizes, accumulate }) => {
      const [M, K, N] = within(sizes, most) as [number, number, number];
      return fc
        .record({
          a: placed([...batch, M, K]),
          b: placed([...batch, K, N]),
          out: placed([...batch, M, N], { written: true }),
        })
        .map(
          (views): Call => ({
            kernel: 'matmul',
            views,
            outs: ['out'],
            run: (backend, { a, b, out }) => backend.matmul(a!, b!, out!, { accumulate }),
            // Products of numbers in [-1.5, 1.5].
            allowed: (_, expected) => tolerated(defaultTolerances.matmul, expected, 2.25 * (K + 1)),
          }),
        );
    });

/** A table, and indices most of which lie inside it. */
const lookups = fc
  .record({
    rows: length,
    width: length,
    indices: shape({ min: 0, max: 3 }, 40),
    /** How far indices may lie outside. */
    outside: fc.constantFrom(0, 0, 0, 1, 2 ** 30),
    kinds: fc.tuple(kinds, kinds),
  })
  .map((drawn) => {
    const [from, to] = drawn.rows > 0 || drawn.outside > 0 ? [0, drawn.rows - 1] : [0, 0];
    return { ...drawn, contents: whole(from - drawn.outside, to + drawn.outside) };
  });

/** `gather`, also with indices outside the table. */
export const gathers: fc.Arbitrary<Call> = lookups.chain(({ rows, width, indices, contents, kinds }) =>
  fc
    .record({
      table: placed([rows, width], { dtype: kinds[0], contents: contentsOf(kinds[0]) }),
      indices: placed(indices, { dtype: 'i32', contents }),
      out: placed([...indices, width], { dtype: kinds[0], written: true }),
    })
    .map(
      (views): Call => ({
        kernel: 'gather',
        views,
        outs: ['out'],
        fails: numbersOf(views.indices).some((index) => index < 0 || index >= rows),
        loose: ['table'],
        run: (backend, { table, indices, out }) => backend.gather(table!, indices!, out!),
        allowed: (_, expected) => new Float64Array(expected.length),
      }),
    ),
);

/** `scatterAdd`, also with indices outside the table, and many for one row. */
export const scatters: fc.Arbitrary<Call> = lookups.chain(({ rows, width, indices, contents, kinds }) => {
  const [dtype] = kinds;
  const numbers = dtype === 'i32' ? whole(-1000, 1000) : around(1.5);
  return fc
    .record({
      updates: placed([...indices, width], { dtype, contents: numbers }),
      indices: placed(indices, { dtype: 'i32', contents }),
      out: placed([rows, width], { dtype, contents: numbers, written: true }),
    })
    .map(
      (views): Call => ({
        kernel: 'scatterAdd',
        views,
        outs: ['out'],
        fails: numbersOf(views.indices).some((index) => index < 0 || index >= rows),
        loose: ['out'],
        run: (backend, { updates, indices, out }) => backend.scatterAdd(updates!, indices!, out!),
        allowed: (_, expected) => tolerated(defaultTolerances.scatterAdd, expected, 1 + sizeOf(indices)),
      }),
    );
});

const rowShapes = shape({ min: 1, max: 4 }, 600);

/** Softmax and its logarithm. */
export const softmaxes: fc.Arbitrary<Call> = fc
  .tuple(rowShapes, fc.boolean(), fc.constantFrom(0.01, 3, 60))
  .chain(([shape, logarithm, range]) =>
    fc.record({ x: placed(shape, { contents: around(range) }), out: placed(shape, { written: true }) }).map(
      (views): Call => ({
        kernel: 'softmax',
        views,
        outs: ['out'],
        run: (backend, { x, out }) => runFused(backend, 'softmax', { x: x!, out: out!, logarithm }),
        allowed: (_, expected) =>
          tolerated(defaultTolerances[logarithm ? 'logSoftmax' : 'softmax'], expected),
      }),
    ),
  );

/** Layer normalisation. */
export const normalizations: fc.Arbitrary<Call> = fc
  .tuple(rowShapes, fc.constantFrom(0, 3))
  .chain(([shape, center]) =>
    fc
      .record({
        x: placed(shape, { contents: (next) => center + around(1)(next) }),
        out: placed(shape, { written: true }),
        inverseDeviation: placed(shape.with(-1, 1), { written: true }),
      })
      .map(
        (views): Call => ({
          kernel: 'layerNorm',
          views,
          outs: ['out', 'inverseDeviation'],
          run: (backend, { x, out, inverseDeviation }) =>
            runFused(backend, 'layerNorm', {
              x: x!,
              out: out!,
              inverseDeviation: inverseDeviation!,
              epsilon: 1e-3,
            }),
          // Deviations are differences of numbers around the center. Rows without elements have none.
          allowed: (_, expected) =>
            tolerated(defaultTolerances.layerNorm, expected, shape.at(-1) === 0 ? Infinity : 1 + 2 * center),
        }),
      ),
  );

/** Sequences with the sizes T, B, K, N, each up to its most, and rows of any length, also of impossible ones. */
const projected = ([T, B, K, N]: readonly [number, number, number, number]) =>
  fc
    .record({ T: fc.nat(T), B: fc.nat(B), K: fc.nat(K), N: fc.nat(N), accumulate: fc.boolean() })
    .map((sizes) => ({
      ...sizes,
      lengths: placed([sizes.B], { dtype: 'i32', contents: whole(-1, sizes.T + 1) }),
    }));

/** Projections of sequences. */
export const projections = (
  most: readonly [number, number, number, number] = [6, 5, 20, 20],
): fc.Arbitrary<Call> =>
  projected(most).chain(({ T, B, K, N, accumulate, lengths }) =>
    fc
      .record({
        x: placed([T, B, K], { contents: around(1) }),
        weight: placed([K, N], { contents: around(1) }),
        lengths,
        out: placed([T, B, N], { contents: around(1), written: true }),
      })
      .map(
        (views): Call => ({
          kernel: 'projection',
          views,
          outs: ['out'],
          run: (backend, { x, weight, lengths: ends, out }) =>
            runFused(backend, 'projection', {
              x: x!,
              weight: weight!,
              lengths: ends!,
              out: out!,
              accumulate,
            }),
          allowed: (_, expected) => tolerated(defaultTolerances.projection, expected, K + 1),
        }),
      ),
  );

/** Their derivatives by the weight. */
export const projectionGradients = (
  most: readonly [number, number, number, number] = [6, 5, 20, 20],
): fc.Arbitrary<Call> =>
  projected(most).chain(({ T, B, K, N, lengths }) =>
    fc
      .record({
        x: placed([T, B, K], { contents: around(1) }),
        gradient: placed([T, B, N], { contents: around(1) }),
        lengths,
        out: placed([K, N], { written: true }),
      })
      .map(
        (views): Call => ({
          kernel: 'projectionGrad',
          views,
          outs: ['out'],
          run: (backend, { x, gradient, lengths: ends, out }) =>
            runFused(backend, 'projectionGrad', {
              x: x!,
              gradient: gradient!,
              lengths: ends!,
              out: out!,
            }),
          allowed: (_, expected) => tolerated(defaultTolerances.projectionGrad, expected, T * B + 1),
        }),
      ),
  );
