import {
  defineProgram,
  expr,
  IndexError,
  identity,
  permuteView,
  registeredBackends,
  type View,
  viewOf,
} from '@ostinato/kernel';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { cpu } from '../index.js';
import { PlainBackend } from './backend.js';

const place = (backend: PlainBackend, data: readonly number[], shape = [data.length]): View => {
  const view = viewOf(backend.alloc(4 * data.length), shape);
  backend.write(view.storage, new Float32Array(data));
  return view;
};
const indices = (backend: PlainBackend, data: readonly number[], shape = [data.length]): View => {
  const view = viewOf(backend.alloc(4 * data.length), shape, 'i32');
  backend.write(view.storage, new Int32Array(data));
  return view;
};
const contents = async (backend: PlainBackend, view: View): Promise<number[]> => [
  ...new Float32Array(await backend.read(view.storage)),
];

describe('importing the package', () => {
  it('registers nothing', () => {
    expect(registeredBackends()).toEqual([]);
  });

  it('offers a factory that always has a backend', async () => {
    expect(await cpu({ simd: false, poolBytes: 0 })()).toBeInstanceOf(PlainBackend);
  });
});

describe('kernels made from text', () => {
  afterEach(() => vi.unstubAllGlobals());
  const program = defineProgram({ inputs: 1, scalars: 2 }, ({ x: [x], a: [s, t] }) => [
    expr.add(expr.tanh(x!), expr.random(s!, t!)),
    expr.mul(x!, expr.coordinate(1)),
  ]);

  async function run(backend: PlainBackend): Promise<number[][]> {
    const x = permuteView(place(backend, [1, 2, 3, 4, 5, 6], [3, 2]), [1, 0]);
    const outs = [place(backend, [0, 0, 0, 0, 0, 0], [2, 3]), place(backend, [0, 0, 0, 0, 0, 0], [2, 3])];
    backend.map(program, [x], [3, 4], outs);
    const [rows, columns, all] = [place(backend, [0, 0]), place(backend, [0, 0, 0]), place(backend, [0])];
    backend.reduce('sum', identity, [x], [], [1], { ...rows, shape: [2, 1], strides: [1, 0] });
    backend.reduce('max', identity, [x], [], [0], { ...columns, shape: [1, 3], strides: [0, 1] });
    backend.reduce('min', identity, [x], [], [0, 1], { ...all, shape: [1, 1], strides: [0, 0] });
    return Promise.all([...outs, rows, columns, all].map((view) => contents(backend, view)));
  }

  it('give way to an interpreter where a security policy forbids them', async () => {
    const compiled = await run(new PlainBackend());
    expect(compiled.slice(2)).toEqual([[9, 12], [2, 4, 6], [1]]);
    const forbidden = vi.fn(() => {
      throw new EvalError('Refused to evaluate a string as JavaScript');
    });
    vi.stubGlobal('Function', forbidden);
    const backend = new PlainBackend();
    expect(forbidden).toHaveBeenCalled();
    expect(backend.fused.recurrence).toBeUndefined();
    expect(backend.fused.softmax).toBeDefined();
    expect(await run(backend)).toEqual(compiled);
  });

  it('are made once for a program and a layout', () => {
    const backend = new PlainBackend();
    const make = vi.fn(Function);
    vi.stubGlobal('Function', make);
    const [x, y] = [place(backend, [1, 2, 3, 4], [2, 2]), place(backend, [1, 2, 3, 4], [2, 2])];
    backend.map(identity, [x], [], [y]);
    backend.map(identity, [place(backend, [5, 6, 7])], [], [place(backend, [5, 6, 7])]);
    expect(make).toHaveBeenCalledTimes(1);
    backend.map(identity, [permuteView(x, [1, 0])], [], [y]);
    expect(make).toHaveBeenCalledTimes(2);
  });
});

describe('whole numbers', () => {
  it('are stored truncated toward zero', async () => {
    const backend = new PlainBackend();
    const out = indices(backend, [0, 0, 0]);
    backend.map(identity, [place(backend, [2.9, -2.9, -0.5])], [], [out]);
    expect([...new Int32Array(await backend.read(out.storage))]).toEqual([2, -2, 0]);
    const back = place(backend, [9, 9, 9]);
    backend.map(identity, [out], [], [back]);
    expect(await contents(backend, back)).toEqual([2, -2, 0]);
  });
});

describe('indices', () => {
  it('outside the table are named with their position, before anything is written', async () => {
    const backend = new PlainBackend();
    const table = place(backend, [1, 2, 3, 4, 5, 6], [3, 2]);
    const out = place(backend, [0, 0, 0, 0, 0, 0, 0, 0], [2, 2, 2]);
    const wrong = indices(backend, [0, 1, 2, 3], [2, 2]);
    expect(() => backend.gather(table, wrong, out)).toThrow(IndexError);
    expect(() => backend.gather(table, wrong, out)).toThrow(
      'gather: index 3 at position [1, 1] is outside the table of 3 rows; give whole numbers from 0 to 2',
    );
    expect(await contents(backend, out)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    expect(() => backend.scatterAdd(out, permuteView(wrong, [1, 0]), table)).toThrow(
      'index 3 at position [1, 1]',
    );
    expect(() => backend.scatterAdd(place(backend, [1, 1], [1, 2]), indices(backend, [-1]), table)).toThrow(
      'scatterAdd: index -1 at position [0] is outside the table of 3 rows',
    );
    const empty = viewOf(table.storage, [0, 2]);
    expect(() => backend.gather(empty, indices(backend, [0]), viewOf(out.storage, [1, 2]))).toThrow(
      'the table is empty',
    );
  });

  it('that are repeated add up in order', async () => {
    const backend = new PlainBackend();
    const out = place(backend, [0, 0], [2, 1]);
    const updates = place(backend, [2 ** 24, 1, 1], [3, 1]);
    backend.scatterAdd(updates, indices(backend, [1, 1, 1]), out);
    // In float32, 2^24 + 1 is 2^24: the order can be seen.
    expect(await contents(backend, out)).toEqual([0, 2 ** 24]);
  });
});

describe('sums', () => {
  it('are accumulated in float64, along rows and columns alike', async () => {
    const backend = new PlainBackend();
    const count = 100_000;
    const x = place(backend, new Array<number>(2 * count).fill(0.1), [count, 2]);
    const sums = place(backend, [0, 0]);
    const exact = Math.fround(Math.fround(0.1) * count);
    backend.reduce('sum', identity, [x], [], [0], { ...sums, shape: [1, 2], strides: [0, 1] });
    expect(await contents(backend, sums)).toEqual([exact, exact]);
    const turned = permuteView(x, [1, 0]);
    backend.reduce('sum', identity, [turned], [], [1], { ...sums, shape: [2, 1], strides: [1, 0] });
    expect(await contents(backend, sums)).toEqual([exact, exact]);
  });
});
