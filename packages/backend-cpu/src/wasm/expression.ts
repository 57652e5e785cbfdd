import { type Expr, expr, type PrimitiveName } from '@ostinato/kernel';
import { type FunctionBuilder, f32x4, type Value, v128 } from './assembler.js';
import { mod, pow, sign } from './numerics/arithmetic.js';
import { exp, sigmoid, tanh } from './numerics/exponential.js';
import { log } from './numerics/logarithm.js';
import { cos, sin } from './numerics/trigonometry.js';

type Vector = Value<'v128'>;

/** What the leaves of expressions are, four lanes each. All are read as often as they are used: best locals. */
export interface VectorLeaves {
  input(index: number): Vector;
  scalar?(index: number): Vector;
  coordinate?(axis: number): Vector;
  /** A uniform number in [0, 1) for each lane; the seeds are numbers of scalar arguments. */
  random?(seeds: readonly [number, number], draw: number): Vector;
}

/** A comparison as a mask: all bits of a lane are 1 where it holds. */
type Comparison = 'less' | 'lessEqual' | 'equal';
const masks: Record<Comparison, (a: Vector, b: Vector) => Vector> = {
  less: f32x4.lt,
  lessEqual: f32x4.le,
  equal: f32x4.eq,
};
const isComparison = (op: PrimitiveName): op is Comparison => op in masks;

/**
 * Writes expressions as straight-line code on four float32 lanes; every operation is computed once. A lane's result
 * depends on nothing but the lane's leaves, so it does not matter where among the lanes an element stands.
 * @returns the value of each output
 */
export function emitExpressions(
  f: FunctionBuilder,
  outputs: readonly Expr[],
  leaves: VectorLeaves,
): Vector[] {
  const emitter = new Emitter(f, outputs, leaves);
  return outputs.map((output) => emitter.value(output));
}

class Emitter {
  readonly #f: FunctionBuilder;
  readonly #leaves: VectorLeaves;
  readonly #values = new Map<Expr, Vector>();
  readonly #masks = new Map<Expr, Vector>();

  constructor(f: FunctionBuilder, outputs: readonly Expr[], leaves: VectorLeaves) {
    this.#f = f;
    this.#leaves = leaves;
    const order = expr.topological(outputs);
    // What only one operation uses needs no variable.
    const uses = new Map<Expr, number>();
    const count = (node: Expr): unknown => uses.set(node, (uses.get(node) ?? 0) + 1);
    outputs.forEach(count);
    for (const node of order) if (node.kind === 'operation') node.args.forEach(count);
    for (const node of order) {
      const value = this.#spell(node);
      const inVariable = (node.kind === 'operation' || node.kind === 'random') && uses.get(node)! > 1;
      this.#values.set(node, inVariable ? f.v128(value) : value);
    }
  }

  value(node: Expr): Vector {
    return this.#values.get(node)!;
  }

  #spell(node: Expr): Vector {
    const f = this.#f;
    switch (node.kind) {
      case 'constant':
        return f.splat(node.value);
      case 'input':
        return this.#leaves.input(node.index);
      case 'scalar':
        return this.#leaves.scalar!(node.index);
      case 'coordinate':
        return this.#leaves.coordinate!(node.axis);
      case 'random':
        return this.#leaves.random!([node.seeds[0].index, node.seeds[1].index], node.lane);
      case 'operation':
        return this.#operation(node.op, node.args, node);
    }
  }

  #operation(op: PrimitiveName, args: readonly Expr[], node: Expr): Vector {
    const f = this.#f;
    const [a, b, c] = args.map((argument) => this.value(argument)) as [Vector, Vector, Vector];
    if (isComparison(op)) {
      const mask = f.v128(masks[op](a, b));
      this.#masks.set(node, mask);
      return v128.and(mask, f.splat(1));
    }
    switch (op) {
      case 'add':
      case 'sub':
      case 'mul':
        return f32x4[op](a, b);
      case 'div':
        return divide(f, a, b, args[1]!);
      case 'neg':
      case 'abs':
      case 'floor':
      case 'ceil':
      case 'sqrt':
        return f32x4[op](a);
      case 'round':
        return f32x4.nearest(a);
      case 'min':
      case 'max':
        return extreme(op, a, b, args);
      case 'exp':
        return exp(f, a);
      case 'log':
        return log(f, a);
      case 'sin':
        return sin(f, a);
      case 'cos':
        return cos(f, a);
      case 'tanh':
        return tanh(f, a);
      case 'sigmoid':
        return sigmoid(f, a);
      case 'sign':
        return sign(f, a);
      case 'mod':
        return mod(f, a, b);
      case 'pow':
        return power(f, a, b, args[1]!);
      case 'select':
        return v128.bitselect(b, c, this.#masks.get(args[0]!) ?? f32x4.ne(a, f.splat(0)));
    }
  }
}

/** By a power of two: the product with its inverse, which is just as exact. */
function divide(f: FunctionBuilder, a: Vector, b: Vector, divisor: Expr): Vector {
  const isPower =
    divisor.kind === 'constant' &&
    Math.abs(Math.log2(Math.abs(divisor.value))) <= 100 &&
    Number.isInteger(Math.log2(Math.abs(divisor.value)));
  return isPower ? f32x4.mul(a, f.splat(1 / divisor.value)) : f32x4.div(a, b);
}

/**
 * The smaller or larger one. `min` and `max` hand NaN on, for which engines need half a dozen instructions; where one side
 * is a constant, `pmin` and `pmax` do it in one, because they return the first argument unless the second is beyond it.
 */
function extreme(op: 'min' | 'max', a: Vector, b: Vector, args: readonly Expr[]): Vector {
  const isNumber = (node: Expr): boolean => node.kind === 'constant' && !Number.isNaN(node.value);
  const beyond = op === 'min' ? f32x4.pmin : f32x4.pmax;
  if (isNumber(args[1]!)) return beyond(a, b);
  if (isNumber(args[0]!)) return beyond(b, a);
  return f32x4[op](a, b);
}

function power(f: FunctionBuilder, a: Vector, b: Vector, exponent: Expr): Vector {
  const value = exponent.kind === 'constant' ? exponent.value : undefined;
  if (value === -1) return f32x4.div(f.splat(1), a);
  if (value !== 2 && value !== 3) return pow(f, a, b);
  const base = f.v128(a);
  const squared = f32x4.mul(base, base);
  return value === 2 ? squared : f32x4.mul(squared, base);
}
