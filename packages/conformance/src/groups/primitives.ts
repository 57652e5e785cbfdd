import { defineProgram, expr, type PrimitiveName } from '@ostinato/kernel';
import type { Draft, Group, SuiteContext } from '../check.js';
import { blankOperand, type Operand, operand } from '../operand.js';
import { agree } from '../trial.js';

/** Sample points of a primitive: one list of arguments for each point. */
type Points = readonly (readonly number[])[];

const range = (low: number, high: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => low + ((high - low) * index) / (count - 1));
const unary = (...values: number[]): Points => values.map((value) => [value]);
const pairs = (first: readonly number[], second: readonly number[]): Points =>
  first.flatMap((a) => second.map((b) => [a, b]));

const halves = range(-6, 6, 25);
const around = [...range(-20, 20, 257), ...halves, 0, 1e-20, -1e-20, 1e-6, -1e-6, 8388609, -8388609];
const positive = [...range(0.01, 4, 257), 1e-20, 1e-6, 1, 100, 12345.678, 1e20];
const grid = pairs(range(-7.3, 8.1, 17), range(-5.9, 6.7, 17));
const ties = pairs([-2, -1, 0, 1, 2], [-2, -1, 0, 1, 2]);

/** Where each primitive is tried: dense over its domain, with ties and halves, away from jumps that rounding could cross. */
const domains: Record<PrimitiveName, Points> = {
  neg: unary(...around),
  abs: unary(...around),
  sign: unary(...around),
  floor: unary(...around),
  ceil: unary(...around),
  round: unary(...around),
  sqrt: unary(0, ...positive),
  exp: unary(...range(-30, 30, 601), 0, 1e-6, -1e-6),
  log: unary(...positive),
  sin: unary(...range(-30, 30, 601), 0, 1e-6),
  cos: unary(...range(-30, 30, 601), 0, 1e-6),
  tanh: unary(...range(-10, 10, 601), ...range(-0.01, 0.01, 41), -50, 50, 1000, -1000),
  sigmoid: unary(...range(-30, 30, 601), 1000, 0),
  add: [...grid, ...ties, [1e20, 1], [16777216, 1]],
  sub: [...grid, ...ties, [1e20, 1], [1.0000001, 1]],
  mul: [...grid, ...ties, [1e-20, 1e15], [1e19, -1e19]],
  div: [...grid, [0, 3], [1, 3], [1e-20, 1e15], [1e20, -1e-10]],
  pow: [
    ...pairs(range(0.05, 9.5, 17), range(-4.7, 5, 17)),
    ...pairs([-3, -2, -1, 1, 2], [-3, -2, -1, 0, 1, 2, 3, 4]),
    [0, 2],
    [0, 0],
    [0, 0.5],
  ],
  mod: [...grid, ...pairs([-3, -2, -1, 0, 1, 2, 3, 17], [-4, -2, -1, 1, 2, 4])],
  min: [...grid, ...ties],
  max: [...grid, ...ties],
  less: [...grid, ...ties, [1, 1.0000001]],
  lessEqual: [...grid, ...ties, [1.0000001, 1]],
  equal: [...grid, ...ties, [1, 1.0000001]],
  select: ties.flatMap(([a, b], index) => [
    [a!, b!, index],
    [index % 3 === 0 ? 0.001 : 0, a!, b!],
  ]),
};

const huge = [Infinity, -Infinity];
const odd = [NaN, ...huge];
const mixed = [...pairs(odd, odd), ...pairs(odd, [-2, 0, 3]), ...pairs([-2, 0, 3], odd)];

/** Infinities, NaN, poles, overflow: what IEEE 754 and the table of primitives make of them. */
const specials: Partial<Record<PrimitiveName, Points>> = {
  neg: unary(...odd),
  abs: unary(...odd),
  sign: unary(...odd),
  floor: unary(...odd),
  ceil: unary(...odd),
  round: unary(...odd),
  sqrt: unary(NaN, Infinity, -1),
  exp: unary(...odd, 89, 200, -200),
  log: unary(NaN, Infinity, 0, -1),
  tanh: unary(...odd),
  sigmoid: unary(...odd, -200),
  add: mixed,
  sub: mixed,
  mul: [...mixed, [3e38, 10]],
  div: [...mixed, [1, 0], [-1, 0], [0, 0], [1e30, 1e-30]],
  min: mixed,
  max: mixed,
  less: mixed,
  lessEqual: mixed,
  equal: mixed,
  select: [
    [NaN, 1, 2],
    [Infinity, 1, 2],
    [0, NaN, 2],
    [1, 1, NaN],
    [1, NaN, 2],
    [0, 1, -Infinity],
  ],
};

/** Large but finite arguments, where a naive formula overflows on the way to a finite result. */
const large: Partial<Record<PrimitiveName, Points>> = {
  exp: unary(60, 80, 87, -60, -80, -87),
  sigmoid: unary(60, 87, 88, 89, 1e4, -60, -80, -87),
  tanh: unary(40, 88, 89, 1e4, 1e30, -40, -88, -89, -1e4, -1e30),
  sqrt: unary(1e30, 3e38, 1e-30),
  log: unary(1e30, 3e38, 1e-30),
};

function atPoints(
  name: PrimitiveName,
  title: string,
  points: Points,
  { tolerance }: SuiteContext,
  scale = 1,
): Draft {
  const count = expr.primitives[name].length;
  const program = defineProgram({ inputs: count }, ({ x }) => [expr.operation(name, ...x)]);
  const allowed = tolerance(name);
  return {
    name: title,
    run: (backend, oracle) =>
      agree(backend, oracle, {
        what: `${name} at ${points.length} points`,
        operands: {
          ...Object.fromEntries(
            Array.from({ length: count }, (_, argument): [string, Operand] => [
              `argument ${argument}`,
              operand([points.length], (index) => points[index]![argument]!),
            ]),
          ),
          out: blankOperand([points.length]),
        } as Record<string, Operand>,
        outs: ['out'],
        tolerance: { relative: allowed.relative * scale, absolute: allowed.absolute },
        call: (target, views) =>
          target.map(
            program,
            Array.from({ length: count }, (_, argument) => views[`argument ${argument}`]!),
            [],
            [views.out!],
          ),
      }),
  };
}

const entries = <Value>(table: Partial<Record<PrimitiveName, Value>>): [PrimitiveName, Value][] =>
  Object.entries(table) as [PrimitiveName, Value][];

/** Every primitive over its domain, against its meaning in float64. */
export const primitiveGroup: Group = {
  name: 'primitives',
  drafts: (context) => [
    ...entries(domains).map(([name, points]) => atPoints(name, name, points, context)),
    ...entries(large).map(([name, points]) => atPoints(name, `large arguments: ${name}`, points, context, 3)),
    ...entries(specials).map(([name, points]) =>
      atPoints(name, `infinity and NaN: ${name}`, points, context, 3),
    ),
  ],
};
