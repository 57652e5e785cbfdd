import { describe, expect, it } from 'vitest';
import { evaluate } from './evaluate.js';
import * as e from './expr.js';
import { javascript, print } from './print.js';
import { type MapProgram, programOf } from './program.js';
import { uniform } from './threefry.js';

const inputs = 3;
const scalars = 2;

function compile(program: MapProgram): (...numbers: readonly number[]) => number[] {
  const { statements, results } = print(
    program.outputs,
    javascript((index) => `x${index}`),
  );
  const names = ['x0', 'x1', 'x2', 'a0', 'a1', 'c0', 'c1', 'position'];
  const body = `return (${names.join(', ')}) => { ${statements.join('\n')} return [${results.join(', ')}]; };`;
  return new Function('round', 'random', body)(e.primitives.round, uniform);
}

/** An expression with every kind of leaf and operation, the same for a seed. */
function anyExpression(seed: number, depth: number): e.Expr {
  let draws = 0;
  const below = (end: number): number => Math.floor(uniform(seed, 9, draws++, 0) * end);
  const constants = [
    0,
    -0,
    1,
    -1,
    0.5,
    -2.5,
    3,
    1e-7,
    1e21,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ];
  const leaf = (): e.Expr => {
    const kind = below(8);
    if (kind < 4) return e.input(below(inputs));
    if (kind === 4) return e.scalar(below(scalars));
    if (kind === 5) return e.coordinate(below(2));
    return kind === 6
      ? e.random(e.scalar(0), e.scalar(1), below(3))
      : e.constant(constants[below(constants.length)]!);
  };
  const names = Object.keys(e.primitives) as e.PrimitiveName[];
  const grow = (level: number): e.Expr => {
    if (level === 0 || below(6) === 0) return leaf();
    const op = names[below(names.length)]!;
    return e.operation(op, ...Array.from({ length: e.primitives[op].length }, () => grow(level - 1)));
  };
  return grow(depth);
}

describe('printed JavaScript', () => {
  it('computes what the interpreter computes, for a thousand expressions', () => {
    const numbers = [-2.5, -1, -0, 0, 0.3, 0.5, 1, 1.5, 4, Number.NaN, Number.POSITIVE_INFINITY];
    const used = new Set<string>();
    for (let seed = 0; seed < 1000; seed++) {
      const program = programOf([anyExpression(seed, 5), anyExpression(seed + 5000, 3)], inputs, scalars);
      for (const node of e.topological(program.outputs))
        used.add(node.kind === 'operation' ? node.op : node.kind);
      const run = compile(program);
      for (let trial = 0; trial < 5; trial++) {
        const drawn = [0, 1, 2].map(
          (lane) => numbers[Math.floor(uniform(seed, trial, 0, lane) * numbers.length)]!,
        );
        const [seed0, seed1, c0, c1, position] = [seed, trial, trial, 7, 31] as const;
        const element = { inputs: drawn, scalars: [seed0, seed1], coordinates: [c0, c1], position };
        expect(run(...drawn, seed0, seed1, c0, c1, position)).toEqual(evaluate(program, element));
      }
    }
    expect(used).toContain('random');
    expect(used).toContain('coordinate');
    for (const op of Object.keys(e.primitives)) expect(used).toContain(op);
  });

  it('computes shared parts once', () => {
    const shared = e.tanh(e.input(0));
    const { statements, results } = print(
      [e.add(shared, 1), e.mul(shared, shared)],
      javascript((index) => `x[${index}]`),
    );
    expect(statements.join('\n').match(/tanh/g)).toHaveLength(1);
    expect(results).toHaveLength(2);
  });

  it('hands leaves on without statements', () => {
    const printed = print(
      [e.input(1), e.constant(-3), e.scalar(0)],
      javascript((index) => `x[${index}]`),
    );
    expect(printed).toEqual({ statements: [], results: ['x[1]', '(-3)', 'a0'] });
  });
});
