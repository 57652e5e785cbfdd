import { type Expr, expr, type PrimitiveName } from '@ostinato/kernel';
import { describe, expect, it } from 'vitest';
import { helperText } from './helpers.js';
import { printProgram } from './print.js';

const leaves = {
  input: (index: number) => `x${index}`,
  scalar: (index: number) => `a${index}`,
  coordinate: (axis: number) => `c${axis}`,
  position: 'position',
};
const printed = (...outputs: Expr[]) => printProgram(outputs, leaves);

describe('printProgram', () => {
  it('computes every operation once', () => {
    const sum = expr.add(expr.input(0), expr.scalar(1));
    const { statements, results, helpers } = printed(expr.mul(sum, sum), sum);
    expect(statements).toEqual(['let v0 = x0 + a1;', 'let v1 = v0 * v0;']);
    expect(results).toEqual(['v1', 'v0']);
    expect(helpers).toBe('');
  });

  it('spells every primitive', () => {
    for (const name of Object.keys(expr.primitives) as PrimitiveName[]) {
      const args = expr.primitives[name].length;
      const node = expr.operation(name, ...Array.from({ length: args }, (_, index) => expr.input(index)));
      const { statements } = printed(node);
      expect(statements, name).toHaveLength(1);
      for (let index = 0; index < args; index++) expect(statements[0]).toContain(`x${index}`);
    }
  });

  it.each([
    [1, '1f'],
    [-0.5, '(-0.5f)'],
    [0.1, '0.10000000149011612f'],
    [1e20, '100000002004087730000f'],
    [1e-20, '9.999999682655225e-21f'],
    [Number.POSITIVE_INFINITY, `fromBits(${0x7f800000}u)`],
    [1e39, `fromBits(${0x7f800000}u)`],
    [Number.NaN, `fromBits(${0x7fc00000}u)`],
    [-0, `fromBits(${0x80000000}u)`],
  ])('spells the constant %s', (value, spelled) => {
    expect(printed(expr.constant(value)).results).toEqual([spelled]);
  });

  it('prints the functions that are called, with those that they call, once', () => {
    const { helpers, helperNames } = printed(expr.tanh(expr.tanh(expr.input(0))));
    expect(helperNames).toEqual(['tanhOf']);
    expect(helpers.match(/fn \w+/g)).toEqual(['fn isNan', 'fn tanhOf']);
    expect(helperText(['cosOf', 'sinOf']).match(/fn \w+/g)).toEqual(['fn sineOf', 'fn sinOf', 'fn cosOf']);
  });

  it('draws random numbers by position and lane', () => {
    const { statements } = printed(expr.random(expr.scalar(0), expr.scalar(2), 3));
    expect(statements).toEqual(['let v0 = uniformAt(a0, a2, position, 3u);']);
  });
});
