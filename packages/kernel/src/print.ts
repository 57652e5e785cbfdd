import { type Expr, type PrimitiveName, type Scalar, topological } from './expr.js';

/** How a language spells the nodes of an expression. `print` walks, a target spells. */
export interface Target {
  constant(value: number): string;
  input(index: number): string;
  scalar(index: number): string;
  coordinate(axis: number): string;
  random(seeds: readonly [Scalar, Scalar], lane: number): string;
  operation(op: PrimitiveName, args: readonly string[]): string;
  /** A statement that names a value for later use. */
  declare(name: string, value: string): string;
}

/** Statements to run in order, and the spelling of each output after them. */
export interface Printed {
  readonly statements: readonly string[];
  readonly results: readonly string[];
}

/** Prints expressions as straight-line code: every operation is computed once and named `prefix` + number. */
export function print(outputs: readonly Expr[], target: Target, prefix = 'v'): Printed {
  const names = new Map<Expr, string>();
  const statements: string[] = [];
  for (const node of topological(outputs)) {
    const spelled = spell(node, target, names);
    if (node.kind === 'operation' || node.kind === 'random') {
      const name = `${prefix}${statements.length}`;
      statements.push(target.declare(name, spelled));
      names.set(node, name);
    } else names.set(node, spelled);
  }
  return { statements, results: outputs.map((output) => names.get(output)!) };
}

function spell(node: Expr, target: Target, names: ReadonlyMap<Expr, string>): string {
  switch (node.kind) {
    case 'constant':
      return target.constant(node.value);
    case 'input':
      return target.input(node.index);
    case 'scalar':
      return target.scalar(node.index);
    case 'coordinate':
      return target.coordinate(node.axis);
    case 'random':
      return target.random(node.seeds, node.lane);
    case 'operation':
      return target.operation(
        node.op,
        node.args.map((argument) => names.get(argument)!),
      );
  }
}

const infix: Partial<Record<PrimitiveName, string>> = { add: '+', sub: '-', mul: '*', div: '/', pow: '**' };
const compare: Partial<Record<PrimitiveName, string>> = { less: '<', lessEqual: '<=', equal: '===' };

/**
 * Plain JavaScript in float64. Inputs are spelled by the caller (usually an array element), scalars `a0`, coordinates
 * `c0`, and the printed code expects `Math`, `round` (halves to even) and `random(seed0, seed1, position, lane)` in scope,
 * with `position` the row-major index of the element.
 */
export function javascript(input: (index: number) => string): Target {
  return {
    constant: (value) => (Object.is(value, -0) ? '-0' : value < 0 ? `(${value})` : `${value}`),
    input,
    scalar: (index) => `a${index}`,
    coordinate: (axis) => `c${axis}`,
    random: ([first, second], lane) => `random(a${first.index}, a${second.index}, position, ${lane})`,
    declare: (name, value) => `const ${name} = ${value};`,
    operation: (op, args) => {
      const [a, b, c] = args as [string, string, string];
      if (infix[op]) return op === 'pow' ? `Math.pow(${a}, ${b})` : `${a} ${infix[op]} ${b}`;
      if (compare[op]) return `${a} ${compare[op]} ${b} ? 1 : 0`;
      switch (op) {
        case 'neg':
          return `-${a}`;
        case 'sigmoid':
          return `1 / (1 + Math.exp(-${a}))`;
        case 'mod':
          return `${a} - ${b} * Math.floor(${a} / ${b})`;
        case 'select':
          return `${a} !== 0 ? ${b} : ${c}`;
        case 'sign':
          return `${a} > 0 ? 1 : ${a} < 0 ? -1 : ${a}`;
        case 'round':
          return `round(${a})`;
        default:
          return `Math.${op}(${args.join(', ')})`;
      }
    },
  };
}
