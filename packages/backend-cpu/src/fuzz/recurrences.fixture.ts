import { defaultTolerances, type Tolerance } from '@ostinato/conformance';
import {
  type Backend,
  type CellProgram,
  offsetsOf,
  type RecurrenceArgs,
  type RecurrenceGradArgs,
  runFused,
  sizeOf,
} from '@ostinato/kernel';
import { ReferenceBackend } from '@ostinato/kernel/reference';
import fc from 'fast-check';
import { type Call, tolerated, type Views } from './calls.fixture.js';
import { cells } from './programs.fixture.js';
import {
  around,
  type Contents,
  drawing,
  type LayoutNeeds,
  type Placed,
  placed,
  whole,
} from './views.fixture.js';

/** A cell with the sizes of a sequence. */
interface Sizes {
  readonly cell: CellProgram;
  readonly T: number;
  readonly B: number;
  readonly H: number;
  readonly reverse: boolean;
  readonly ragged: boolean;
  readonly mixes: boolean;
  /** Whether a sweep forward keeps its products. */
  readonly keeps: boolean;
  /** Whether views lie as the fused kernels of every backend take them. */
  readonly dense: boolean;
}

/** What recurrences are drawn. */
export interface RecurrenceOptions {
  /** Whether views lie as the fused kernels of every backend take them; mostly by default. */
  readonly dense?: fc.Arbitrary<boolean>;
  /** Whether there is work for several threads; too much for the oracle. */
  readonly large?: boolean;
}

const usually = fc.nat(4).map((drawn) => drawn > 0);
const between = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });

/** Lengths up to `most`, seldom 0. */
const upTo = (most: number, ...others: readonly number[]): fc.Arbitrary<number> =>
  fc.oneof(
    { weight: 9, arbitrary: between(1, most) },
    { weight: others.length, arbitrary: fc.constantFrom(...others) },
  );

const sizesFor = ({ dense = usually, large = false }: RecurrenceOptions): fc.Arbitrary<Sizes> =>
  fc.record({
    cell: cells,
    T: large ? between(3, 7) : upTo(7, 0),
    B: large ? between(9, 20) : upTo(6, 0),
    H: large ? between(20, 50) : upTo(9, 0, 11, 13, 16),
    reverse: fc.boolean(),
    ragged: fc.boolean(),
    mixes: fc.nat(3).map((drawn) => drawn > 0),
    keeps: fc.boolean(),
    dense,
  });

/** A view, or none. */
const optional = (
  isThere: boolean,
  shape: readonly number[],
  needs: Parameters<typeof placed>[1],
): fc.Arbitrary<Placed | undefined> => (isThere ? placed(shape, needs) : fc.constant(undefined));

type Drawn = Readonly<Record<string, Placed | undefined>>;

/** The views of a forward sweep. */
function forward({ cell, T, B, H, ragged, mixes, dense, keeps }: Sizes) {
  const { gates: G, states: S, parameters: P } = cell;
  const by = (axes: number, contents: Contents, rest: LayoutNeeds = {}) => ({
    ...rest,
    contents,
    dense: dense ? axes : 0,
  });
  return {
    x: placed([T, B, G, H], by(1, around(1.5))),
    R: optional(mixes, [H, G, H], by(2, around(1 / Math.sqrt(Math.max(1, H))))),
    parameters: optional(P > 0, [P, H], by(1, around(0.7))),
    lengths: optional(ragged, [B], { dtype: 'i32', contents: whole(0, T) }),
    states: placed([S, T + 1, B, H], by(1, around(0.8), { written: true })),
    products: optional(mixes && keeps, [T, B, G, H], by(2, around(1), { written: true })),
  };
}

const present = (views: Drawn): Record<string, Placed> =>
  Object.fromEntries(
    Object.entries(views).filter((entry): entry is [string, Placed] => entry[1] !== undefined),
  );

function argsOf({ cell, reverse }: Sizes, views: Views): RecurrenceArgs {
  const { x, R = null, parameters = null, lengths = null, states, products = null } = views;
  return { cell, reverse, x: x!, R, parameters, lengths, states: states!, products };
}

function gradArgsOf(sizes: Sizes, views: Views): RecurrenceGradArgs {
  const { dOutput = null, dFinal = null, dx, dr = null, dParameters = null, dInitial } = views;
  return { ...argsOf(sizes, views), dOutput, dFinal, dx: dx!, dr, dParameters, dInitial: dInitial! };
}

