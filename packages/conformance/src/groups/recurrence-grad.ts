import { type Backend, fallback, runFused } from '@ostinato/kernel';
import type { ReferenceBackend } from '@ostinato/kernel/reference';
import type { TestCell } from '../cells.js';
import { type Draft, ensure, type Group, type SuiteContext } from '../check.js';
import { difference } from '../compare.js';
import { agreeWithFallback, coverageOf } from '../fused.js';
import { Numbers } from '../numbers.js';
import { type Operand, operand } from '../operand.js';
import {
  backwardArgs,
  backwardOperands,
  type Configuration,
  forwardArgs,
  forwardOperands,
  gradientNames,
  hasProductGradient,
  type RecurrenceCase,
  recurrenceCase,
  type Seeds,
} from '../recurrence-case.js';
import { agree, compute, type Trial, valuesIn, withOperands } from '../trial.js';
import { cellsOf, cellTitle, configurationsOf, withPadding } from './recurrence.js';
import { finiteDifferences } from './recurrence-slopes.js';

/** Gradients that flow into a recurrence. */
export function seedsOf(one: RecurrenceCase, which: { output: boolean; final: boolean }): Seeds {
  const { T, B, H, arrangement } = one.configuration;
  const numbers = new Numbers(`${one.title} seeds`);
  const strided = arrangement ? { arrangement } : {};
  return {
    dOutput: which.output ? operand([T, B, H], () => numbers.uniform(), strided) : undefined,
    dFinal: which.final ? operand([one.cell.states, B, H], () => numbers.uniform(), strided) : undefined,
  };
}

/** The case as the oracle's forward sweep leaves it, rounded to float32. */
export async function swept(oracle: ReferenceBackend, one: RecurrenceCase): Promise<RecurrenceCase> {
  const { arrangement } = one.configuration;
  const rounded = (shape: readonly number[], values: ArrayLike<number>): Operand =>
    operand(shape, Array.from(values), arrangement ? { arrangement } : {});
  return await withOperands(oracle, forwardOperands(one), (views) => {
    runFused(oracle, 'recurrence', forwardArgs(one, views));
    return {
      ...one,
      states: rounded(one.states.shape, oracle.values(views.states!)),
      products: one.products && rounded(one.products.shape, oracle.values(views.products!)),
    };
  });
}

/** One call of `recurrenceGrad`. */
export function backwardTrial(one: RecurrenceCase, seeds: Seeds, { tolerance }: SuiteContext): Trial {
  const operands = backwardOperands(one, seeds);
  return {
    what: one.title,
    operands,
    outs: gradientNames(operands),
    tolerance: tolerance('recurrenceGrad'),
    call: (backend, views) => runFused(backend, 'recurrenceGrad', backwardArgs(one, views)),
  };
}

const both = { output: true, final: true };

function cellDraft(cell: TestCell, context: SuiteContext): Draft {
  const cases = configurationsOf(cell).map((configuration) => recurrenceCase(cell, configuration));
  return {
    name: cellTitle(cell),
    fused: 'recurrenceGrad',
    coverage: (backend) =>
      coverageOf(
        backend,
        'recurrenceGrad',
        cases.map((one) => ({
          operands: backwardOperands(one, seedsOf(one, both)),
          args: (views) => backwardArgs(one, views),
        })),
      ),
    async run(backend, oracle) {
      for (const started of cases) {
        const one = await swept(oracle, started);
        const trial = backwardTrial(one, seedsOf(one, both), context);
        await agree(backend, oracle, trial);
        if (!backend.fused.recurrenceGrad) continue;
        await agreeWithFallback(backend, trial, (target, views) =>
          fallback.recurrenceGrad(target, backwardArgs(one, views)),
        );
      }
    },
  };
}

const small: readonly Configuration[] = [
  { T: 3, B: 2, H: 3 },
  { T: 3, B: 3, H: 2, reverse: true, ragged: true },
];

