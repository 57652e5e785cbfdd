import { describe, expect, it } from 'vitest';
import { ProgramError } from './errors.js';
import * as e from './expr.js';
import { defineProgram, fill, identity, programOf } from './program.js';

const [x, y] = [e.input(0), e.input(1)];

describe('expressions', () => {
  it('are interned: the same structure is the same object', () => {
    expect(e.add(e.tanh(x), 2)).toBe(e.add(e.tanh(e.input(0)), e.constant(2)));
    expect(e.add(x, y)).not.toBe(e.add(y, x));
    expect(e.constant(0)).not.toBe(e.constant(-0));
    expect(e.constant(Number.NaN)).toBe(e.constant(Number.NaN));
    expect(e.random(e.scalar(0), e.scalar(1), 2)).toBe(e.random(e.scalar(0), e.scalar(1), 2));
    expect(e.random(e.scalar(0), e.scalar(1), 2)).not.toBe(e.random(e.scalar(0), e.scalar(1)));
    expect(e.coordinate(0)).not.toBe(e.coordinate(1));
  });

  it('fold constants', () => {
    expect(e.add(2, 3)).toBe(e.constant(5));
    expect(e.sigmoid(0)).toBe(e.constant(0.5));
    expect(e.select(1, x, y)).toBe(x);
    expect(e.select(0, x, y)).toBe(y);
  });

  it('drop neutral elements', () => {
    for (const same of [e.add(x, 0), e.add(0, x), e.sub(x, 0), e.mul(x, 1), e.mul(1, x), e.div(x, 1)]) {
      expect(same).toBe(x);
    }
    expect(e.mul(x, 0)).toBe(e.constant(0));
    expect(e.sub(0, x)).toBe(e.neg(x));
    expect(e.mul(-1, x)).toBe(e.neg(x));
    expect(e.neg(e.neg(x))).toBe(x);
    expect(e.pow(x, 1)).toBe(x);
    expect(e.pow(x, 0)).toBe(e.constant(1));
    expect(e.select(x, y, y)).toBe(y);
  });

  it('refuse a wrong number of arguments', () => {
    expect(() => e.operation('add', x)).toThrow(ProgramError);
    expect(() => e.operation('add', x)).toThrow('add: takes 2 arguments, got 1');
    expect(() => e.zipWith(e.add, [x], [x, y])).toThrow('zipWith: lists of 1 and 2 expressions');
  });

  it('are listed arguments first, each once', () => {
    const shared = e.tanh(x);
    const root = e.add(shared, e.mul(shared, y));
    const order = e.topological([root, shared]);
    expect(order.length).toBe(new Set(order).size);
    expect(order.indexOf(shared)).toBeLessThan(order.indexOf(root));
    expect(order.at(-1)).toBe(root);
    expect(e.topological([e.random(e.scalar(3), e.scalar(4))])).toContain(e.scalar(3));
  });

  it('are rewritten by substitution, simplified again', () => {
    const [result] = e.substitute([e.add(e.mul(x, y), y)], (leaf) =>
      leaf === x ? e.constant(0) : undefined,
    );
    expect(result).toBe(y);
  });
});

describe('primitives', () => {
  const p = e.primitives;

  it('round halves to even', () => {
    const halves = [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 3.5];
    expect(halves.map(p.round)).toEqual([-2, -2, -0, 0, 2, 2, 4]);
    expect([0.49999999999999994, 2 ** 52 + 1, -3.2, 3.7].map(p.round)).toEqual([0, 2 ** 52 + 1, -3, 4]);
    expect(p.round(Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY);
    expect(p.round(Number.NaN)).toBeNaN();
  });

  it('take the sign of the divisor for remainders', () => {
    expect(p.mod(7, 3)).toBe(1);
    expect(p.mod(-7, 3)).toBe(2);
    expect(p.mod(7, -3)).toBe(-2);
    expect(p.mod(-7, -3)).toBe(-1);
  });

  it('hand NaN on, and compare it as unequal', () => {
    for (const op of ['min', 'max', 'add', 'mod', 'pow'] as const) expect(p[op](Number.NaN, 1)).toBeNaN();
    expect(p.sign(Number.NaN)).toBeNaN();
    expect(p.equal(Number.NaN, Number.NaN)).toBe(0);
    expect(p.less(Number.NaN, 1)).toBe(0);
  });

  it('know zero and infinity', () => {
    expect([-2, 0, 3].map(p.sign)).toEqual([-1, 0, 1]);
    expect(p.sigmoid(Number.NEGATIVE_INFINITY)).toBe(0);
    expect(p.sigmoid(Number.POSITIVE_INFINITY)).toBe(1);
    expect(p.select(0, 1, 2)).toBe(2);
    expect(p.select(-1, 1, 2)).toBe(1);
  });
});

describe('programs', () => {
  it('have a key by what they compute and take', () => {
    const first = defineProgram({ inputs: 2 }, ({ x: [a, b] }) => [e.add(a!, b!)]);
    expect(first.key).toBe(defineProgram({ inputs: 2 }, ({ x: [a, b] }) => [e.add(a!, b!)]).key);
    expect(first.key).not.toBe(defineProgram({ inputs: 3 }, ({ x: [a, b] }) => [e.add(a!, b!)]).key);
    expect(first.key).not.toBe(defineProgram({ inputs: 2 }, ({ x: [a, b] }) => [e.sub(a!, b!)]).key);
    expect(identity).toMatchObject({ inputs: 1, scalars: 0 });
    expect(fill).toMatchObject({ inputs: 0, scalars: 1 });
  });

  it('refuse leaves that are not declared', () => {
    expect(() => programOf([y], 1)).toThrow('program: input 1 is used, but only 1 inputs are declared');
    expect(() => programOf([e.scalar(0)], 1)).toThrow(ProgramError);
    expect(() => programOf([e.random(e.scalar(0), e.scalar(1))], 0, 1)).toThrow('scalar argument 1');
  });
});
