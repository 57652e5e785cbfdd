import { fallback, runFused } from '@ostinato/kernel';
import type { Draft, Group, SuiteContext } from '../check.js';
import { agreeWithFallback, coverageOf } from '../fused.js';
import { Numbers } from '../numbers.js';
import { type ArrangementName, blankOperand, type Operand, operand, outputArrangements } from '../operand.js';
import { agree, type Trial } from '../trial.js';

interface Case {
  readonly what: string;
  readonly shape: readonly number[];
  readonly value: (index: number, numbers: Numbers) => number;
  readonly arrangement?: ArrangementName;
  readonly out?: ArrangementName;
}

const plain = (_: number, numbers: Numbers): number => numbers.uniform(-4, 4);

const cases: readonly Case[] = [
  { what: 'rows of 1', shape: [5, 1], value: plain },
  { what: 'rows of 3', shape: [7, 3], value: plain },
  { what: 'rows of 1000', shape: [3, 1000], value: plain },
  { what: 'one axis', shape: [17], value: plain },
  { what: 'no rows', shape: [0, 5], value: plain },
  { what: 'four axes', shape: [2, 3, 2, 5], value: plain },
  { what: 'large numbers', shape: [4, 9], value: (_, numbers) => 1e4 + numbers.integer(5) },
  { what: 'large negative numbers', shape: [4, 9], value: (_, numbers) => -1e4 - numbers.integer(5) },
  { what: 'numbers far apart', shape: [4, 9], value: (index) => (index % 4 === 0 ? 1e4 : -1e4) },
  { what: 'equal numbers', shape: [3, 7], value: () => 3.25 },
  ...outputArrangements.map(
    (arrangement, index): Case => ({
      what: 'strided views',
      shape: [3, 4, 6],
      value: plain,
      arrangement,
      out: outputArrangements[(index + 2) % outputArrangements.length]!,
    }),
  ),
  {
    what: 'a repeated row',
    shape: [4, 6],
    value: (index) => (index % 6) / 2,
    arrangement: 'first axis repeated',
  },
];

function operandsOf({ shape, value, arrangement, out, what }: Case): { x: Operand; out: Operand } {
  const numbers = new Numbers(what);
  return {
    x: operand(shape, (index) => value(index, numbers), { arrangement: arrangement ?? 'contiguous' }),
    out: blankOperand(shape, { arrangement: out ?? 'contiguous' }),
  };
}

function softmaxDraft(logarithm: boolean, { tolerance }: SuiteContext): Draft[] {
  const allowed = tolerance(logarithm ? 'logSoftmax' : 'softmax');
  const trialOf = (one: Case): Trial<'x' | 'out'> => ({
    what: one.what,
    operands: operandsOf(one),
    outs: ['out'],
    tolerance: allowed,
    call: (backend, { x, out }) => runFused(backend, 'softmax', { x, out, logarithm }),
  });
  return [
    {
      name: logarithm ? 'log softmax' : 'softmax',
      fused: 'softmax',
      coverage: (backend) =>
        coverageOf(
          backend,
          'softmax',
          cases.map((one) => ({
            operands: operandsOf(one),
            args: ({ x, out }) => ({ x: x!, out: out!, logarithm }),
          })),
        ),
      async run(backend, oracle) {
        for (const one of cases) {
          const trial = trialOf(one);
          await agree(backend, oracle, trial);
          if (!backend.fused.softmax) continue;
          await agreeWithFallback(backend, trial, (target, { x, out }) =>
            fallback.softmax(target, { x, out, logarithm }),
          );
        }
      },
    },
    {
      name: `${logarithm ? 'log softmax' : 'softmax'} in place`,
      fused: 'softmax',
      async run(backend, oracle) {
        const x = operandsOf(cases[1]!).x;
        await agree(backend, oracle, { ...trialOf(cases[1]!), what: 'in place', operands: { x, out: x } });
      },
    },
  ];
}

/** Softmax over the last axis, and its logarithm. */
export const softmax: Group = {
  name: 'fused: softmax',
  drafts: (context) => [...softmaxDraft(false, context), ...softmaxDraft(true, context)],
};
