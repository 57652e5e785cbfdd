import {
  type Expr,
  expr as e,
  type MapProgram,
  OstinatoError,
  ProgramError,
  programOf,
} from '@ostinato/kernel';
import { tensor } from '../create.js';
import { Tensor } from '../tensor.js';
import { mapTensors } from './core.js';

/** A tensor, or a number that stands for itself at every position. */
export type Operand = Tensor | number;

/** What an elementwise operation is: enough to run it, differentiate it and test it. */
export interface ElementwiseDefinition {
  readonly name: string;
  readonly arity: number;
  readonly build: (...x: Expr[]) => Expr;
  /** Where its arguments may lie in tests of values and gradients; [-3, 3] by default. */
  readonly domain: readonly [number, number];
}

/** T once, twice or three times. */
type Times<Arity extends 1 | 2 | 3, T> = Arity extends 1 ? [T] : Arity extends 2 ? [T, T] : [T, T, T];

/** An elementwise operation on tensors and numbers, with its definition. */
export type ElementwiseOp<Arity extends 1 | 2 | 3> = ((...operands: Times<Arity, Operand>) => Tensor) & {
  readonly definition: ElementwiseDefinition;
};

/**
 * Defines an elementwise operation of one argument, or of as many as the type argument says; its gradient is derived.
 * Shapes broadcast by NumPy's rule, and numbers may stand for tensors.
 * @param build the result as an expression of the arguments
 * @param domain where tests draw arguments from
 * @example
 * const softsign = elementwise('softsign', (x) => div(x, add(1, abs(x))));
 * const distance = elementwise<2>('distance', (a, b) => abs(sub(a, b)));
 */
/* @__NO_SIDE_EFFECTS__ */
export function elementwise<Arity extends 1 | 2 | 3 = 1>(
  name: string,
  build: (...x: Times<Arity, Expr>) => Expr,
  domain: readonly [number, number] = [-3, 3],
): ElementwiseOp<Arity> {
  const definition = { name, arity: build.length, build: build as (...x: Expr[]) => Expr, domain };
  if (definition.arity < 1)
    throw new ProgramError(`elementwise ${name}: the expression needs at least one parameter`);
  const programs = new Map<string, MapProgram>();
  /** The program for a pattern of tensors (inputs) and numbers (scalar arguments). */
  const programFor = (pattern: string): MapProgram => {
    let program = programs.get(pattern);
    if (!program) {
      let inputs = 0;
      let scalars = 0;
      const leaves = [...pattern].map((kind) => (kind === 'x' ? e.input(inputs++) : e.scalar(scalars++)));
      program = programOf([definition.build(...leaves)], inputs, scalars);
      programs.set(pattern, program);
    }
    return program;
  };
  const run = (...given: Times<Arity, Operand>): Tensor => {
    const odd = (given as unknown[]).find(
      (operand) => typeof operand !== 'number' && !(operand instanceof Tensor),
    );
    if (odd !== undefined || given.length !== definition.arity) {
      const got =
        odd === undefined ? `${given.length} arguments` : Array.isArray(odd) ? 'an array' : typeof odd;
      throw new OstinatoError(
        `${name}: takes ${definition.arity} tensors or numbers, got ${got}; make tensors with tensor(...)`,
      );
    }
    const [first, ...rest] = given as Operand[];
    const allNumbers = (given as Operand[]).every((operand) => typeof operand === 'number');
    const operands = allNumbers ? [tensor(first as number), ...rest] : (given as Operand[]);
    const tensors = operands.filter((operand) => typeof operand !== 'number');
    const numbers = operands.filter((operand) => typeof operand === 'number');
    const pattern = operands.map((operand) => (typeof operand === 'number' ? 'a' : 'x')).join('');
    return mapTensors(name, programFor(pattern), tensors, numbers);
  };
  return Object.assign(run, { definition });
}

const POSITIVE = [0.2, 4] as const;

