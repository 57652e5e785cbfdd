import { type Backend, fallback, runFused } from '@ostinato/kernel';
import type { ReferenceBackend } from '@ostinato/kernel/reference';
import { type TestCell, testCells } from '../cells.js';
import { type Draft, ensure, type Group, type SuiteContext } from '../check.js';
import { difference } from '../compare.js';
import { agreeWithFallback, coverageOf } from '../fused.js';
import { type Operand, offsetsOf } from '../operand.js';
import {
  type Configuration,
  forwardArgs,
  forwardOperands,
  type RecurrenceCase,
  recurrenceCase,
  stateIndex,
} from '../recurrence-case.js';
import { agree, compute, type Trial, valuesIn } from '../trial.js';

/** T, B, H, both directions, full and ragged: each pair of them somewhere. */
const configurations: readonly Configuration[] = [
  { T: 1, B: 1, H: 1 },
  { T: 1, B: 3, H: 5, reverse: true, ragged: true },
  { T: 5, B: 3, H: 5 },
  { T: 5, B: 3, H: 5, reverse: true },
  { T: 5, B: 3, H: 5, ragged: true },
  { T: 5, B: 3, H: 5, reverse: true, ragged: true },
  { T: 5, B: 1, H: 16, ragged: true },
  { T: 1, B: 3, H: 16 },
  { T: 5, B: 3, H: 1, reverse: true },
  { T: 0, B: 3, H: 5 },
  { T: 0, B: 1, H: 1, reverse: true, ragged: true },
  { T: 5, B: 3, H: 5, arrangement: 'transposed' },
  { T: 5, B: 3, H: 5, reverse: true, ragged: true, arrangement: 'every second' },
  { T: 3, B: 3, H: 16, ragged: true, arrangement: 'offset' },
  { T: 3, B: 4, H: 5, reverse: true, arrangement: 'longer rows' },
  { T: 3, B: 2, H: 17, reverse: true, ragged: true, arrangement: 'reversed' },
];

/** Sizes beyond the tiles and vectors of fast kernels; for a few cells. */
const larger: readonly Configuration[] = [
  { T: 3, B: 9, H: 33 },
  { T: 2, B: 17, H: 65, reverse: true, ragged: true },
];

/** For cells that are made like others. */
const few: readonly Configuration[] = [
  { T: 1, B: 3, H: 5 },
  { T: 5, B: 3, H: 5, ragged: true },
  { T: 5, B: 2, H: 17, reverse: true, ragged: true, arrangement: 'offset' },
];

/** What a cell is run with. */
export function configurationsOf({ program, mixes, brief }: TestCell): readonly Configuration[] {
  if (brief) return few;
  return mixes && ['LSTM', 'GRU'].includes(program.name) ? [...configurations, ...larger] : configurations;
}

/** The cells of the suite and those of the caller. */
export function cellsOf({ cells }: SuiteContext): TestCell[] {
  return [...testCells, ...cells.map((program) => ({ program, mixes: true }))];
}

/** What a cell is called in the name of a check. */
export function cellTitle({ program, mixes }: TestCell): string {
  return mixes ? program.name : `${program.name} without R`;
}

function forwardTrial(one: RecurrenceCase, { tolerance }: SuiteContext): Trial {
  return {
    what: one.title,
    operands: forwardOperands(one),
    outs: one.products ? ['states', 'products'] : ['states'],
    tolerance: tolerance('recurrence'),
    call: (backend, views) => runFused(backend, 'recurrence', forwardArgs(one, views)),
  };
}

function cellDraft(cell: TestCell, context: SuiteContext): Draft {
  const cases = configurationsOf(cell).map((configuration) => recurrenceCase(cell, configuration));
  return {
    name: cellTitle(cell),
    fused: 'recurrence',
    coverage: (backend) =>
      coverageOf(
        backend,
        'recurrence',
        cases.map((one) => ({ operands: forwardOperands(one), args: (views) => forwardArgs(one, views) })),
      ),
    async run(backend, oracle) {
      for (const one of cases) {
        const trial = forwardTrial(one, context);
        await agree(backend, oracle, trial);
        if (!backend.fused.recurrence) continue;
        await agreeWithFallback(backend, trial, (target, views) =>
          fallback.recurrence(target, forwardArgs(one, views)),
        );
      }
    },
  };
}

