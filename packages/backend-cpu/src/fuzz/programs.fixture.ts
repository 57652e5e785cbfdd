import {
  type CellProgram,
  defineCell,
  type Expr,
  expr,
  type MapProgram,
  type PrimitiveName,
  programOf,
} from '@ostinato/kernel';
import fc from 'fast-check';

const { add, cos, maximum, minimum, mul, neg, sigmoid, sin, square, sub, tanh } = expr;

/** One more expression, made of earlier ones: 0 is the latest. */
interface Step {
  readonly choice: number;
  readonly args: readonly [number, number, number];
}

const step = (choices: number): fc.Arbitrary<Step> =>
  fc.record({ choice: fc.nat(choices - 1), args: fc.tuple(fc.nat(11), fc.nat(11), fc.nat(11)) });

/** Expressions built on leaves, one step after the other; leaves come first. */
function built(
  leaves: readonly Expr[],
  steps: readonly Step[],
  make: (choice: number, args: readonly Expr[]) => Expr,
): Expr[] {
  const nodes = [...leaves];
  for (const { choice, args } of steps) nodes.push(make(choice, args.map(chooseFrom(nodes))));
  return nodes;
}

const chooseFrom =
  (nodes: readonly Expr[]) =>
  (index: number): Expr =>
    nodes[nodes.length - 1 - (index % nodes.length)]!;

const primitives = Object.keys(expr.primitives) as PrimitiveName[];
const constants = [0, -0, 1, -1, 2, 0.5, 1 / 3, -2.75, 1e-7, 1e20, 3, Infinity, -Infinity, Number.NaN];

/** A program, with the numbers for its scalar arguments. The first two can be seeds. */
export interface ProgramCase {
  readonly program: MapProgram;
  readonly scalars: readonly number[];
}

/** Programs of random expressions over all primitives. */
export function programs(
  size: { readonly inputs: number; readonly outputs: number },
  rank: number,
): fc.Arbitrary<ProgramCase> {
  return fc
    .record({
      steps: fc.array(step(primitives.length), { maxLength: 10 }),
      scalars: fc.tuple(
        fc.nat(2 ** 24 - 1),
        fc.nat(99),
        fc.float({ min: -3, max: 3, noNaN: true }),
        fc.float({ noDefaultInfinity: true, noNaN: true, min: -100, max: 100 }),
      ),
      used: fc.nat(4),
      constants: fc.array(fc.nat(constants.length - 1), { maxLength: 2 }),
      coordinates: fc.boolean(),
      lane: fc.option(fc.nat(3), { freq: 2 }),
      outputs: fc.array(fc.nat(11), { minLength: size.outputs, maxLength: size.outputs }),
    })
    .map(({ steps, scalars, used, constants: chosen, coordinates, lane, outputs }) => {
      const seeded = lane !== null && used >= 2;
      const leaves = [
        ...chosen.map((index) => expr.constant(constants[index]!)),
        ...(coordinates ? Array.from({ length: rank }, (_, axis) => expr.coordinate(axis)) : []),
        ...(seeded ? [expr.random(expr.scalar(0), expr.scalar(1), lane)] : []),
        ...scalars.slice(0, used).map((_, index) => expr.scalar(index)),
        ...Array.from({ length: size.inputs }, (_, index) => expr.input(index)),
      ];
      if (leaves.length === 0) leaves.push(expr.constant(1.5));
      const nodes = built(leaves, steps, (choice, args) => {
        const op = primitives[choice]!;
        return expr.operation(op, ...args.slice(0, expr.primitives[op].length));
      });
      return {
        program: programOf(outputs.map(chooseFrom(nodes)), size.inputs, used),
        scalars: scalars.slice(0, used),
      };
    });
}

/** What cells are made of: nothing that jumps, and nothing that grows much faster than its arguments. */
const tame: readonly ((a: Expr, b: Expr, c: Expr) => Expr)[] = [
  (a) => tanh(a),
  (a) => sigmoid(a),
  (a, b) => add(a, b),
  (a, b) => sub(a, b),
  (a, b) => mul(sigmoid(a), b),
  (a, b) => mul(tanh(a), b),
  (a, b, c) => add(mul(sigmoid(a), b), mul(sub(1, sigmoid(a)), c)),
  (a) => neg(a),
  (a) => sin(a),
  (a) => cos(a),
  (a, b) => maximum(a, b),
  (a, b) => minimum(a, b),
  (a) => square(tanh(a)),
  (a) => mul(a, 0.5),
];

/** What makes a new state of an expression and the old state, within bounds. */
const bounding: readonly ((value: Expr, state: Expr) => Expr)[] = [
  (value) => tanh(value),
  (value) => sigmoid(value),
  (value) => sin(value),
  (value, state) => add(mul(0.75, state), mul(0.25, tanh(value))),
  (value, state) => add(mul(sigmoid(value), state), mul(0.5, tanh(value))),
];

/** Cells of random expressions whose states stay bounded. */
export const cells: fc.Arbitrary<CellProgram> = fc
  .record({
    gates: fc.integer({ min: 1, max: 4 }),
    parameters: fc.nat(2),
    /** Whether gates are used as sums x + r only, which makes dx and dr the same. */
    summed: fc.boolean(),
    steps: fc.array(step(tame.length), { maxLength: 8 }),
    next: fc.array(fc.record({ node: fc.nat(11), bound: fc.nat(bounding.length - 1) }), {
      minLength: 1,
      maxLength: 3,
    }),
    output: fc.nat(2),
  })
  .map(({ gates, parameters, summed, steps, next, output }) =>
    defineCell(
      { name: 'drawn', gates, states: next.length, parameters, output: output % next.length },
      ({ x, r, s, p }) => {
        const leaves = [...p, ...s, ...(summed ? expr.zipWith(add, x, r) : [...x, ...r])];
        const nodes = built(leaves, steps, (choice, [a, b, c]) => tame[choice]!(a!, b!, c!));
        return next.map(({ node, bound }, state) => bounding[bound]!(chooseFrom(nodes)(node), s[state]!));
      },
    ),
  );
