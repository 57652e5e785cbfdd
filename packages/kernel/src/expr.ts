import { ProgramError } from './errors.js';

/**
 * The scalar expression language: the only place where elementwise mathematics is written.
 *
 * Expressions are immutable and interned: building the same expression twice gives the same object, so common
 * subexpressions are shared by construction and `===` compares structure.
 */
export type Expr = Constant | Input | Scalar | Coordinate | Random | Operation;

/** A number that never changes; a number that changes from call to call is a `Scalar`. */
export interface Constant {
  readonly kind: 'constant';
  readonly id: number;
  readonly value: number;
}
/** The element of input `index` at the current position. */
export interface Input {
  readonly kind: 'input';
  readonly id: number;
  readonly index: number;
}
/** Scalar argument `index`: the same for all elements, new at each call. */
export interface Scalar {
  readonly kind: 'scalar';
  readonly id: number;
  readonly index: number;
}
/** The current position along `axis`. */
export interface Coordinate {
  readonly kind: 'coordinate';
  readonly id: number;
  readonly axis: number;
}
/** A uniform number in [0, 1), see `random`. */
export interface Random {
  readonly kind: 'random';
  readonly id: number;
  readonly seeds: readonly [Scalar, Scalar];
  readonly lane: number;
}
/** A primitive operation on expressions. */
export interface Operation {
  readonly kind: 'operation';
  readonly id: number;
  readonly op: PrimitiveName;
  readonly args: readonly Expr[];
}

/** Sign of a number with sign(0) = 0. */
const signOf = (x: number): number => (x > 0 ? 1 : x < 0 ? -1 : x);
/** Nearest whole number, halves to the even one (IEEE 754 roundToIntegralTiesToEven). */
const roundHalfEven = (x: number): number => {
  const nearest = Math.round(x);
  return Math.abs(x % 1) === 0.5 && nearest % 2 !== 0 ? nearest - 1 : nearest;
};

/**
 * Every primitive with its meaning in float64, which is what all backends are held against. Comparisons give 1 or 0.
 * `mod` is floored (`x - y * floor(x / y)`, the sign of y); `min` and `max` hand NaN on; `round` takes halves to even;
 * `select(c, a, b)` is a where c is not 0.
 */
export const primitives = {
  neg: (a: number) => -a,
  abs: (a: number) => Math.abs(a),
  sign: signOf,
  floor: (a: number) => Math.floor(a),
  ceil: (a: number) => Math.ceil(a),
  round: roundHalfEven,
  sqrt: (a: number) => Math.sqrt(a),
  exp: (a: number) => Math.exp(a),
  log: (a: number) => Math.log(a),
  sin: (a: number) => Math.sin(a),
  cos: (a: number) => Math.cos(a),
  tanh: (a: number) => Math.tanh(a),
  sigmoid: (a: number) => 1 / (1 + Math.exp(-a)),
  add: (a: number, b: number) => a + b,
  sub: (a: number, b: number) => a - b,
  mul: (a: number, b: number) => a * b,
  div: (a: number, b: number) => a / b,
  pow: (a: number, b: number) => a ** b,
  mod: (a: number, b: number) => a - b * Math.floor(a / b),
  min: (a: number, b: number) => Math.min(a, b),
  max: (a: number, b: number) => Math.max(a, b),
  less: (a: number, b: number) => (a < b ? 1 : 0),
  lessEqual: (a: number, b: number) => (a <= b ? 1 : 0),
  equal: (a: number, b: number) => (a === b ? 1 : 0),
  select: (c: number, a: number, b: number) => (c !== 0 ? a : b),
} as const;

/** Name of a primitive operation. */
export type PrimitiveName = keyof typeof primitives;

/** An expression, or a number that stands for a constant. */
export type ExprLike = Expr | number;

type Distribute<T> = T extends { readonly id: number } ? Omit<T, 'id'> : never;
const interned = new Map<string, Expr>();

function intern(key: string, node: Distribute<Expr>): Expr {
  let found = interned.get(key);
  if (!found) {
    found = { ...node, id: interned.size } as Expr;
    interned.set(key, found);
  }
  return found;
}

