import { Numbers } from './numbers.js';
import { type ArrangementName, blankOperand, type Operand, operand } from './operand.js';
import { raggedLengths } from './recurrence-case.js';

/** Sizes, scores and layout of a linear chain. */
export interface ChainCase {
  /** T, B, K. */
  readonly size: readonly [number, number, number];
  readonly lengths?: readonly number[];
  /** What the scores are like; uniform in [-3, 3] by default. */
  readonly scores?: keyof typeof scoresOf;
  readonly arrangement?: ArrangementName;
  readonly out?: ArrangementName;
}

/** Scores of emissions [step, tag] and transitions [tag, tag], and how large they may be. */
interface Scores {
  readonly largest: number;
  emission(numbers: Numbers, step: number, tag: number): number;
  transition(numbers: Numbers, from: number, to: number): number;
}

const small = (numbers: Numbers): number => numbers.uniform(-3, 3);
const scoresOf = {
  ordinary: { largest: 3, emission: small, transition: small },
  /** What would overflow and underflow without care. */
  large: {
    largest: 1000,
    emission: (numbers) => 250 * (numbers.integer(9) - 4),
    transition: (numbers) => 250 * (numbers.integer(9) - 4),
  },
  /** Tags that may not follow others, as I-x follows B-x and I-x only; nothing leads into the last tag. */
  forbidden: {
    largest: 3,
    emission: small,
    transition: (numbers, from, to) => (to % 3 === 2 && from % 3 === 0 ? -1e4 : small(numbers)),
  },
  /** What looks best up to a step cannot go on: all that counts are tags that looked hopeless, e^-120 and less. */
  'of dead ends': {
    largest: 120,
    emission: (_, step, tag) => (tag === step % 2 ? 120 : tag % 4),
    transition: (numbers, from, to) => (from < 2 || to < 2 ? -1e4 : numbers.integer(3)),
  },
  /** Larger than anything else can make up for. */
  'ruled out': {
    largest: 3,
    emission: (numbers, _, tag) => (tag % 3 === 1 ? -1e30 : small(numbers)),
    transition: (numbers, from, to) => (from === to ? -1e30 : small(numbers)),
  },
} as const satisfies Record<string, Scores>;

/** Linear chains of all kinds. */
export const chainCases: readonly ChainCase[] = [
  { size: [1, 1, 1] },
  { size: [4, 3, 1] },
  { size: [5, 4, 3] },
  { size: [6, 5, 4] },
  { size: [4, 9, 17] },
  { size: [3, 7, 33] },
  { size: [40, 3, 5], lengths: [40, 17, 1] },
  { size: [3, 4, 6], lengths: [1, 1, 1, 1] },
  { size: [3, 2, 5], lengths: [0, 0] },
  { size: [0, 2, 5], lengths: [0, 0] },
  { size: [3, 0, 5], lengths: [] },
  { size: [6, 5, 9], scores: 'large' },
  { size: [6, 5, 9], scores: 'forbidden' },
  { size: [6, 5, 9], scores: 'of dead ends' },
  { size: [6, 5, 9], scores: 'ruled out' },
  { size: [5, 4, 6], arrangement: 'transposed', out: 'every second' },
  { size: [5, 4, 6], arrangement: 'every second', out: 'transposed' },
  { size: [4, 3, 7], arrangement: 'reversed', out: 'offset' },
  { size: [4, 3, 7], arrangement: 'longer rows', out: 'longer rows' },
  { size: [4, 3, 7], arrangement: 'offset', out: 'reversed' },
];

/** What a case is called. */
export function titleOfChain({ size: [T, B, K], ...rest }: ChainCase): string {
  const details = Object.entries(rest).map(([name, value]) => `${name} ${value}`);
  return [`T=${T} B=${B} K=${K}`, ...details].join(', ');
}

/** How much wider tolerances are for scores of this size: float32 has 2^-24 of each number. */
export function wideningOf({ scores = 'ordinary' }: ChainCase): number {
  return 1 + scoresOf[scores].largest / 50;
}

/** The views of a chain and its gradient. */
export type ChainOperands = Readonly<
  Record<
    | 'emissions'
    | 'transitions'
    | 'start'
    | 'end'
    | 'lengths'
    | 'logPartition'
    | 'forward'
    | 'gradient'
    | 'dEmissions'
    | 'dTransitions'
    | 'dStart'
    | 'dEnd',
    Operand
  >
>;

/** The numbers of a case; NaN past each row's length: nobody may look there. */
export function chainOperands(one: ChainCase): ChainOperands {
  const { size, scores = 'ordinary', arrangement = 'contiguous', out = 'contiguous' } = one;
  const [T, B, K] = size;
  const numbers = new Numbers(titleOfChain(one));
  const lengths = one.lengths ?? raggedLengths(T, B);
  const { emission, transition }: Scores = scoresOf[scores];
  const given = (shape: readonly number[], value: (index: number) => number): Operand =>
    operand(shape, value, { arrangement });
  const result = (...shape: number[]): Operand => blankOperand(shape, { arrangement: out });
  const step = (index: number): number => Math.floor(index / (B * K));
  return {
    emissions: given([T, B, K], (index) =>
      step(index) < lengths[Math.floor(index / K) % B]!
        ? emission(numbers, step(index), index % K)
        : Number.NaN,
    ),
    transitions: given([K, K], (index) => transition(numbers, Math.floor(index / K), index % K)),
    start: given([K], () => small(numbers)),
    end: given([K], () => small(numbers)),
    lengths: operand([B], lengths, { dtype: 'i32' }),
    logPartition: result(B),
    forward: result(T, B, K),
    gradient: given([B], () => numbers.uniform()),
    dEmissions: result(T, B, K),
    dTransitions: result(K, K),
    dStart: result(K),
    dEnd: result(K),
  };
}
