import type { Backend } from '@ostinato/kernel';
import { type Draft, ensure, type Group, type SuiteContext } from '../check.js';
import { Numbers } from '../numbers.js';
import {
  type ArrangementName,
  blankOperand,
  inputArrangements,
  type Operand,
  operand,
  outputArrangements,
  randomOperand,
} from '../operand.js';
import { agree, compute } from '../trial.js';

interface Case {
  readonly table: readonly [rows: number, width: number];
  /** Shape of the indices. */
  readonly shape: readonly number[];
  readonly tableArrangement?: ArrangementName;
  readonly indexArrangement?: ArrangementName;
  readonly wideArrangement?: ArrangementName;
}

const cases: readonly Case[] = [
  { table: [5, 3], shape: [4] },
  { table: [1, 1], shape: [3] },
  { table: [7, 17], shape: [2, 3] },
  { table: [9, 4], shape: [2, 3, 2] },
  { table: [9, 4], shape: [] },
  { table: [5, 3], shape: [0] },
  { table: [5, 3], shape: [2, 0] },
  { table: [5, 0], shape: [3] },
  { table: [3, 65], shape: [33] },
];

const arranged = outputArrangements.flatMap((name, index): Case[] => [
  { table: [6, 5], shape: [3, 4], tableArrangement: name },
  { table: [6, 5], shape: [3, 4], indexArrangement: inputArrangements[index + 2]! },
  { table: [6, 5], shape: [3, 4], wideArrangement: name },
]);

const indicesFor = (numbers: Numbers, { table, shape, indexArrangement = 'contiguous' }: Case): Operand =>
  operand(shape, () => numbers.integer(table[0]), { dtype: 'i32', arrangement: indexArrangement });

function gatherDraft(name: string, list: readonly Case[]): Draft {
  return {
    name,
    async run(backend, oracle) {
      const numbers = new Numbers(name);
      for (const one of list) {
        await agree(backend, oracle, {
          what: `gather from [${one.table.join(', ')}] at [${one.shape.join(', ')}]`,
          operands: {
            table: randomOperand(numbers, one.table, one.tableArrangement),
            indices: indicesFor(numbers, one),
            out: blankOperand([...one.shape, one.table[1]], {
              arrangement: one.wideArrangement ?? 'contiguous',
            }),
          },
          outs: ['out'],
          tolerance: { relative: 0, absolute: 0 },
          call: (target, { table, indices, out }) => target.gather(table, indices, out),
        });
      }
    },
  };
}

function scatterDraft(name: string, list: readonly Case[], { tolerance }: SuiteContext): Draft {
  return {
    name,
    async run(backend, oracle) {
      const numbers = new Numbers(name);
      for (const one of list) {
        await agree(backend, oracle, {
          what: `scatterAdd to [${one.table.join(', ')}] at [${one.shape.join(', ')}]`,
          operands: {
            updates: randomOperand(numbers, [...one.shape, one.table[1]], one.wideArrangement),
            indices: indicesFor(numbers, one),
            out: randomOperand(numbers, one.table, one.tableArrangement),
          },
          outs: ['out'],
          tolerance: tolerance('scatterAdd'),
          call: (target, { updates, indices, out }) => target.scatterAdd(updates, indices, out),
        });
      }
    },
  };
}

const repeated: Case = { table: [3, 5], shape: [200] };

async function sameBitsTwice(backend: Backend): Promise<void> {
  const numbers = new Numbers('determinism');
  const trial = {
    what: 'scatterAdd',
    operands: {
      // Magnitudes far apart: another order of addition gives other bits.
      updates: operand([400, 8], () => numbers.uniform() * 10 ** numbers.integer(7)),
      indices: operand([400], () => numbers.integer(4), { dtype: 'i32' }),
      out: operand([4, 8], () => 0),
    },
    outs: ['out'],
    tolerance: { relative: 0, absolute: 0 },
    call: (target: Backend, { updates, indices, out }) => target.scatterAdd(updates, indices, out),
  } as const satisfies Parameters<typeof compute<'updates' | 'indices' | 'out'>>[1];
  const first = await compute(backend, trial);
  for (let repetition = 0; repetition < 3; repetition++) {
    const again = await compute(backend, trial);
    const bad = first.out.findIndex((value, index) => value !== again.out[index]);
    ensure(
      bad < 0,
      `the same scatterAdd gives ${first.out[bad]} and then ${again.out[bad]} at element ${bad}; the order of additions must be fixed`,
    );
  }
}

/** Rows of a table by index. */
export const gather: Group = {
  name: 'gather',
  drafts: () => [
    gatherDraft('indices of any shape', cases),
    gatherDraft('views of every arrangement', arranged),
    {
      name: 'int32 tables',
      run: (backend, oracle) =>
        agree(backend, oracle, {
          what: 'gather from an int32 table (whole numbers below 2^24)',
          operands: {
            table: operand([4, 3], (index) => (index - 6) * 1398101, { dtype: 'i32' }),
            indices: operand([5], [3, 0, 0, 2, 1], { dtype: 'i32' }),
            out: blankOperand([5, 3], { dtype: 'i32' }),
          },
          outs: ['out'],
          tolerance: { relative: 0, absolute: 0 },
          call: (target, { table, indices, out }) => target.gather(table, indices, out),
        }),
    },
  ],
};

/** Adding to rows of a table by index. */
export const scatterAdd: Group = {
  name: 'scatterAdd',
  drafts: (context) => [
    scatterDraft('indices of any shape', cases, context),
    scatterDraft('views of every arrangement', arranged, context),
    scatterDraft('repeated indices add up', [repeated], context),
    {
      name: 'updates that repeat (stride 0)',
      run: (backend, oracle) =>
        agree(backend, oracle, {
          what: 'scatterAdd of one row to all',
          operands: {
            updates: operand([6, 3], (index) => index % 3, { arrangement: 'first axis repeated' }),
            indices: operand([6], [0, 1, 1, 3, 3, 3], { dtype: 'i32' }),
            out: operand([4, 3], () => 1),
          },
          outs: ['out'],
          tolerance: { relative: 0, absolute: 0 },
          call: (target, { updates, indices, out }) => target.scatterAdd(updates, indices, out),
        }),
    },
    { name: 'the same bits at every run', run: sameBitsTwice },
  ],
};