/** A constant. Numbers in place of expressions become constants by themselves. */
export function constant(value: number): Expr {
  return intern(`c${Object.is(value, -0) ? '-0' : value}`, { kind: 'constant', value });
}
/** The element of input `index` at the current position. */
export function input(index: number): Expr {
  return intern(`i${index}`, { kind: 'input', index });
}
/** Scalar argument `index` of the call. */
export function scalar(index: number): Scalar {
  return intern(`s${index}`, { kind: 'scalar', index }) as Scalar;
}
/** The current position along `axis`, counted from 0. */
export function coordinate(axis: number): Expr {
  return intern(`x${axis}`, { kind: 'coordinate', axis });
}
/**
 * A uniform number in [0, 1) with 24 random bits: Threefry-2x32 with 13 rounds (Salmon et al. 2011, "Parallel random
 * numbers: as easy as 1, 2, 3"), key (seed0, seed1), counter (row-major position in the result, lane). The same on
 * every backend. Seeds are whole numbers in [0, 2^24), which float32 holds exactly; `lane` tells draws of one program apart.
 */
export function random(seed0: Scalar, seed1: Scalar, lane = 0): Expr {
  return intern(`r${seed0.id},${seed1.id},${lane}`, { kind: 'random', seeds: [seed0, seed1], lane });
}

function lift(value: ExprLike | undefined): Expr {
  if (value === undefined) {
    throw new ProgramError(
      'expression: an argument is undefined; does the program or cell have that many inputs, gates, states and parameters?',
    );
  }
  return typeof value === 'number' ? constant(value) : value;
}
const isConstant = (e: Expr, value?: number): e is Constant =>
  e.kind === 'constant' && (value === undefined || e.value === value);

/** Builds a primitive operation, folding constants and dropping neutral elements. */
export function operation(op: PrimitiveName, ...values: readonly ExprLike[]): Expr {
  const args = values.map(lift);
  if (args.length !== primitives[op].length) {
    throw new ProgramError(`${op}: takes ${primitives[op].length} arguments, got ${args.length}`);
  }
  return (
    simplify(op, args) ?? intern(`${op}(${args.map((a) => a.id).join()})`, { kind: 'operation', op, args })
  );
}

function simplify(op: PrimitiveName, args: readonly Expr[]): Expr | undefined {
  if (args.every((a) => a.kind === 'constant')) {
    const evaluate = primitives[op] as (...numbers: number[]) => number;
    return constant(evaluate(...args.map((a) => (a as Constant).value)));
  }
  const [a, b, c] = args as [Expr, Expr, Expr];
  switch (op) {
    case 'add':
      return isConstant(a, 0) ? b : isConstant(b, 0) ? a : undefined;
    case 'sub':
      return isConstant(b, 0) ? a : isConstant(a, 0) ? neg(b) : undefined;
    case 'mul':
      if (isConstant(a, 0) || isConstant(b, 0)) return constant(0);
      return isConstant(a, 1)
        ? b
        : isConstant(b, 1)
          ? a
          : isConstant(a, -1)
            ? neg(b)
            : isConstant(b, -1)
              ? neg(a)
              : undefined;
    case 'div':
      return isConstant(b, 1) ? a : undefined;
    case 'pow':
      return isConstant(b, 1) ? a : isConstant(b, 0) ? constant(1) : undefined;
    case 'neg':
      return a.kind === 'operation' && a.op === 'neg' ? a.args[0] : undefined;
    case 'select':
      return a.kind === 'constant' ? (a.value !== 0 ? b : c) : b === c ? b : undefined;
    default:
      return undefined;
  }
}