export const neg = elementwise('neg', (x) => e.neg(x));
export const abs = elementwise('abs', (x) => e.abs(x));
/** -1, 0 or 1. */
export const sign = elementwise('sign', (x) => e.sign(x));
export const floor = elementwise('floor', (x) => e.floor(x));
export const ceil = elementwise('ceil', (x) => e.ceil(x));
/** Nearest whole number, halves to the even one. */
export const round = elementwise('round', (x) => e.round(x));
export const sqrt = elementwise('sqrt', (x) => e.sqrt(x), POSITIVE);
/** 1 / sqrt(x). */
export const rsqrt = elementwise('rsqrt', (x) => e.div(1, e.sqrt(x)), POSITIVE);
export const square = elementwise('square', (x) => e.square(x));
/** 1 / x. */
export const reciprocal = elementwise('reciprocal', (x) => e.div(1, x), POSITIVE);
export const exp = elementwise('exp', (x) => e.exp(x));
/** Natural logarithm. */
export const log = elementwise('log', (x) => e.log(x), POSITIVE);
export const sin = elementwise('sin', (x) => e.sin(x));
export const cos = elementwise('cos', (x) => e.cos(x));
export const tanh = elementwise('tanh', (x) => e.tanh(x));
/** 1 / (1 + exp(-x)). */
export const sigmoid = elementwise('sigmoid', (x) => e.sigmoid(x));
/** log(1 + exp(-|x|)). -|x| as a minimum has a slope at 0, which makes the derivatives of the two that use it right there. */
const log1pExpMinusAbs = (x: Expr): Expr => e.log(e.add(1, e.exp(e.minimum(x, e.neg(x)))));
/** log(sigmoid(x)) without overflow. */
export const logSigmoid = elementwise('logSigmoid', (x) => e.sub(e.minimum(x, 0), log1pExpMinusAbs(x)));
/** max(0, x), with gradient 0 at 0. */
export const relu = elementwise('relu', (x) => e.relu(x));
/** x where it is positive, else slope · x. */
export const leakyRelu = elementwise<2>('leakyRelu', (x, slope) =>
  e.select(e.less(0, x), x, e.mul(slope, x)),
);
/** x where it is positive, else exp(x) - 1 (Clevert et al. 2015). */
export const elu = elementwise('elu', (x) => e.select(e.less(0, x), x, e.sub(e.exp(e.minimum(x, 0)), 1)));
/** log(1 + exp(x)) without overflow. */
export const softplus = elementwise('softplus', (x) => e.add(e.relu(x), log1pExpMinusAbs(x)));
/** x · sigmoid(x), also called swish (Elfwing et al. 2017). */
export const silu = elementwise('silu', (x) => e.mul(x, e.sigmoid(x)));
/** x · Φ(x) in the tanh form (Hendrycks & Gimpel 2016). */
export const gelu = elementwise('gelu', (x) =>
  e.mul(
    e.mul(0.5, x),
    e.add(1, e.tanh(e.mul(Math.sqrt(2 / Math.PI), e.add(x, e.mul(0.044715, e.pow(x, 3)))))),
  ),
);
/** The straight-line form of the sigmoid that Keras uses: clip(0.2 x + 0.5, 0, 1). */
export const hardSigmoid = elementwise('hardSigmoid', (x) =>
  e.minimum(1, e.maximum(0, e.add(e.mul(0.2, x), 0.5))),
);
export const add = elementwise<2>('add', (a, b) => e.add(a, b));
export const sub = elementwise<2>('sub', (a, b) => e.sub(a, b));
export const mul = elementwise<2>('mul', (a, b) => e.mul(a, b));
export const div = elementwise<2>('div', (a, b) => e.div(a, b), POSITIVE);
/** a to the power of b. A negative base gives NaN unless b is whole. */
export const pow = elementwise<2>('pow', (a, b) => e.pow(a, b), POSITIVE);
/** Floored remainder, with the sign of b. */
export const mod = elementwise<2>('mod', (a, b) => e.mod(a, b), POSITIVE);
/** The smaller; at ties the gradient flows to the first. */
export const minimum = elementwise<2>('minimum', (a, b) => e.minimum(a, b));
/** The larger; at ties the gradient flows to the first. */
export const maximum = elementwise<2>('maximum', (a, b) => e.maximum(a, b));
/** (a - b)². */
export const squaredDifference = elementwise<2>('squaredDifference', (a, b) => e.square(e.sub(a, b)));
/** 1 where a < b, else 0. */
export const less = elementwise<2>('less', (a, b) => e.less(a, b));
/** 1 where a <= b, else 0. */
export const lessEqual = elementwise<2>('lessEqual', (a, b) => e.lessEqual(a, b));
/** 1 where a > b, else 0. */
export const greater = elementwise<2>('greater', (a, b) => e.greater(a, b));
/** 1 where a >= b, else 0. */
export const greaterEqual = elementwise<2>('greaterEqual', (a, b) => e.greaterEqual(a, b));
/** 1 where a = b, else 0. */
export const equal = elementwise<2>('equal', (a, b) => e.equal(a, b));
/** 1 where a ≠ b, else 0. */
export const notEqual = elementwise<2>('notEqual', (a, b) => e.sub(1, e.equal(a, b)));
/** a where condition is not 0, else b. */
export const where = elementwise<3>('where', (condition, a, b) => e.select(condition, a, b));
/** x brought into [low, high]; the gradient is 0 outside. */
export const clamp = elementwise<3>('clamp', (x, low, high) => e.minimum(e.maximum(x, low), high));
