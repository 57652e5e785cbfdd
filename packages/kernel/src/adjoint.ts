import {
  add,
  constant,
  cos,
  div,
  type Expr,
  equal,
  floor,
  less,
  log,
  mul,
  neg,
  type Operation,
  type PrimitiveName,
  pow,
  select,
  sign,
  sin,
  sub,
  topological,
} from './expr.js';

/** What flows back to each argument of `node` when `g` flows into it; `undefined` where nothing does. */
type Rule = (g: Expr, args: readonly [Expr, Expr, Expr], node: Operation) => readonly (Expr | undefined)[];

/** The one table of derivatives. Steps (sign, floor, comparisons) have none; at ties `min` and `max` follow their first argument. */
const rules: Record<PrimitiveName, Rule> = {
  neg: (g) => [neg(g)],
  abs: (g, [a]) => [mul(g, sign(a))],
  sign: () => [],
  floor: () => [],
  ceil: () => [],
  round: () => [],
  sqrt: (g, _, y) => [div(mul(g, 0.5), y)],
  exp: (g, _, y) => [mul(g, y)],
  log: (g, [a]) => [div(g, a)],
  sin: (g, [a]) => [mul(g, cos(a))],
  cos: (g, [a]) => [neg(mul(g, sin(a)))],
  tanh: (g, _, y) => [mul(g, sub(1, mul(y, y)))],
  sigmoid: (g, _, y) => [mul(g, mul(y, sub(1, y)))],
  add: (g) => [g, g],
  sub: (g) => [g, neg(g)],
  mul: (g, [a, b]) => [mul(g, b), mul(g, a)],
  div: (g, [, b], y) => [div(g, b), neg(div(mul(g, y), b))],
  pow: (g, [a, b], y) => [mul(g, mul(b, pow(a, sub(b, 1)))), mul(g, select(less(0, a), mul(y, log(a)), 0))],
  mod: (g, [a, b]) => [g, neg(mul(g, floor(div(a, b))))],
  min: (g, [a, b]) => [select(less(b, a), 0, g), select(less(b, a), g, 0)],
  max: (g, [a, b]) => [select(less(a, b), 0, g), select(less(a, b), g, 0)],
  less: () => [],
  lessEqual: () => [],
  equal: () => [],
  select: (g, [c]) => [undefined, select(equal(c, 0), 0, g), select(equal(c, 0), g, 0)],
};

/**
 * Reverse-mode derivative of expressions.
 * @param outputs the expressions to differentiate
 * @param seeds the gradient that flows into each output
 * @param wrt the leaves whose gradients are wanted
 * @returns for each leaf of `wrt` the sum over outputs of seed · d output / d leaf
 */
export function adjoint(outputs: readonly Expr[], seeds: readonly Expr[], wrt: readonly Expr[]): Expr[] {
  const gradients = new Map<Expr, Expr>();
  const receive = (node: Expr, g: Expr): void => {
    const sum = gradients.get(node);
    gradients.set(node, sum ? add(sum, g) : g);
  };
  for (const [index, output] of outputs.entries()) receive(output, seeds[index]!);
  for (const node of topological(outputs).reverse()) {
    const g = gradients.get(node);
    if (!g || node.kind !== 'operation') continue;
    const parts = rules[node.op](g, node.args as unknown as readonly [Expr, Expr, Expr], node);
    for (const [index, part] of parts.entries()) if (part) receive(node.args[index]!, part);
  }
  return wrt.map((leaf) => gradients.get(leaf) ?? constant(0));
}