function slopesDraft(cell: TestCell, context: SuiteContext): Draft {
  return {
    name: `${cellTitle(cell)} against finite differences`,
    fused: 'recurrenceGrad',
    async run(backend, oracle) {
      for (const configuration of small) {
        const one = await swept(oracle, recurrenceCase(cell, configuration));
        const seeds = seedsOf(one, both);
        const trial = backwardTrial(one, seeds, context);
        const data = await compute(backend, trial);
        const gradients = Object.fromEntries(
          trial.outs.map((name) => [name, valuesIn(trial.operands[name]!, data[name]!)]),
        );
        await finiteDifferences(oracle, one, seeds, gradients, context.tolerance('finiteDifference'));
      }
    },
  };
}

/** dOutput or dFinal or both may be missing. */
async function missingSeeds(
  context: SuiteContext,
  backend: Backend,
  oracle: ReferenceBackend,
): Promise<void> {
  for (const cell of cellsOf(context)) {
    for (const reverse of [false, true]) {
      const one = await swept(oracle, recurrenceCase(cell, { T: 4, B: 3, H: 5, reverse, ragged: reverse }));
      for (const [output, final] of [
        [true, false],
        [false, true],
        [false, false],
      ] as const) {
        await agree(backend, oracle, backwardTrial(one, seedsOf(one, { output, final }), context));
      }
    }
  }
}

async function paddingLaw(context: SuiteContext, backend: Backend, oracle: ReferenceBackend): Promise<void> {
  for (const cell of cellsOf(context)) {
    for (const reverse of [false, true]) {
      const one = await swept(oracle, recurrenceCase(cell, { T: 5, B: 4, H: 5, reverse, ragged: true }));
      const seeds = seedsOf(one, both);
      const trial = backwardTrial(one, seeds, context);
      const plain = await compute(backend, trial);
      ensurePaddingIsZero(one, valuesIn(trial.operands.dx!, plain.dx!), 'dx');
      if (hasProductGradient(one)) ensurePaddingIsZero(one, valuesIn(trial.operands.dr!, plain.dr!), 'dr');
      const padded = await compute(backend, backwardTrial(withPadding(one, 1e4), seeds, context));
      for (const name of trial.outs) {
        const out = trial.operands[name]!;
        const problem = difference(
          name,
          out.shape,
          valuesIn(out, padded[name]!),
          valuesIn(out, plain[name]!),
          {
            relative: 0,
            absolute: 0,
          },
        );
        ensure(!problem, `${one.title}: x past a row's length was set to 10000, and ${problem}`);
      }
    }
  }
}

function ensurePaddingIsZero(one: RecurrenceCase, values: readonly number[], name: string): void {
  const { B, H } = one.configuration;
  const perRow = one.cell.gates * H;
  const lengths = valuesIn(one.lengths!, one.lengths!.data);
  for (const [index, value] of values.entries()) {
    const row = Math.floor(index / perRow) % B;
    const step = Math.floor(index / (perRow * B));
    ensure(
      step < lengths[row]! || value === 0,
      `${one.title}: ${name} is ${value} at step ${step} of row ${row}, which is ${lengths[row]} steps long; expected 0`,
    );
  }
}

/** Cells over sequences, backward. */
export const recurrenceGrad: Group = {
  name: 'fused: recurrenceGrad',
  drafts: (context) => [
    ...cellsOf(context).map((cell) => cellDraft(cell, context)),
    ...cellsOf(context).map((cell) => slopesDraft(cell, context)),
    {
      name: 'without dOutput, without dFinal, without both',
      fused: 'recurrenceGrad',
      run: (backend, oracle) => missingSeeds(context, backend, oracle),
    },
    {
      name: 'padding gets no gradient and gives none',
      fused: 'recurrenceGrad',
      run: (backend, oracle) => paddingLaw(context, backend, oracle),
    },
  ],
};
