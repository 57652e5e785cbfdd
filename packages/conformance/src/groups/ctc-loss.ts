import { type Backend, type CtcLossArgs, fallback, runFused, type View } from '@ostinato/kernel';
import { type Draft, ensure, type Group, type SuiteContext } from '../check.js';
import { agreeWithFallback, coverageOf } from '../fused.js';
import { Numbers } from '../numbers.js';
import { type ArrangementName, blankOperand, type Operand, operand } from '../operand.js';
import { agree, type Trial, withOperands } from '../trial.js';

interface Case {
  readonly what: string;
  /** T, B, S, C. */
  readonly size: readonly [number, number, number, number];
  /** T for all rows where they are left out. */
  readonly inputLengths?: readonly number[];
  /** S for all rows where they are left out. */
  readonly targetLengths?: readonly number[];
  /** Row by row; random symbols where they are left out. */
  readonly targets?: readonly number[];
  /** 0 where it is left out. */
  readonly blank?: number;
  readonly value?: (index: number, numbers: Numbers) => number;
  readonly arrangement?: ArrangementName;
  readonly out?: ArrangementName;
  /** What lies in logits past the input lengths; NaN where it is left out. */
  readonly padding?: number;
}

const cases: readonly Case[] = [
  { what: 'one step', size: [1, 1, 1, 2] },
  { what: 'some steps', size: [7, 3, 3, 5] },
  { what: 'as many steps as symbols', size: [4, 1, 4, 5], targets: [1, 2, 3, 4] },
  { what: 'ragged', size: [9, 4, 4, 6], inputLengths: [9, 6, 8, 3], targetLengths: [4, 1, 3, 2] },
  {
    what: 'infinity in the padding',
    size: [5, 3, 2, 4],
    inputLengths: [5, 2, 4],
    targetLengths: [2, 1, 2],
    padding: Infinity,
  },
  { what: 'blank in the middle', size: [8, 3, 3, 5], blank: 2, targetLengths: [3, 2, 0] },
  { what: 'blank last', size: [8, 3, 3, 5], blank: 4, targetLengths: [1, 3, 2] },
  { what: 'repeated symbols', size: [9, 2, 4, 3], targets: [1, 1, 2, 2, 2, 2, 2, 2] },
  { what: 'repeated symbols that just fit', size: [7, 1, 4, 3], targets: [1, 1, 1, 1] },
  { what: 'empty targets', size: [4, 3, 2, 4], inputLengths: [4, 2, 0], targetLengths: [0, 0, 0] },
  { what: 'no symbols at all', size: [4, 2, 0, 4], inputLengths: [4, 3] },
  {
    what: 'targets that cannot fit',
    size: [4, 5, 3, 4],
    targets: [1, 2, 3, 1, 1, 2, 3, 2, 1, 2, 2, 2, 1, 2, 3],
    inputLengths: [4, 3, 2, 4, 0],
  },
  { what: 'input length 0', size: [3, 2, 1, 3], inputLengths: [0, 3] },
  { what: 'no steps', size: [0, 2, 1, 3], targetLengths: [0, 1] },
  { what: 'no rows', size: [3, 0, 2, 3] },
  { what: 'one class', size: [3, 2, 0, 1], inputLengths: [3, 1] },
  {
    what: 'numbers far apart',
    size: [6, 3, 2, 5],
    value: (_, numbers) => (numbers.integer(3) === 0 ? 1e4 : -1e4),
  },
  { what: 'large numbers', size: [6, 3, 2, 5], value: (_, numbers) => 1e4 + numbers.integer(5) },
  { what: 'sharp numbers', size: [30, 2, 9, 7], value: (_, numbers) => 100 * numbers.uniform() },
  {
    what: 'a blank that seems sure',
    size: [60, 2, 20, 6],
    targetLengths: [20, 11],
    value: (index, numbers) => (index % 6 === 0 ? 30 : 0) + numbers.uniform(),
  },
  {
    what: 'many steps and classes',
    size: [110, 2, 25, 37],
    inputLengths: [110, 93],
    targetLengths: [25, 17],
  },
  { what: 'strided', size: [6, 3, 2, 5], arrangement: 'transposed', out: 'every second' },
  { what: 'strided', size: [6, 3, 2, 5], arrangement: 'every second', out: 'transposed' },
  { what: 'strided', size: [6, 3, 2, 4], arrangement: 'reversed', out: 'longer rows' },
  { what: 'strided', size: [6, 3, 2, 4], arrangement: 'longer rows', out: 'last axis reversed' },
  { what: 'a repeated step', size: [6, 2, 2, 5], arrangement: 'first axis repeated', out: 'offset' },
];

type Names = 'logits' | 'targets' | 'inputLengths' | 'targetLengths' | 'loss' | 'gradient';

const title = ({ what, size: [T, B, S, C], arrangement, out }: Case): string =>
  `${what}: T=${T} B=${B} S=${S} C=${C}${arrangement ? ` ${arrangement}, out ${out}` : ''}`;