/** -a. */
export const neg = (a: ExprLike): Expr => operation('neg', a);
/** |a|, with gradient 0 at 0. */
export const abs = (a: ExprLike): Expr => operation('abs', a);
/** -1, 0 or 1. */
export const sign = (a: ExprLike): Expr => operation('sign', a);
/** The largest whole number that is not above a. */
export const floor = (a: ExprLike): Expr => operation('floor', a);
/** The smallest whole number that is not below a. */
export const ceil = (a: ExprLike): Expr => operation('ceil', a);
/** The nearest whole number, halves to the even one. */
export const round = (a: ExprLike): Expr => operation('round', a);
/** √a; NaN below 0. */
export const sqrt = (a: ExprLike): Expr => operation('sqrt', a);
/** e to the power of a. */
export const exp = (a: ExprLike): Expr => operation('exp', a);
/** The natural logarithm; -Infinity at 0, NaN below. */
export const log = (a: ExprLike): Expr => operation('log', a);
/** Sine of a in radians. */
export const sin = (a: ExprLike): Expr => operation('sin', a);
/** Cosine of a in radians. */
export const cos = (a: ExprLike): Expr => operation('cos', a);
/** Hyperbolic tangent. */
export const tanh = (a: ExprLike): Expr => operation('tanh', a);
/** 1 / (1 + exp(-a)). */
export const sigmoid = (a: ExprLike): Expr => operation('sigmoid', a);
/** a + b. */
export const add = (a: ExprLike, b: ExprLike): Expr => operation('add', a, b);
/** a - b. */
export const sub = (a: ExprLike, b: ExprLike): Expr => operation('sub', a, b);
/** a · b. */
export const mul = (a: ExprLike, b: ExprLike): Expr => operation('mul', a, b);
/** a / b. */
export const div = (a: ExprLike, b: ExprLike): Expr => operation('div', a, b);
/** a to the power of b. A negative base gives NaN unless b is whole. */
export const pow = (a: ExprLike, b: ExprLike): Expr => operation('pow', a, b);
/** Floored remainder, with the sign of b. */
export const mod = (a: ExprLike, b: ExprLike): Expr => operation('mod', a, b);
/** The smaller; a tie counts as `a` for the gradient. */
export const minimum = (a: ExprLike, b: ExprLike): Expr => operation('min', a, b);
/** The larger; a tie counts as `a` for the gradient. */
export const maximum = (a: ExprLike, b: ExprLike): Expr => operation('max', a, b);
/** 1 where a < b, else 0. */
export const less = (a: ExprLike, b: ExprLike): Expr => operation('less', a, b);
/** 1 where a <= b, else 0. */
export const lessEqual = (a: ExprLike, b: ExprLike): Expr => operation('lessEqual', a, b);
/** 1 where a > b, else 0. */
export const greater = (a: ExprLike, b: ExprLike): Expr => operation('less', b, a);
/** 1 where a >= b, else 0. */
export const greaterEqual = (a: ExprLike, b: ExprLike): Expr => operation('lessEqual', b, a);
/** 1 where a = b, else 0. */
export const equal = (a: ExprLike, b: ExprLike): Expr => operation('equal', a, b);
/** a where condition is not 0, else b. */
export const select = (condition: ExprLike, a: ExprLike, b: ExprLike): Expr =>
  operation('select', condition, a, b);
/** a · a. */
export const square = (a: ExprLike): Expr => mul(a, a);
/** max(0, a), with gradient 0 at 0. */
export const relu = (a: ExprLike): Expr => maximum(0, a);

/** Combines two lists of equal length element by element: `zipWith(add, x, r)`. */
export function zipWith(combine: (a: Expr, b: Expr) => Expr, a: readonly Expr[], b: readonly Expr[]): Expr[] {
  if (a.length !== b.length)
    throw new ProgramError(`zipWith: lists of ${a.length} and ${b.length} expressions`);
  return a.map((value, index) => combine(value, b[index]!));
}

/** All expressions that `roots` are made of, arguments before users, each once. */
export function topological(roots: readonly Expr[]): Expr[] {
  const order: Expr[] = [];
  const seen = new Set<Expr>();
  const visit = (node: Expr): void => {
    if (seen.has(node)) return;
    seen.add(node);
    for (const child of childrenOf(node)) visit(child);
    order.push(node);
  };
  roots.forEach(visit);
  return order;
}

function childrenOf(node: Expr): readonly Expr[] {
  if (node.kind === 'operation') return node.args;
  return node.kind === 'random' ? node.seeds : [];
}

/** The expressions with nodes replaced by what `replace` gives for them (`undefined` keeps a node and looks inside). */
export function substitute(roots: readonly Expr[], replace: (node: Expr) => Expr | undefined): Expr[] {
  const done = new Map<Expr, Expr>();
  for (const node of topological(roots)) {
    const inside = (): Expr =>
      node.kind === 'operation'
        ? operation(node.op, ...node.args.map((argument) => done.get(argument)!))
        : node;
    done.set(node, replace(node) ?? inside());
  }
  return roots.map((root) => done.get(root)!);
}
