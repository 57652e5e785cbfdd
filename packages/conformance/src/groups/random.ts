import { type Backend, defineProgram, expr } from '@ostinato/kernel';
import { type Draft, ensure, type Group } from '../check.js';
import { threefryVectors } from '../golden/threefry.js';
import { blankOperand, operand, outputArrangements } from '../operand.js';
import { agree, compute } from '../trial.js';

const draws = defineProgram({ inputs: 0, scalars: 2 }, ({ a }) => [expr.random(a[0]!, a[1]!)]);
const twoLanes = defineProgram({ inputs: 0, scalars: 2 }, ({ a }) => [
  expr.random(a[0]!, a[1]!),
  expr.random(a[0]!, a[1]!, 1),
]);
/** Dropout as layers use it: a draw beside arithmetic, with the seeds after another scalar. */
const dropout = defineProgram({ inputs: 1, scalars: 3 }, ({ x, a }) => [
  expr.mul(x[0]!, expr.less(expr.random(a[1]!, a[2]!, 7), a[0]!)),
]);

const exact = { relative: 0, absolute: 0 };
const seeds: readonly (readonly [number, number])[] = [
  [0, 0],
  [1, 0],
  [0, 1],
  [123456, 16777215],
];

async function uniforms(
  backend: Backend,
  count: number,
  seed: readonly [number, number],
): Promise<Float32Array> {
  const { out } = await compute(backend, {
    what: 'random',
    operands: { out: blankOperand([count]) },
    outs: ['out'],
    tolerance: exact,
    call: (target, { out }) => target.map(draws, [], seed, [out]),
  });
  return out as Float32Array;
}

/** Random numbers: the same on every backend, to the last bit. */
export const random: Group = {
  name: 'random',
  drafts: (): Draft[] => [
    {
      name: 'the same bits as the oracle, for every seed and shape',
      async run(backend, oracle) {
        for (const shape of [[], [1], [65], [3, 7], [2, 3, 4, 5], [0, 3]]) {
          for (const seed of seeds) {
            await agree(backend, oracle, {
              what: `random, seeds ${seed.join(' and ')}`,
              operands: { out: blankOperand(shape) },
              outs: ['out'],
              tolerance: exact,
              call: (target, { out }) => target.map(draws, [], seed, [out]),
            });
          }
        }
      },
    },
    {
      name: 'where the numbers are written does not matter, only the position',
      async run(backend, oracle) {
        for (const arrangement of outputArrangements) {
          await agree(backend, oracle, {
            what: 'random into a view',
            operands: {
              first: blankOperand([3, 5, 7], { arrangement }),
              second: blankOperand([3, 5, 7]),
            },
            outs: ['first', 'second'],
            tolerance: exact,
            call: (target, { first, second }) => target.map(twoLanes, [], [42, 43], [first, second]),
          });
        }
      },
    },
    {
      name: 'dropout draws the same mask',
      run: (backend, oracle) =>
        agree(backend, oracle, {
          what: 'dropout',
          operands: {
            x: operand([17, 9], (index) => index + 1, { arrangement: 'transposed' }),
            out: blankOperand([17, 9], { arrangement: 'every second' }),
          },
          outs: ['out'],
          tolerance: exact,
          call: (target, { x, out }) => target.map(dropout, [x], [0.75, 5, 77], [out]),
        }),
    },
    {
      name: 'the published vectors of Threefry-2x32-13',
      async run(backend) {
        for (const { key, first } of threefryVectors) {
          const [value] = await uniforms(backend, 1, key);
          const expected = (first >>> 8) / 2 ** 24;
          ensure(
            value === expected,
            `seeds ${key.join(' and ')}: position 0 gives ${value}, expected ${expected}`,
          );
        }
      },
    },
    {
      name: 'uniform in [0, 1): range, mean, variance, correlation',
      async run(backend) {
        const count = 20000;
        const values = await uniforms(backend, count, [3, 4]);
        let sum = 0;
        let squares = 0;
        let neighbours = 0;
        for (let index = 0; index < count; index++) {
          const centred = values[index]! - 0.5;
          sum += centred;
          squares += centred * centred;
          if (index > 0) neighbours += centred * (values[index - 1]! - 0.5);
        }
        ensure(
          values.every((value) => value >= 0 && value < 1),
          'a number lies outside [0, 1)',
        );
        // Five standard deviations of each statistic.
        ensure(Math.abs(sum / count) < 0.0103, `the mean is ${0.5 + sum / count}, expected 0.5`);
        ensure(
          Math.abs(squares / count - 1 / 12) < 0.0027,
          `the variance is ${squares / count}, expected ${1 / 12}`,
        );
        ensure(
          Math.abs(neighbours / count) < 0.003,
          `neighbours have covariance ${neighbours / count}, expected 0`,
        );
      },
    },
  ],
};
