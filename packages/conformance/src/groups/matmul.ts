import type { Draft, Group, SuiteContext } from '../check.js';
import { Numbers } from '../numbers.js';
import {
  type ArrangementName,
  blankOperand,
  inputArrangements,
  outputArrangements,
  randomOperand,
} from '../operand.js';
import { widened } from '../tolerance.js';
import { agree } from '../trial.js';

interface Case {
  readonly batch?: readonly number[];
  readonly size: readonly [rows: number, inner: number, columns: number];
  readonly a?: ArrangementName;
  readonly b?: ArrangementName;
  readonly out?: ArrangementName;
  readonly accumulate?: boolean;
}

function draft(name: string, cases: readonly Case[], { tolerance }: SuiteContext): Draft {
  return {
    name,
    async run(backend, oracle) {
      const numbers = new Numbers(name);
      for (const { batch = [], size, a, b, out, accumulate = false } of cases) {
        const [rows, inner, columns] = size;
        const result = [...batch, rows, columns];
        await agree(backend, oracle, {
          what: `matmul [${rows}, ${inner}] · [${inner}, ${columns}]${accumulate ? ', accumulate' : ''}`,
          operands: {
            a: randomOperand(numbers, [...batch, rows, inner], a),
            b: randomOperand(numbers, [...batch, inner, columns], b),
            out: accumulate
              ? randomOperand(numbers, result, out)
              : blankOperand(result, { arrangement: out ?? 'contiguous' }),
          },
          outs: ['out'],
          tolerance: widened(tolerance('matmul'), inner + 1),
          call: (target, { a, b, out }) => target.matmul(a, b, out, { accumulate }),
        });
      }
    },
  };
}

const lengths = [0, 1, 2, 3, 5, 8, 17, 64, 65];
/** Each triple of neighbours on three rotations of the lengths: every length meets most others on every axis. */
const sizes = [1, 2, 4].flatMap((shift) =>
  lengths.map(
    (rows, index): Case => ({
      size: [
        rows,
        lengths[(index + shift) % lengths.length]!,
        lengths[(index + 3 * shift + 1) % lengths.length]!,
      ],
    }),
  ),
);

const odd: Case['size'] = [5, 7, 9];
const batches: readonly Case[] = [
  { batch: [3], size: [2, 3, 4] },
  { batch: [2, 3], size: [3, 2, 5] },
  { batch: [2, 1, 3], size: [1, 4, 2] },
  { batch: [0], size: [2, 3, 4] },
  { batch: [3], size: [4, 5, 6], a: 'first axis repeated' },
  { batch: [3], size: [4, 5, 6], b: 'first axis repeated' },
  { batch: [2, 3], size: [4, 5, 6], b: 'first axis repeated', a: 'transposed' },
  { batch: [3], size: [4, 5, 6], out: 'every second', a: 'reversed' },
  { batch: [3], size: [4, 5, 6], out: 'longer rows', b: 'last axis reversed' },
  { batch: [2], size: [17, 9, 8], a: 'transposed', b: 'transposed', out: 'transposed' },
];

/** Matrix products. */
export const matmul: Group = {
  name: 'matmul',
  drafts: (context) => [
    draft('sizes from 0 to 65', sizes, context),
    draft(
      'operands of every arrangement',
      inputArrangements.flatMap((arrangement): Case[] => [
        { size: odd, a: arrangement },
        { size: odd, b: arrangement },
        { size: [16, 17, 33], a: arrangement, b: arrangement },
      ]),
      context,
    ),
    draft(
      'results of every arrangement',
      outputArrangements.map((out): Case => ({ size: [6, 5, 11], out })),
      context,
    ),
    draft(
      'accumulate',
      [
        ...outputArrangements.map((out): Case => ({ size: odd, out, accumulate: true })),
        { size: [17, 33, 64], accumulate: true },
        { size: [2, 0, 3], accumulate: true },
        { batch: [3], size: [4, 5, 6], accumulate: true, b: 'first axis repeated' },
      ],
      context,
    ),
    draft('batches', batches, context),
    draft('[130, 70] · [70, 90]', [{ size: [130, 70, 90] }], context),
    draft(
      '[1, 300] · [300, 1]',
      [{ size: [1, 300, 1] }, { size: [300, 1, 1] }, { size: [1, 1, 300] }],
      context,
    ),
  ],
};
