import { describe, expect, it } from 'vitest';
import { adjoint } from './adjoint.js';
import { evaluate } from './evaluate.js';
import * as e from './expr.js';
import { programOf } from './program.js';

/** Where a rule is tried: away from steps and ties, inside the domain. */
const points: Partial<Record<e.PrimitiveName, readonly (readonly number[])[]>> = {
  sqrt: [[0.3], [2], [9]],
  log: [[0.3], [2], [9]],
  div: [
    [1.3, 0.7],
    [-2, 3],
    [1, -0.4],
  ],
  pow: [
    [1.3, 2],
    [0.4, -1.7],
    [2.2, 0.5],
  ],
  mod: [
    [7.3, 3],
    [-7.3, 3],
    [7.3, -3.1],
    [-0.4, 2.2],
  ],
  select: [
    [1, 2, 3],
    [0, 2, 3],
    [-2, -1.5, 0.5],
  ],
};
const usual: Record<number, readonly (readonly number[])[]> = {
  1: [[-1.7], [-0.3], [0.4], [2.2]],
  2: [
    [0.3, 1.2],
    [-1.1, 0.7],
    [2.1, -0.6],
  ],
};

function slopes(output: e.Expr, inputs: number, at: readonly number[], h = 1e-6): number[] {
  const program = programOf([output], inputs);
  const value = (numbers: readonly number[]): number =>
    evaluate(program, { inputs: numbers, scalars: [] })[0]!;
  return at.map(
    (center, index) => (value(at.with(index, center + h)) - value(at.with(index, center - h))) / (2 * h),
  );
}

function gradients(output: e.Expr, inputs: number, at: readonly number[], seed = 1): number[] {
  const leaves = Array.from({ length: inputs }, (_, index) => e.input(index));
  const program = programOf(adjoint([output], [e.constant(seed)], leaves), inputs);
  return evaluate(program, { inputs: at, scalars: [] });
}

describe('the rule of every primitive agrees with central differences', () => {
  for (const op of Object.keys(e.primitives) as e.PrimitiveName[]) {
    const arity = e.primitives[op].length;
    it(op, () => {
      const output = e.operation(op, ...Array.from({ length: arity }, (_, index) => e.input(index)));
      for (const at of points[op] ?? usual[arity]!) {
        const expected = slopes(output, arity, at);
        for (const [index, gradient] of gradients(output, arity, at, 2.5).entries()) {
          // The condition of select is compared with 0: a step, without a slope that a difference could see.
          if (op === 'select' && index === 0) expect(gradient).toBe(0);
          else expect(gradient, `d/d${index} at ${at}`).toBeCloseTo(2.5 * expected[index]!, 6);
        }
      }
    });
  }
});

describe('adjoint', () => {
  const [x, y] = [e.input(0), e.input(1)];

  it('adds up what comes through several uses and several outputs', () => {
    const shared = e.tanh(e.mul(x, y));
    const outputs = [e.add(e.mul(shared, shared), x), e.mul(shared, e.exp(y))];
    const total = e.add(e.mul(3, outputs[0]!), e.mul(-2, outputs[1]!));
    const at = [0.7, -0.4];
    const program = programOf(adjoint(outputs, [e.constant(3), e.constant(-2)], [x, y]), 2);
    const got = evaluate(program, { inputs: at, scalars: [] });
    for (const [index, slope] of slopes(total, 2, at).entries()) expect(got[index]).toBeCloseTo(slope, 6);
  });

  it('gives 0 for a leaf that does not matter', () => {
    expect(adjoint([e.tanh(x)], [e.constant(1)], [y])).toEqual([e.constant(0)]);
    expect(adjoint([e.floor(x)], [e.constant(1)], [x])).toEqual([e.constant(0)]);
  });

  it('can be applied twice', () => {
    const [first] = adjoint([e.sin(e.mul(x, x))], [e.constant(1)], [x]) as [e.Expr];
    expect(gradients(first, 1, [0.8])[0]).toBeCloseTo(slopes(first, 1, [0.8])[0]!, 5);
  });

  it('follows the first argument at ties', () => {
    for (const op of ['min', 'max'] as const)
      expect(gradients(e.operation(op, x, y), 2, [2, 2])).toEqual([1, 0]);
    expect(gradients(e.relu(x), 1, [0])).toEqual([0]);
  });

  it('keeps NaN of the branch that is not taken out of select', () => {
    const safe = e.select(e.less(0, x), e.log(x), 0);
    expect(gradients(safe, 1, [-1])[0]).not.toBeNaN();
  });
});
