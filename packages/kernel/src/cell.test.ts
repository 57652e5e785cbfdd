import { describe, expect, it } from 'vitest';
import { type CellProgram, defineCell, withoutRecurrentProduct } from './cell.js';
import { ProgramError } from './errors.js';
import { evaluate } from './evaluate.js';
import * as e from './expr.js';
import type { MapProgram } from './program.js';
import { uniform } from './threefry.js';

const { add, mul, sigmoid, sub, tanh } = e;

const elman = defineCell({ name: 'elman', gates: 1, states: 1 }, ({ x, r }) => [tanh(add(x[0]!, r[0]!))]);
const lstm = defineCell({ name: 'lstm', gates: 4, states: 2 }, ({ x, r, s }) => {
  const [i, f, g, o] = e.zipWith(add, x, r) as [e.Expr, e.Expr, e.Expr, e.Expr];
  const next = add(mul(sigmoid(f), s[1]!), mul(sigmoid(i), tanh(g)));
  return [mul(sigmoid(o), tanh(next)), next];
});
/** The reset gate scales the product: dx and dr differ. */
const gru = defineCell({ name: 'gru', gates: 3, states: 1 }, ({ x, r, s }) => {
  const update = sigmoid(add(x[0]!, r[0]!));
  const reset = sigmoid(add(x[1]!, r[1]!));
  const candidate = tanh(add(x[2]!, mul(reset, r[2]!)));
  return [add(mul(update, s[0]!), mul(sub(1, update), candidate))];
});
const leaky = defineCell(
  { name: 'leaky', gates: 1, states: 2, parameters: 2, output: 1 },
  ({ x, r, s, p }) => [tanh(add(x[0]!, mul(p[0]!, r[0]!))), add(mul(p[1]!, s[1]!), s[0]!)],
);
const cells = [elman, lstm, gru, leaky];

const run = (program: MapProgram, inputs: readonly number[]): number[] =>
  evaluate(program, { inputs, scalars: [] });
const drawn = (count: number, seed: number): number[] =>
  Array.from({ length: count }, (_, index) => 2 * uniform(seed, 1, index, 0) - 1);

describe('defineCell', () => {
  it('runs one step as the formula says', () => {
    const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
    const [x, r, h, c] = [[0.1, -0.2, 0.3, 0.4], [0.5, 0.6, -0.7, 0.8], 0.9, -1] as const;
    const [i, f, g, o] = x.map((value, gate) => value + r[gate]!) as [number, number, number, number];
    const next = logistic(f) * c + logistic(i) * Math.tanh(g);
    const states = run(lstm.forward, [...x, ...r, h, c]);
    expect(states[0]).toBeCloseTo(logistic(o) * Math.tanh(next), 12);
    expect(states[1]).toBeCloseTo(next, 12);
  });

  it.each(cells.map((cell) => [cell.name, cell] as const))(
    'derives the backward program of %s',
    (_, cell) => {
      const inputs = drawn(cell.forward.inputs, 3);
      const seeds = drawn(cell.states, 4);
      const loss = (at: readonly number[]): number =>
        run(cell.forward, at).reduce((sum, state, index) => sum + state * seeds[index]!, 0);
      const gradients = run(cell.backward, [...inputs, ...seeds]);
      expect(gradients).toHaveLength(2 * cell.gates + cell.states + cell.parameters);
      for (const [index, gradient] of gradients.entries()) {
        const h = 1e-6;
        const [up, down] = [inputs.with(index, inputs[index]! + h), inputs.with(index, inputs[index]! - h)];
        expect(gradient, `input ${index}`).toBeCloseTo((loss(up) - loss(down)) / (2 * h), 7);
      }
    },
  );

  it('sees where one gradient serves x and r', () => {
    const shared = (cell: CellProgram): boolean => cell.sharedGradient;
    expect(cells.map(shared)).toEqual([true, true, false, false]);
  });

  it('takes the first state as output by default', () => {
    expect(lstm).toMatchObject({ output: 0, parameters: 0, gates: 4, states: 2 });
    expect(leaky.output).toBe(1);
    expect(defineCell({ gates: 1, states: 1 }, ({ x }) => [x[0]!]).name).toBe('cell');
  });

  it('refuses what is not a cell', () => {
    const define = (states: number, output: number, build: () => e.Expr[]) => () =>
      defineCell({ name: 'odd', gates: 1, states, output }, build);
    expect(define(2, 0, () => [e.input(0)])).toThrow(
      'odd: the cell declares 2 states, but its step returns 1',
    );
    expect(define(1, 1, () => [e.input(0)])).toThrow(
      'odd: output state 1 does not exist; the cell has 1 states',
    );
    expect(define(0, 0, () => [])).toThrow(ProgramError);
    expect(define(1, 0, () => [e.coordinate(0)])).toThrow('not a coordinate');
    expect(define(1, 0, () => [e.scalar(0)])).toThrow('not a scalar');
    expect(define(1, 0, () => [e.input(7)])).toThrow('input 7 is used, but only 3 inputs are declared');
  });
});

describe('withoutRecurrentProduct', () => {
  it('is the cell with r = 0, made once', () => {
    const still = withoutRecurrentProduct(gru);
    expect(withoutRecurrentProduct(gru)).toBe(still);
    const inputs = [0.3, -0.2, 0.5, 9, 9, 9, 0.7];
    expect(run(still.forward, inputs)).toEqual(run(gru.forward, [0.3, -0.2, 0.5, 0, 0, 0, 0.7]));
    const [withZeros, without] = [
      run(gru.backward, [0.3, -0.2, 0.5, 0, 0, 0, 0.7, 1]),
      run(still.backward, [...inputs, 1]),
    ];
    expect(without.slice(0, 3)).toEqual(withZeros.slice(0, 3));
    expect(without.slice(6)).toEqual(withZeros.slice(6));
  });

  it('says when a gate or state is used that is not there', () => {
    const build = () => defineCell({ gates: 1, states: 1 }, ({ x: [, second] }) => [e.tanh(second!)]);
    expect(build).toThrow(/an argument is undefined; does the program or cell have that many inputs, gates/);
  });
});
