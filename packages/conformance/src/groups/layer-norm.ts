import { fallback, type LayerNormArgs, runFused, type View } from '@ostinato/kernel';
import type { Group } from '../check.js';
import { agreeWithFallback, coverageOf } from '../fused.js';
import { Numbers } from '../numbers.js';
import { type ArrangementName, blankOperand, type Operand, operand, outputArrangements } from '../operand.js';
import { agree, type Trial } from '../trial.js';

interface Case {
  readonly what: string;
  readonly shape: readonly number[];
  readonly value?: (index: number, numbers: Numbers) => number;
  readonly epsilon?: number;
  readonly arrangement?: ArrangementName;
  readonly out?: ArrangementName;
}

const cases: readonly Case[] = [
  { what: 'rows of 1', shape: [5, 1] },
  { what: 'rows of 3', shape: [7, 3] },
  { what: 'rows of 1000', shape: [3, 1000] },
  { what: 'one axis', shape: [17] },
  { what: 'no rows', shape: [0, 5] },
  { what: 'four axes', shape: [2, 3, 2, 5] },
  { what: 'a large epsilon', shape: [4, 6], epsilon: 0.5 },
  { what: 'equal numbers', shape: [3, 8], value: () => 1e4 },
  { what: 'a mean far from 0', shape: [3, 33], value: (_, numbers) => 100 + numbers.uniform(-4, 4) },
  { what: 'small numbers', shape: [3, 9], value: (_, numbers) => numbers.uniform() * 1e-4, epsilon: 1e-12 },
  ...outputArrangements.map(
    (arrangement, index): Case => ({
      what: 'strided views',
      shape: [3, 4, 6],
      arrangement,
      out: outputArrangements[(index + 2) % outputArrangements.length]!,
    }),
  ),
];

function operandsOf(one: Case): Record<'x' | 'out' | 'inverseDeviation', Operand> {
  const { shape, value, arrangement = 'contiguous', out = 'contiguous', what } = one;
  const numbers = new Numbers(what);
  return {
    x: operand(shape, (index) => value?.(index, numbers) ?? numbers.uniform(-3, 5), { arrangement }),
    out: blankOperand(shape, { arrangement: out }),
    inverseDeviation: blankOperand(shape.with(-1, 1), { arrangement: out }),
  };
}

const argsOf = ({ epsilon = 1e-5 }: Case, views: Readonly<Record<string, View>>): LayerNormArgs => ({
  x: views.x!,
  out: views.out!,
  inverseDeviation: views.inverseDeviation!,
  epsilon,
});

/** Layer normalisation over the last axis. */
export const layerNorm: Group = {
  name: 'fused: layerNorm',
  drafts: ({ tolerance }) => [
    {
      name: 'layer norm',
      fused: 'layerNorm',
      coverage: (backend) =>
        coverageOf(
          backend,
          'layerNorm',
          cases.map((one) => ({ operands: operandsOf(one), args: (views) => argsOf(one, views) })),
        ),
      async run(backend, oracle) {
        for (const one of cases) {
          const trial: Trial<'x' | 'out' | 'inverseDeviation'> = {
            what: one.what,
            operands: operandsOf(one),
            outs: ['out', 'inverseDeviation'],
            tolerance: tolerance('layerNorm'),
            call: (target, views) => runFused(target, 'layerNorm', argsOf(one, views)),
          };
          await agree(backend, oracle, trial);
          if (!backend.fused.layerNorm) continue;
          await agreeWithFallback(backend, trial, (target, views) =>
            fallback.layerNorm(target, argsOf(one, views)),
          );
        }
      },
    },
  ],
};
