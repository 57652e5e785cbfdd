import { describe, expect, it } from 'vitest';
import { evaluate } from './evaluate.js';
import * as e from './expr.js';
import { defineProgram, identity } from './program.js';
import { uniform } from './threefry.js';

describe('evaluate', () => {
  it('gives one number for each output', () => {
    const program = defineProgram({ inputs: 2, scalars: 1 }, ({ x: [a, b], a: [s] }) => [
      e.mul(e.add(a!, b!), s!),
      e.constant(7),
    ]);
    expect(evaluate(program, { inputs: [2, 3], scalars: [10] })).toEqual([50, 7]);
    expect(evaluate(identity, { inputs: [4], scalars: [] })).toEqual([4]);
  });

  it('knows where it is', () => {
    const program = defineProgram({ inputs: 0, scalars: 2 }, ({ a: [s, t] }) => [
      e.coordinate(1),
      e.random(s!, t!, 3),
    ]);
    const element = { inputs: [], scalars: [11, 12], coordinates: [4, 5], position: 45 };
    expect(evaluate(program, element)).toEqual([5, uniform(11, 12, 45, 3)]);
  });
});
