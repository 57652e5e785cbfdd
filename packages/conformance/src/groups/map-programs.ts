import {
  type Backend,
  defineProgram,
  type Expr,
  expr,
  identity,
  type MapProgram,
  type View,
} from '@ostinato/kernel';
import type { Draft, SuiteContext } from '../check.js';
import { Numbers } from '../numbers.js';
import { blankOperand, inputArrangements, type Operand, operand, randomOperand } from '../operand.js';
import { agree } from '../trial.js';
import { shapes } from './map-shapes.js';

const { add, mul, sub, tanh, select, less, constant } = expr;

/** A program of many inputs, many outputs and many operations, all of them used. */
const wide: MapProgram = defineProgram({ inputs: 12, scalars: 3 }, ({ x, a }) => {
  let state: Expr = a[0]!;
  const outputs: Expr[] = [];
  for (const [index, value] of x.entries()) {
    state = tanh(add(mul(state, a[1 + (index % 2)]!), value));
    if (index % 3 === 2) outputs.push(sub(state, mul(value, constant(0.1 * index))));
  }
  return outputs;
});

/** What programs are made of, and that each call runs its own. */
export const programDrafts = (context: SuiteContext): Draft[] => [
  { name: 'twelve inputs, three scalars, four outputs', run: (...on) => wideProgram(context, ...on) },
  { name: 'int32 views', run: int32 },
  { name: 'scalar arguments are read at each call', run: scalarArguments },
  { name: 'constants of all kinds', run: (...on) => constants(context, ...on) },
  { name: 'coordinates along every axis', run: coordinates },
  { name: 'programs with the same number of inputs are told apart', run: programsApart },
];

type Run = Parameters<Draft['run']>;

async function wideProgram({ tolerance }: SuiteContext, ...[backend, oracle]: Run): Promise<void> {
  const numbers = new Numbers('wide');
  const operands: Record<string, Operand> = {};
  const inputs = Array.from({ length: 12 }, (_, index) => `input ${index}`);
  const outs = wide.outputs.map((_, index) => `output ${index}`);
  for (const [index, name] of inputs.entries()) {
    operands[name] = randomOperand(numbers, [4, 9], inputArrangements[index % inputArrangements.length]);
  }
  for (const name of outs) operands[name] = blankOperand([4, 9]);
  const pick = (names: readonly string[], views: Record<string, View>) => names.map((name) => views[name]!);
  await agree(backend, oracle, {
    what: 'map with twelve inputs',
    operands,
    outs,
    tolerance: tolerance('program'),
    call: (target, views) => target.map(wide, pick(inputs, views), [0.3, -0.7, 1.1], pick(outs, views)),
  });
}

async function int32(...[backend, oracle]: Run): Promise<void> {
  const numbers = new Numbers('int32');
  const program = defineProgram({ inputs: 2 }, ({ x }) => [
    add(mul(x[0]!, 3), x[1]!),
    mul(x[0]!, 0.25),
    select(less(x[0]!, x[1]!), x[0]!, -1),
  ]);
  const whole = { dtype: 'i32', arrangement: 'every second' } as const;
  await agree(backend, oracle, {
    what: 'map with int32 views (whole numbers below 2^24)',
    operands: {
      i: operand([3, 11], () => numbers.integer(4000001) - 2000000, whole),
      f: operand([3, 11], () => numbers.integer(2001) - 1000),
      whole: blankOperand([3, 11], whole),
      quarter: blankOperand([3, 11]),
      chosen: blankOperand([3, 11], { dtype: 'i32' }),
    },
    outs: ['whole', 'quarter', 'chosen'],
    tolerance: { relative: 0, absolute: 0 },
    call: (target, { i, f, whole, quarter, chosen }) =>
      target.map(program, [i, f], [], [whole, quarter, chosen]),
  });
}

async function scalarArguments(...[backend, oracle]: Run): Promise<void> {
  const program = defineProgram({ inputs: 1, scalars: 2 }, ({ x, a }) => [add(mul(x[0]!, a[0]!), a[1]!)]);
  for (const scalars of [
    [2, 1],
    [-0.5, 100],
    [0, 0],
    [1e-20, 16777215],
  ]) {
    await agree(backend, oracle, {
      what: `map with scalars ${scalars.join(' and ')}`,
      operands: { x: operand([19], (index) => index), out: blankOperand([19]) },
      outs: ['out'],
      tolerance: { relative: 1e-6, absolute: 0 },
      call: (target, { x, out }) => target.map(program, [x], scalars, [out]),
    });
  }
}

async function constants({ tolerance }: SuiteContext, ...[backend, oracle]: Run): Promise<void> {
  const values = [0, 1, -1, 0.1, -0.1, 3, 1e-7, -1e-20, 1e20, 123456789, 1 / 3, Math.PI, 2 ** -24];
  const plain = defineProgram({ inputs: 1 }, () => values.map(constant));
  const used = defineProgram({ inputs: 1 }, ({ x }) => values.map((value) => mul(x[0]!, constant(value))));
  for (const [what, program] of Object.entries({ plain, used })) {
    const names = values.map((value) => `constant ${value}`);
    const operands: Record<string, Operand> = { x: operand([5], [-2, -0.5, 0, 1, 3]) };
    for (const name of names) operands[name] = blankOperand([5]);
    await agree(backend, oracle, {
      what: `constants, ${what}`,
      operands,
      outs: names,
      tolerance: tolerance('mul'),
      call: (target, views) =>
        target.map(
          program,
          [views.x!],
          [],
          names.map((name) => views[name]!),
        ),
    });
  }
}

async function coordinates(...[backend, oracle]: Run): Promise<void> {
  for (const shape of shapes) {
    if (shape.length === 0) continue;
    const program = defineProgram({ inputs: 1 }, ({ x }) => [
      shape.reduce<Expr>((sum, _, axis) => add(sum, mul(expr.coordinate(axis), 10 ** axis)), x[0]!),
    ]);
    for (const arrangement of ['contiguous', 'transposed', 'last axis reversed'] as const) {
      await agree(backend, oracle, {
        what: 'sum of 10^axis times the coordinate along each axis',
        operands: {
          x: operand(shape, (index) => index / 1024, { arrangement }),
          out: blankOperand(shape, { arrangement }),
        },
        outs: ['out'],
        tolerance: { relative: 1e-6, absolute: 0 },
        call: (target, { x, out }) => target.map(program, [x], [], [out]),
      });
    }
  }
}

async function programsApart(...[backend, oracle]: Run): Promise<void> {
  const programs = [
    identity,
    ...[1, 2, 3].map((factor) => defineProgram({ inputs: 1 }, ({ x }) => [mul(x[0]!, factor + 0.5)])),
  ];
  const run = (target: Backend, view: View): void => {
    for (const program of [...programs, ...programs]) target.map(program, [view], [], [view]);
  };
  await agree(backend, oracle, {
    what: 'several programs in turn',
    operands: { x: operand([9], (index) => index - 4) },
    outs: ['x'],
    tolerance: { relative: 1e-5, absolute: 0 },
    call: (target, { x }) => run(target, x),
  });
}
