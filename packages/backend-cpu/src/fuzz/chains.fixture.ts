import { defaultTolerances } from '@ostinato/conformance';
import { type LinearChainArgs, type LinearChainGradArgs, runFused } from '@ostinato/kernel';
import fc from 'fast-check';
import { type Call, tolerated } from './calls.fixture.js';
import { around, type Contents, type Placed, placed, whole } from './views.fixture.js';

/** What rules a transition out: e^-300 is 0 in float32. */
const FORBIDDEN = -300;

/** Scores of transitions, some of which are ruled out. */
const scores =
  (range: number, forbidden: boolean): Contents =>
  (next) =>
    forbidden && next() < 0.3 ? FORBIDDEN : around(range)(next);

/** What linear chains are drawn. */
export interface ChainOptions {
  /** Whether the last axes lie as fused kernels take them; mostly by default. */
  readonly dense?: fc.Arbitrary<boolean>;
  /** The most steps, rows and tags. */
  readonly most?: readonly [T: number, B: number, K: number];
}

const usually = fc.nat(4).map((drawn) => drawn > 0);

/** The views that the passes share. */
function chains({ dense = usually, most: [T, B, K] = [6, 5, 20] }: ChainOptions) {
  const sizes = fc.record({
    T: fc.nat(T),
    B: fc.nat(B),
    K: fc.integer({ min: 1, max: K }),
    range: fc.constantFrom(0.1, 3, 60),
    forbidden: fc.boolean(),
    dense,
  });
  return sizes.chain(({ T, B, K, range, forbidden, dense }) => {
    const needs = dense ? { dense: 1 } : {};
    const sequences = (contents: Contents, written = false): fc.Arbitrary<Placed> =>
      placed([T, B, K], { contents, written, ...needs });
    const shared = {
      emissions: sequences(scores(range, false)),
      transitions: placed([K, K], { contents: scores(range, forbidden), ...needs }),
      start: placed([K], { contents: around(range) }),
      end: placed([K], { contents: around(range) }),
      lengths: placed([B], {
        dtype: 'i32',
        contents: whole(0, T),
      }),
    };
    return fc.constant({ T, B, K, largest: forbidden ? -FORBIDDEN : range, needs, sequences, shared });
  });
}

/** How much wider tolerances are for scores of this size, as in conformance. */
const wideningOf = (largest: number): number => 1 + largest / 50;

/** The log partition of linear chains. */
export const partitions = (options: ChainOptions = {}): fc.Arbitrary<Call> =>
  chains(options).chain(({ T, B, largest, sequences, shared }) =>
    fc
      .record({
        ...shared,
        logPartition: placed([B], { written: true }),
        forward: sequences(around(1), true),
      })
      .map(
        (views): Call => ({
          kernel: 'linearChain',
          views,
          outs: ['logPartition', 'forward'],
          run: (backend, own) => runFused(backend, 'linearChain', own as unknown as LinearChainArgs),
          allowed: (_, expected) =>
            tolerated(defaultTolerances.linearChain, expected, wideningOf(largest) * (T + 1)),
        }),
      ),
  );

/** Its gradient. */
export const partitionGradients = (options: ChainOptions = {}): fc.Arbitrary<Call> =>
  chains(options).chain(({ T, B, K, largest, needs, sequences, shared }) =>
    fc
      .record({
        ...shared,
        forward: sequences(around(3)),
        gradient: placed([B], { contents: around(1) }),
        dEmissions: sequences(around(1), true),
        dTransitions: placed([K, K], { written: true, ...needs }),
        dStart: placed([K], { written: true }),
        dEnd: placed([K], { written: true }),
      })
      .map(
        (views): Call => ({
          kernel: 'linearChainGrad',
          views,
          outs: ['dEmissions', 'dTransitions', 'dStart', 'dEnd'],
          run: (backend, own) => runFused(backend, 'linearChainGrad', own as unknown as LinearChainGradArgs),
          allowed: (_, expected) =>
            tolerated(defaultTolerances.linearChainGrad, expected, wideningOf(largest) * (T * B + 1)),
        }),
      ),
  );