/** Without room for r the states are the same. */
async function forgottenProducts(
  context: SuiteContext,
  backend: Backend,
  oracle: ReferenceBackend,
): Promise<void> {
  for (const cell of cellsOf(context)) {
    for (const reverse of [false, true]) {
      const one = recurrenceCase(cell, { T: 4, B: 3, H: 5, reverse, ragged: reverse });
      await agree(backend, oracle, forwardTrial({ ...one, products: undefined }, context));
    }
  }
}

const ragged: readonly Configuration[] = [
  { T: 5, B: 4, H: 5, ragged: true },
  { T: 5, B: 4, H: 5, ragged: true, reverse: true },
];

/** The same x with `junk` at the steps past each row's length. */
export function withPadding(one: RecurrenceCase, junk: number): RecurrenceCase {
  const { T, B, H } = one.configuration;
  const perRow = one.cell.gates * H;
  const lengths = valuesIn(one.lengths!, one.lengths!.data);
  const x: Operand = { ...one.x, data: one.x.data.slice() };
  offsetsOf(x).forEach((at, index) => {
    const row = Math.floor(index / perRow) % B;
    const step = Math.floor(index / (perRow * B));
    if (step < T && step >= lengths[row]!) x.data[at] = junk;
  });
  return { ...one, x };
}

async function paddingLaw(context: SuiteContext, backend: Backend): Promise<void> {
  for (const cell of cellsOf(context)) {
    for (const configuration of ragged) {
      const one = recurrenceCase(cell, configuration);
      const plain = await compute(backend, forwardTrial(one, context));
      for (const junk of [0, 1000, -1e30]) {
        const padded = await compute(backend, forwardTrial(withPadding(one, junk), context));
        const problem = difference(
          'states',
          one.states.shape,
          valuesIn(one.states, padded.states!),
          valuesIn(one.states, plain.states!),
          { relative: 0, absolute: 0 },
        );
        ensure(!problem, `${one.title}: x past a row's length was set to ${junk}, and ${problem}`);
      }
    }
  }
}

async function initialSlot(context: SuiteContext, backend: Backend): Promise<void> {
  for (const cell of cellsOf(context)) {
    for (const reverse of [false, true]) {
      const configuration: Configuration = { T: 5, B: 3, H: 5, reverse };
      const one = recurrenceCase(cell, configuration);
      const { states } = await compute(backend, forwardTrial(one, context));
      const before = valuesIn(one.states, one.states.data);
      const after = valuesIn(one.states, states!);
      for (let state = 0; state < cell.program.states; state++) {
        const start = stateIndex(configuration, state, reverse ? 5 : 0, 0, 0);
        for (let index = start; index < start + 3 * 5; index++) {
          ensure(
            after[index] === before[index],
            `${one.title}: the slot of states that the first step reads changed from ${before[index]} to ${after[index]} (state ${state})`,
          );
        }
      }
    }
  }
}

/** Rows that end keep their state: checked against the numbers themselves, not against another backend. */
async function rowsKeepTheirState(context: SuiteContext, backend: Backend): Promise<void> {
  const cell = testCells[0]!;
  for (const reverse of [false, true]) {
    const configuration: Configuration = { T: 4, B: 3, H: 2, reverse, ragged: true };
    const one = recurrenceCase(cell, configuration);
    const { states } = await compute(backend, forwardTrial(one, context));
    const values = valuesIn(one.states, states!);
    const lengths = valuesIn(one.lengths!, one.lengths!.data);
    for (let row = 0; row < 3; row++) {
      for (let step = lengths[row]!; step < 4; step++) {
        const [before, after] = [0, 1].map(
          (slot) => values[stateIndex(configuration, 0, step + slot, row, 0)]!,
        );
        ensure(
          before === after,
          `${one.title}: row ${row} is ${lengths[row]} steps long, but step ${step} changes its state between slots ${step} and ${step + 1} (${before}, ${after})`,
        );
      }
    }
  }
}

/** Cells over sequences, forward. */
export const recurrence: Group = {
  name: 'fused: recurrence',
  drafts: (context) => [
    ...cellsOf(context).map((cell) => cellDraft(cell, context)),
    {
      name: 'without room for products',
      fused: 'recurrence',
      run: (backend, oracle) => forgottenProducts(context, backend, oracle),
    },
    {
      name: 'what x holds past the end of a row changes nothing',
      fused: 'recurrence',
      run: (backend) => paddingLaw(context, backend),
    },
    {
      name: 'rows keep their states past their end',
      fused: 'recurrence',
      run: (backend) => rowsKeepTheirState(context, backend),
    },
    {
      name: 'the slot that the first step reads stays as it is',
      fused: 'recurrence',
      run: (backend) => initialSlot(context, backend),
    },
  ],
};
