import { defineProgram, expr, identity, type ReduceOp, sizeOf } from '@ostinato/kernel';
import type { Draft, Group, SuiteContext } from '../check.js';
import { Numbers } from '../numbers.js';
import {
  type ArrangementName,
  blankOperand,
  inputArrangements,
  operand,
  outputArrangements,
  randomOperand,
} from '../operand.js';
import { widened } from '../tolerance.js';
import { agree } from '../trial.js';

const operations: readonly ReduceOp[] = ['sum', 'max', 'min'];
const kept = (shape: readonly number[], axes: readonly number[]): number[] =>
  shape.map((length, axis) => (axes.includes(axis) ? 1 : length));

/** All subsets of the axes of a shape. */
function subsets(rank: number): number[][] {
  return Array.from({ length: 2 ** rank }, (_, bits) =>
    Array.from({ length: rank }, (_, axis) => axis).filter((axis) => (bits >> axis) & 1),
  );
}

/** (x - y)^2 scaled, with a coordinate: what a loss looks like. */
const weighted = defineProgram({ inputs: 2, scalars: 1 }, ({ x, a }) => [
  expr.mul(expr.square(expr.sub(x[0]!, x[1]!)), expr.add(a[0]!, expr.coordinate(0))),
]);

interface Case {
  readonly shape: readonly number[];
  readonly axes: readonly number[];
  readonly inputs: readonly [ArrangementName, ArrangementName];
  readonly out: ArrangementName;
}

function draft(name: string, op: ReduceOp, cases: readonly Case[], { tolerance }: SuiteContext): Draft {
  return {
    name,
    async run(backend, oracle) {
      const numbers = new Numbers(name);
      for (const { shape, axes, inputs, out } of cases) {
        const count = sizeOf(axes.map((axis) => shape[axis]!));
        await agree(backend, oracle, {
          what: `${op} of [${shape.join(', ')}] over axes [${axes.join(', ')}]`,
          operands: {
            x: randomOperand(numbers, shape, inputs[0]),
            y: randomOperand(numbers, shape, inputs[1]),
            out: blankOperand(kept(shape, axes), { arrangement: out }),
          },
          outs: ['out'],
          tolerance: op === 'sum' ? widened(tolerance('sum'), Math.max(1, count)) : tolerance('program'),
          call: (target, { x, y, out }) => target.reduce(op, weighted, [x, y], [0.5], axes, out),
        });
      }
    },
  };
}

const shapes = [[7], [65], [3, 7], [33, 17], [2, 3, 5], [3, 4, 1, 9]];

function everySubset(): Case[] {
  return shapes.flatMap((shape) =>
    subsets(shape.length).map(
      (axes): Case => ({ shape, axes, inputs: ['contiguous', 'contiguous'], out: 'contiguous' }),
    ),
  );
}

function everyArrangement(): Case[] {
  return inputArrangements.flatMap((arrangement, index) =>
    [[0], [1], [2], [0, 2], [1, 2], [0, 1, 2]].map(
      (axes, shift): Case => ({
        shape: [5, 6, 7],
        axes,
        inputs: [arrangement, inputArrangements[(index + shift) % inputArrangements.length]!],
        out: outputArrangements[(index + shift) % outputArrangements.length]!,
      }),
    ),
  );
}

const neutral = { sum: 0, max: -Infinity, min: Infinity } as const;

function nothing(op: ReduceOp): Draft {
  return {
    name: `${op} of nothing`,
    async run(backend, oracle) {
      for (const [shape, axes] of [
        [[0], [0]],
        [[2, 0, 3], [1]],
        [
          [3, 0],
          [0, 1],
        ],
        [[0, 4], [0]],
        [[0, 4], [1]],
      ] as const) {
        const result = kept(shape, axes);
        await agree(backend, oracle, {
          what: `${op} of [${shape.join(', ')}] over axes [${axes.join(', ')}]`,
          operands: { x: operand(shape, () => 0), out: blankOperand(result) },
          outs: ['out'],
          tolerance: { relative: 0, absolute: 0 },
          expected: { out: new Array<number>(sizeOf(result)).fill(neutral[op]) },
          call: (target, { x, out }) => target.reduce(op, identity, [x], [], axes, out),
        });
      }
    },
  };
}

function largeSum(
  name: string,
  count: number,
  value: (index: number) => number,
  context: SuiteContext,
): Draft {
  return {
    name,
    async run(backend, oracle) {
      const x = operand([count], value);
      const numbers = Array.from(x.data);
      const magnitude = numbers.reduce((sum, number) => sum + Math.abs(number), 0);
      await agree(backend, oracle, {
        what: name,
        operands: { x, out: blankOperand([1]) },
        outs: ['out'],
        tolerance: { relative: 0, absolute: context.tolerance('sum').relative * magnitude },
        expected: { out: [numbers.reduce((sum, number) => sum + number, 0)] },
        call: (target, { x, out }) => target.reduce('sum', identity, [x], [], [0], out),
      });
    },
  };
}

/** Sums, maxima and minima over any axes. */
export const reduce: Group = {
  name: 'reduce',
  drafts: (context) => [
    ...operations.flatMap((op) => [
      draft(`${op} over every subset of axes`, op, everySubset(), context),
      draft(`${op} of views of every arrangement`, op, everyArrangement(), context),
      nothing(op),
    ]),
    largeSum('sum of 100 000 times 0.1', 100_000, () => 0.1, context),
    largeSum(
      'sum of 100 000 numbers that almost cancel',
      100_000,
      (index) => (index % 2 === 0 ? 1 : -1) * (1 + index / 65536),
      context,
    ),
    {
      name: 'int32 views',
      run: (backend, oracle) =>
        agree(backend, oracle, {
          what: 'sum of int32 numbers to int32 and float32',
          operands: {
            x: operand([5, 9], (index) => ((index * 7919) % 2001) - 1000, {
              dtype: 'i32',
              arrangement: 'transposed',
            }),
            whole: blankOperand([5, 1], { dtype: 'i32' }),
            real: blankOperand([1, 9]),
          },
          outs: ['whole', 'real'],
          tolerance: { relative: 0, absolute: 0 },
          call(target, { x, whole, real }) {
            target.reduce('sum', identity, [x], [], [1], whole);
            target.reduce('max', identity, [x], [], [0], real);
          },
        }),
    },
    {
      name: 'max and min of negative, positive and equal numbers',
      async run(backend, oracle) {
        for (const op of ['max', 'min'] as const) {
          for (const values of [
            [-3, -1, -2],
            [3, 1, 2],
            [0, 0, 0],
            [-1e30, 1e30, 0],
          ]) {
            await agree(backend, oracle, {
              what: `${op} of ${values.join(', ')}`,
              operands: { x: operand([3], values), out: blankOperand([1]) },
              outs: ['out'],
              tolerance: { relative: 0, absolute: 0 },
              expected: { out: [Math[op](...values.map(Math.fround))] },
              call: (target, { x, out }) => target.reduce(op, identity, [x], [], [0], out),
            });
          }
        }
      },
    },
  ],
};