/** The same view with its numbers changed by some units in the last place. */
function nudged(view: Placed, seed: number): Placed {
  if (view.dtype === 'i32') return view;
  const next = drawing(seed);
  return { ...view, data: view.data.map((value) => value * (1 + (next() < 0.5 ? -1 : 1) * 2 ** -21)) };
}

/** What the oracle makes of an output. */
function exactly(views: Readonly<Record<string, Placed>>, run: Call['run'], out: string): Float64Array {
  const oracle = new ReferenceBackend();
  const on: Record<string, Views[string]> = {};
  for (const [name, { data, ...view }] of Object.entries(views)) {
    const storage = oracle.alloc(4 * data.length);
    oracle.write(storage, data);
    on[name] = { ...view, storage };
  }
  run(oracle, on);
  return oracle.values(on[out]!);
}

/**
 * The tolerance, and twice as much as the oracle's results move when its inputs do by a few units in the last place: some
 * of the cells that are drawn are chaotic, or stand at a kink.
 */
function allowedFor(tolerance: Tolerance, call: Pick<Call, 'views' | 'run'>): Call['allowed'] {
  return (out, expected) => {
    let moved = 0;
    for (const seed of [1, 2]) {
      const views = Object.entries(call.views).map(([name, view], index) => [
        name,
        nudged(view, seed + 7 * index),
      ]);
      const other = exactly(Object.fromEntries(views), call.run, out);
      for (const [index, value] of other.entries())
        moved = Math.max(moved, Math.abs(value - expected[index]!));
    }
    return Float64Array.from(tolerated(tolerance, expected) as Float64Array, (error) => error + 2 * moved);
  };
}

/** Forward sweeps of random cells. */
export const recurrences = (options: RecurrenceOptions = {}): fc.Arbitrary<Call> =>
  sizesFor(options).chain((sizes) =>
    fc.record(forward(sizes)).map((drawn): Call => {
      const views = present(drawn);
      const run = (backend: Backend, on: Views): void => runFused(backend, 'recurrence', argsOf(sizes, on));
      return {
        kernel: 'recurrence',
        views,
        outs: views.products ? ['states', 'products'] : ['states'],
        run,
        allowed: allowedFor(defaultTolerances.recurrence, { views, run }),
      };
    }),
  );

/** Sweeps back through random cells, from the states that the oracle's sweep forward leaves where it can. */
export const recurrenceGradients = (options: RecurrenceOptions = {}): fc.Arbitrary<Call> =>
  fc.tuple(sizesFor(options), fc.boolean(), fc.boolean()).chain(([sizes, hasOutput, hasFinal]) => {
    const { cell, T, B, H, mixes, dense } = sizes;
    const { gates: G, states: S, parameters: P } = cell;
    const seed = { contents: around(1), dense: dense ? 1 : 0 };
    const rows = { written: true, dense: dense ? 2 : 0 };
    const out = { written: true, dense: dense ? 1 : 0 };
    return fc
      .record({
        ...forward({ ...sizes, keeps: true }),
        dOutput: optional(hasOutput, [T, B, H], seed),
        dFinal: optional(hasFinal, [S, B, H], seed),
        dx: placed([T, B, G, H], rows),
        dr: optional(mixes && !cell.sharedGradient, [T, B, G, H], rows),
        dParameters: optional(P > 0, [P, H], out),
        dInitial: placed([S, B, H], out),
      })
      .map((drawn): Call => {
        const views = present(options.large ? drawn : { ...drawn, ...swept(sizes, present(drawn)) });
        const outs = ['dx', 'dr', 'dParameters', 'dInitial'].filter((name) => views[name]);
        const run = (backend: Backend, on: Views): void =>
          runFused(backend, 'recurrenceGrad', gradArgsOf(sizes, on));
        return {
          kernel: 'recurrenceGrad',
          views,
          outs,
          run,
          allowed: allowedFor(defaultTolerances.recurrenceGrad, { views, run }),
        };
      });
  });

/** The states and products as a sweep forward leaves them. */
function swept(sizes: Sizes, views: Readonly<Record<string, Placed>>): Drawn {
  const after = (name: 'states' | 'products'): Placed | undefined => {
    const view = views[name];
    if (!view || sizeOf(view.shape) === 0) return view;
    const run = (backend: Backend, on: Views): void => runFused(backend, 'recurrence', argsOf(sizes, on));
    const values = exactly(views, run, name);
    const data = view.data.slice();
    for (const [index, place] of offsetsOf(view.shape, view.strides, view.offset).entries())
      data[place] = values[index]!;
    return { ...view, data };
  };
  return { states: after('states'), products: after('products') };
}
