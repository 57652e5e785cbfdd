import { defineProgram, expr, fill } from '@ostinato/kernel';
import type { Draft, Group, SuiteContext } from '../check.js';
import { Numbers } from '../numbers.js';
import {
  type ArrangementName,
  blankOperand,
  inputArrangements,
  outputArrangements,
  randomOperand,
} from '../operand.js';
import { agree } from '../trial.js';
import { programDrafts } from './map-programs.js';
import { shapes } from './map-shapes.js';

const { add, mul, sub, maximum } = expr;

const twoInputs = defineProgram({ inputs: 2, scalars: 1 }, ({ x, a }) => [
  add(mul(x[0]!, a[0]!), maximum(x[1]!, sub(x[0]!, 0.5))),
]);

function arrangementDraft(
  title: string,
  { tolerance }: SuiteContext,
  names: (index: number) => readonly [ArrangementName, ArrangementName, ArrangementName],
): Draft {
  return {
    name: title,
    async run(backend, oracle) {
      const numbers = new Numbers(title);
      for (const [index, shape] of shapes.entries()) {
        const [first, second, out] = names(index);
        await agree(backend, oracle, {
          what: `map over [${shape.join(', ')}]`,
          operands: {
            a: randomOperand(numbers, shape, first),
            b: randomOperand(numbers, shape, second),
            out: blankOperand(shape, { arrangement: out }),
          },
          outs: ['out'],
          tolerance: tolerance('program'),
          call: (target, { a, b, out }) => target.map(twoInputs, [a, b], [1.5], [out]),
        });
      }
    },
  };
}

function arrangementDrafts(context: SuiteContext): Draft[] {
  const input = (index: number) => inputArrangements[index % inputArrangements.length]!;
  const output = (index: number) => outputArrangements[index % outputArrangements.length]!;
  return [
    ...inputArrangements.map((name) =>
      arrangementDraft(`input: ${name}`, context, () => [name, 'contiguous', 'contiguous']),
    ),
    ...outputArrangements.map((name) =>
      arrangementDraft(`output: ${name}`, context, () => ['contiguous', 'contiguous', name]),
    ),
    ...[0, 1, 2].map((shift) =>
      arrangementDraft(`all views arranged differently, ${shift + 1}`, context, (index) => [
        input(index + shift),
        input(3 * index + 2 * shift + 1),
        output(index + 4 * shift),
      ]),
    ),
  ];
}

/** What `map` does beside arithmetic. */
export const map: Group = {
  name: 'map',
  drafts: (context) => [
    ...arrangementDrafts(context),
    ...programDrafts(context),
    {
      name: 'several outputs in views of different arrangement',
      async run(backend, oracle) {
        const numbers = new Numbers('outputs');
        const program = defineProgram({ inputs: 1 }, ({ x }) => [mul(x[0]!, 2), sub(1, x[0]!), x[0]!]);
        await agree(backend, oracle, {
          what: 'map with three outputs',
          operands: {
            x: randomOperand(numbers, [5, 7], 'transposed'),
            doubled: blankOperand([5, 7], { arrangement: 'every second' }),
            flipped: blankOperand([5, 7], { arrangement: 'offset' }),
            copied: blankOperand([5, 7], { arrangement: 'reversed' }),
          },
          outs: ['doubled', 'flipped', 'copied'],
          tolerance: context.tolerance('program'),
          call: (target, { x, doubled, flipped, copied }) =>
            target.map(program, [x], [], [doubled, flipped, copied]),
        });
      },
    },
    { name: 'in place: an output that is an input', run: (...on) => inPlace(context, ...on) },
    {
      name: 'one view given as two inputs',
      run: (backend, oracle) => {
        const x = randomOperand(new Numbers('twice'), [33], 'every second');
        return agree(backend, oracle, {
          what: 'map with the same view twice',
          operands: { x, out: blankOperand([33]) },
          outs: ['out'],
          tolerance: context.tolerance('program'),
          call: (target, { x, out }) => target.map(twoInputs, [x, x], [2], [out]),
        });
      },
    },
    {
      name: 'no input: fill',
      run: (backend, oracle) =>
        agree(backend, oracle, {
          what: 'fill',
          operands: { out: blankOperand([3, 5], { arrangement: 'longer rows' }) },
          outs: ['out'],
          tolerance: context.tolerance('neg'),
          call: (target, { out }) => target.map(fill, [], [-2.5], [out]),
        }),
    },
  ],
};

type Run = Parameters<Draft['run']>;

async function inPlace({ tolerance }: SuiteContext, ...[backend, oracle]: Run): Promise<void> {
  // A rotation of (a, b): both inputs of a position have to be read before either output is written.
  const rotate = defineProgram({ inputs: 2 }, ({ x }) => [
    sub(mul(x[0]!, 0.6), mul(x[1]!, 0.8)),
    add(mul(x[0]!, 0.8), mul(x[1]!, 0.6)),
  ]);
  // Outputs that are bare inputs tell a backend that writes one before it has read the other.
  const exchange = defineProgram({ inputs: 2 }, ({ x }) => [x[1]!, x[0]!]);
  const numbers = new Numbers('in place');
  for (const arrangement of outputArrangements) {
    for (const [what, program] of [
      ['map in place', rotate],
      ['exchange in place', exchange],
    ] as const) {
      await agree(backend, oracle, {
        what,
        operands: {
          a: randomOperand(numbers, [5, 13], arrangement),
          b: randomOperand(numbers, [5, 13]),
        },
        outs: ['a', 'b'],
        tolerance: tolerance('program'),
        call: (target, { a, b }) => target.map(program, [a, b], [], [a, b]),
      });
    }
  }
}
