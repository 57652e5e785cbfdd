import {
  fallback,
  type ProjectionArgs,
  type ProjectionGradArgs,
  runFused,
  type View,
} from '@ostinato/kernel';
import type { Group, SuiteContext } from '../check.js';
import { agreeWithFallback, coverageOf } from '../fused.js';
import { Numbers } from '../numbers.js';
import { type ArrangementName, blankOperand, type Operand, offsetsOf, operand } from '../operand.js';
import { raggedLengths } from '../recurrence-case.js';
import { widened } from '../tolerance.js';
import { agree, type Trial, valuesIn } from '../trial.js';

interface Case {
  /** T, B, K, N. */
  readonly size: readonly [number, number, number, number];
  readonly lengths?: readonly number[];
  readonly arrangement?: ArrangementName;
  readonly out?: ArrangementName;
  readonly accumulate?: boolean;
}

const cases: readonly Case[] = [
  { size: [1, 1, 1, 1] },
  { size: [5, 4, 3, 7] },
  { size: [5, 4, 3, 7], accumulate: true },
  { size: [4, 3, 17, 33], accumulate: true },
  { size: [7, 9, 65, 8] },
  { size: [3, 2, 5, 4], lengths: [0, 0] },
  { size: [3, 2, 5, 4], lengths: [3, 3], accumulate: true },
  { size: [0, 2, 5, 4], lengths: [0, 0] },
  { size: [3, 2, 0, 4], lengths: [2, 3] },
  { size: [3, 2, 5, 0], lengths: [2, 3] },
  { size: [5, 4, 6, 9], arrangement: 'transposed', out: 'every second' },
  { size: [5, 4, 6, 9], arrangement: 'every second', out: 'transposed', accumulate: true },
  { size: [4, 3, 6, 9], arrangement: 'reversed', out: 'offset' },
  { size: [4, 3, 6, 9], arrangement: 'longer rows', out: 'reversed' },
];

/** [T, B, size], NaN past each row's length: nobody may look there. */
function sequences({ size: [T, B], lengths, arrangement }: Case, width: number, numbers: Numbers): Operand {
  const ends = lengths ?? raggedLengths(T, B);
  return operand(
    [T, B, width],
    (index) => {
      const row = Math.floor(index / width) % B;
      const step = Math.floor(index / (width * B));
      return step < ends[row]! ? numbers.uniform() : Number.NaN;
    },
    { arrangement: arrangement ?? 'contiguous' },
  );
}

const lengthsOf = ({ size: [T, B], lengths }: Case): Operand =>
  operand([B], lengths ?? raggedLengths(T, B), { dtype: 'i32' });

const title = ({ size: [T, B, K, N], ...rest }: Case): string =>
  `T=${T} B=${B} K=${K} N=${N} ${Object.entries(rest)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')}`;

/** An output that holds numbers already: they are kept past the lengths, and added to with `accumulate`. */
function filled(shape: readonly number[], arrangement: ArrangementName, numbers: Numbers): Operand {
  const out = blankOperand(shape, { arrangement });
  for (const place of offsetsOf(out)) out.data[place] = numbers.uniform();
  return out;
}

function projectionOperands(one: Case): Record<'x' | 'weight' | 'lengths' | 'out', Operand> {
  const [T, B, K, N] = one.size;
  const numbers = new Numbers(title(one));
  const arrangement = one.arrangement ?? 'contiguous';
  return {
    x: sequences(one, K, numbers),
    weight: operand([K, N], () => numbers.uniform(), { arrangement }),
    lengths: lengthsOf(one),
    out: filled([T, B, N], one.out ?? 'contiguous', numbers),
  };
}

const projectionArgs = (
  { accumulate = false }: Case,
  views: Readonly<Record<string, View>>,
): ProjectionArgs => ({
  x: views.x!,
  weight: views.weight!,
  lengths: views.lengths!,
  out: views.out!,
  accumulate,
});

function gradientOperands(one: Case): Record<'x' | 'gradient' | 'lengths' | 'out', Operand> {
  const [, , K, N] = one.size;
  const numbers = new Numbers(title(one));
  return {
    x: sequences(one, K, numbers),
    gradient: sequences(one, N, numbers),
    lengths: lengthsOf(one),
    out: blankOperand([K, N], { arrangement: one.out ?? 'contiguous' }),
  };
}

const gradientArgs = (views: Readonly<Record<string, View>>): ProjectionGradArgs => ({
  x: views.x!,
  gradient: views.gradient!,
  lengths: views.lengths!,
  out: views.out!,
});

function forwardTrial(one: Case, { tolerance }: SuiteContext): Trial<'x' | 'weight' | 'lengths' | 'out'> {
  return {
    what: title(one),
    operands: projectionOperands(one),
    outs: ['out'],
    tolerance: widened(tolerance('projection'), one.size[2] + 1),
    call: (backend, views) => runFused(backend, 'projection', projectionArgs(one, views)),
  };
}

function backwardTrial(one: Case, { tolerance }: SuiteContext): Trial<'x' | 'gradient' | 'lengths' | 'out'> {
  const steps = valuesIn(lengthsOf(one), lengthsOf(one).data).reduce((sum, length) => sum + length, 0);
  return {
    what: title(one),
    operands: gradientOperands(one),
    outs: ['out'],
    tolerance: widened(tolerance('projectionGrad'), steps + 1),
    call: (backend, views) => runFused(backend, 'projectionGrad', gradientArgs(views)),
  };
}

/** Sequences times a matrix, without their padding. */
export const projection: Group = {
  name: 'fused: projection',
  drafts: (context) => [
    {
      name: 'projection',
      fused: 'projection',
      coverage: (backend) =>
        coverageOf(
          backend,
          'projection',
          cases.map((one) => ({
            operands: projectionOperands(one),
            args: (views) => projectionArgs(one, views),
          })),
        ),
      async run(backend, oracle) {
        for (const one of cases) {
          const trial = forwardTrial(one, context);
          await agree(backend, oracle, trial);
          if (!backend.fused.projection) continue;
          await agreeWithFallback(backend, trial, (target, views) =>
            fallback.projection(target, projectionArgs(one, views)),
          );
        }
      },
    },
    {
      name: 'gradient of the weight',
      fused: 'projectionGrad',
      coverage: (backend) =>
        coverageOf(
          backend,
          'projectionGrad',
          cases.map((one) => ({ operands: gradientOperands(one), args: gradientArgs })),
        ),
      async run(backend, oracle) {
        for (const one of cases) {
          const trial = backwardTrial(one, context);
          await agree(backend, oracle, trial);
          if (!backend.fused.projectionGrad) continue;
          await agreeWithFallback(backend, trial, (target, views) =>
            fallback.projectionGrad(target, gradientArgs(views)),
          );
        }
      },
    },
  ],
};