function operandsOf(one: Case): Record<Names, Operand> {
  const [T, B, S, C] = one.size;
  const { blank = 0, padding = Number.NaN, value = (_, numbers) => 2 * numbers.uniform() } = one;
  const { inputLengths = new Array<number>(B).fill(T), targetLengths = new Array<number>(B).fill(S) } = one;
  const numbers = new Numbers(title(one));
  const repeats = one.arrangement === 'first axis repeated';
  const symbol = (): number => {
    const drawn = numbers.integer(C - 1);
    return drawn < blank ? drawn : drawn + 1;
  };
  // Past a row's target lie numbers that are no symbols.
  const target = (index: number): number => {
    const isPast = index % S >= targetLengths[Math.floor(index / S)]!;
    return isPast ? (index % 2 === 0 ? -1 : 2 ** 30) : (one.targets?.[index] ?? symbol());
  };
  const logit = (index: number): number => {
    const row = Math.floor(index / C) % B;
    const isPast = Math.floor(index / (B * C)) >= inputLengths[row]!;
    return isPast && !repeats ? padding : value(index, numbers);
  };
  const layout = { arrangement: one.arrangement ?? 'contiguous' };
  const outLayout = { arrangement: one.out ?? 'contiguous' };
  const whole = { dtype: 'i32', ...layout } as const;
  // Numbers of a repeated axis lie on each other.
  const targetLayout = repeats ? ({ dtype: 'i32' } as const) : whole;
  return {
    logits: operand([T, B, C], logit, layout),
    targets: operand([B, S], target, targetLayout),
    inputLengths: operand([B], inputLengths, targetLayout),
    targetLengths: operand([B], targetLengths, targetLayout),
    loss: blankOperand([B], outLayout),
    gradient: blankOperand([T, B, C], outLayout),
  };
}

const argsOf = ({ blank = 0 }: Case, views: Readonly<Record<string, View>>): CtcLossArgs => ({
  logits: views.logits!,
  targets: views.targets!,
  inputLengths: views.inputLengths!,
  targetLengths: views.targetLengths!,
  blank,
  loss: views.loss!,
  gradient: views.gradient!,
});

function trialOf(one: Case, { tolerance }: SuiteContext): Trial<Names> {
  return {
    what: title(one),
    operands: operandsOf(one),
    outs: ['loss', 'gradient'],
    tolerance: { loss: tolerance('ctcLoss'), gradient: tolerance('ctcLossGradient') },
    call: (backend, views) => runFused(backend, 'ctcLoss', argsOf(one, views)),
  };
}

/** The loss alone is what it is together with its gradient. */
function lossAlone(one: Case, context: SuiteContext): Trial<Exclude<Names, 'gradient'>> {
  const { gradient: _, ...operands } = operandsOf(one);
  return {
    what: `${title(one)}, no gradient`,
    operands,
    outs: ['loss'],
    tolerance: context.tolerance('ctcLoss'),
    call: (backend, views) => runFused(backend, 'ctcLoss', { ...argsOf(one, views), gradient: null }),
  };
}

async function doesNotGrow(backend: Backend): Promise<void> {
  const one = cases.find(({ what }) => what === 'ragged')!;
  await withOperands(backend, operandsOf(one), async (views) => {
    const measure = async () => {
      await backend.read(views.loss.storage, 0, 4);
      return backend.memory();
    };
    const repeat = (times: number): void => {
      for (let count = 0; count < times; count++) runFused(backend, 'ctcLoss', argsOf(one, views));
    };
    repeat(5);
    const early = await measure();
    repeat(20);
    const late = await measure();
    ensure(
      late.liveBytes === early.liveBytes && late.pooledBytes <= early.pooledBytes,
      `after 5 calls ${early.liveBytes} bytes are live and ${early.pooledBytes} in the pool, ` +
        `after 25 ${late.liveBytes} and ${late.pooledBytes}`,
    );
  });
}

function drafts(context: SuiteContext): Draft[] {
  const fused = 'ctcLoss' as const;
  return [
    {
      name: 'loss and gradient',
      fused,
      coverage: (backend) =>
        coverageOf(
          backend,
          fused,
          cases.map((one) => ({ operands: operandsOf(one), args: (views) => argsOf(one, views) })),
        ),
      async run(backend, oracle) {
        for (const one of cases) {
          const trial = trialOf(one, context);
          await agree(backend, oracle, trial);
          if (!backend.fused.ctcLoss) continue;
          await agreeWithFallback(backend, trial, (target, views) =>
            fallback.ctcLoss(target, argsOf(one, views)),
          );
        }
      },
    },
    {
      name: 'loss without gradient',
      fused,
      async run(backend, oracle) {
        for (const one of cases) await agree(backend, oracle, lossAlone(one, context));
      },
    },
    { name: '25 calls use as much memory as 5', fused, run: doesNotGrow },
  ];
}

/** Connectionist temporal classification: loss and gradient. */
export const ctcLoss: Group = { name: 'fused: ctcLoss', drafts };
