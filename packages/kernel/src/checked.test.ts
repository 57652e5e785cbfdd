import { beforeEach, describe, expect, it } from 'vitest';
import type { Backend, CtcLossArgs, ProjectionGradArgs, RecurrenceArgs } from './backend.js';
import { defineCell } from './cell.js';
import { checked } from './checked.js';
import { DTypeError, IndexError, LifetimeError, ProgramError, ShapeError } from './errors.js';
import { add, mul, tanh } from './expr.js';
import { defineProgram, fill, identity } from './program.js';
import { ReferenceBackend } from './reference.js';
import {
  broadcastView,
  type DType,
  permuteView,
  selectView,
  sizeOf,
  sliceView,
  type View,
  viewOf,
} from './view.js';

let inner: ReferenceBackend;
let backend: Backend;
beforeEach(() => {
  inner = new ReferenceBackend();
  backend = checked(inner);
});

const make = (shape: readonly number[], dtype: DType = 'f32'): View =>
  viewOf(backend.alloc(4 * sizeOf(shape)), shape, dtype);
const indices = (data: readonly number[], shape = [data.length]): View => {
  const view = make(shape, 'i32');
  backend.write(view.storage, new Int32Array(data));
  return view;
};
const sum = defineProgram({ inputs: 2 }, ({ x: [a, b] }) => [add(a!, b!)]);

describe('checked: views', () => {
  it('have one shape in map', () => {
    expect(() => backend.map(sum, [make([2, 3]), make([3])], [], [make([2, 3])])).toThrow(
      'map: input 1 has shape [3], but [2, 3] is expected',
    );
    expect(() => backend.map(identity, [make([2])], [], [make([3])])).toThrow(ShapeError);
  });

  it('stay inside their storage', () => {
    const out = make([2, 3]);
    const outside = { ...make([2, 3]), offset: 1 };
    expect(() => backend.map(identity, [outside], [], [out])).toThrow(
      'map: input 0 reaches from element 1 to 6, but its storage has 6 elements (shape [2, 3], strides [3, 1], offset 1)',
    );
    expect(() => backend.map(identity, [{ ...make([2]), strides: [-1] }], [], [make([2])])).toThrow(
      /from element -1 to 0/,
    );
    expect(() => backend.map(identity, [{ ...make([0]), offset: 99 }], [], [make([0])])).not.toThrow();
  });

  it('are well formed', () => {
    expect(() => backend.map(fill, [], [1], [{ ...make([2]), strides: [1, 1] }])).toThrow(
      '1 axes, but 2 strides',
    );
    expect(() => backend.map(fill, [], [1], [{ ...make([2]), shape: [-2] }])).toThrow('whole numbers from 0');
    expect(() => backend.map(fill, [], [1], [{ ...make([2]), offset: 0.5 }])).toThrow('whole numbers');
  });

  it('repeat nothing where they are written', () => {
    expect(() => backend.map(fill, [], [1], [broadcastView(make([3]), [2, 3])])).toThrow(
      'map: output 0 is written, but its axis 0 repeats elements (stride 0)',
    );
  });

  it('overlap only where they are the same, in map', () => {
    const x = make([3, 3]);
    expect(() => backend.map(identity, [permuteView(x, [1, 0])], [], [x])).toThrow(
      'map: output 0 overlaps input 0 without being the same view',
    );
    expect(() => backend.map(identity, [x], [], [x])).not.toThrow();
    const [left, right] = [sliceView(x, 1, 0, 1), sliceView(x, 1, 2, 3)];
    expect(() => backend.map(identity, [left], [], [right])).not.toThrow();
    const twice = defineProgram({ inputs: 1 }, ({ x: [a] }) => [a!, mul(a!, 2)]);
    expect(() => backend.map(twice, [left], [], [right, right])).toThrow(
      'map: output 1 overlaps output 0; results would depend on the order of work',
    );
    expect(() => backend.matmul(x, make([3, 3]), x)).toThrow('matmul: out overlaps a;');
    const row = sliceView(x, 0, 0, 1);
    expect(() => backend.reduce('sum', identity, [row], [], [0], row)).toThrow(
      'reduce: out overlaps input 0;',
    );
  });
});

describe('checked: programs', () => {
  it('get what they take', () => {
    expect(() => backend.map(sum, [make([2])], [], [make([2])])).toThrow(
      'map: the program takes 2 inputs and 0 scalars, but 1 inputs and 0 scalars are given',
    );
    expect(() => backend.map(fill, [], [], [make([2])])).toThrow(ProgramError);
    expect(() => backend.map(identity, [make([2])], [], [])).toThrow(
      'the program has 1 outputs, but 0 views',
    );
    expect(() => backend.reduce('sum', fill, [], [1], [0], make([1]))).toThrow(ProgramError);
  });
});

describe('checked: kernels', () => {
  it('reduce takes axes that exist, and a result of length 1 along them', () => {
    const x = make([2, 3]);
    expect(() => backend.reduce('sum', identity, [x], [], [2], make([2, 3]))).toThrow(
      'reduce: axes [2] do not all exist in shape [2, 3]',
    );
    expect(() => backend.reduce('sum', identity, [x], [], [1], make([2]))).toThrow(
      'reduce: out has shape [2], but [2, 1] is expected',
    );
    expect(() => backend.reduce('sum', identity, [x], [], [1], make([2, 1]))).not.toThrow();
  });

  it('matmul takes matrices that fit, in f32', () => {
    expect(() => backend.matmul(make([2, 3]), make([2, 3]), make([2, 3]))).toThrow(
      'matmul: a [2, 3] and b [2, 3] do not fit; expected [..., M, K] and [..., K, N]',
    );
    expect(() => backend.matmul(make([3]), make([3]), make([]))).toThrow(ShapeError);
    expect(() => backend.matmul(make([4, 2, 3]), make([5, 3, 2]), make([4, 2, 2]))).toThrow(ShapeError);
    expect(() => backend.matmul(make([2, 3]), make([3, 4]), make([4, 2]))).toThrow(
      'matmul: out has shape [4, 2], but [2, 4] is expected',
    );
    expect(() => backend.matmul(make([2, 3], 'i32'), make([3, 4]), make([2, 4]))).toThrow(
      'matmul: a is i32, but f32 is expected',
    );
  });

  it('gather and scatterAdd take one row for each index', () => {
    const table = make([10, 4]);
    expect(() => backend.gather(table, make([2]), make([2, 4]))).toThrow(DTypeError);
    expect(() => backend.gather(table, indices([1, 2]), make([2, 3]))).toThrow(
      'gather: out has shape [2, 3], but [2, 4] is expected',
    );
    expect(() => backend.gather(make([10]), indices([1]), make([1]))).toThrow('[rows, width] is expected');
    expect(() => backend.scatterAdd(make([2, 4]), indices([1, 2]), table)).not.toThrow();
  });
});

describe('checked: indices', () => {
  it('are named with their position', () => {
    const table = make([10, 4]);
    const wrong = indices([0, 1, 2, 3, 4, 5, 6, 12], [4, 2]);
    expect(() => backend.gather(table, wrong, make([4, 2, 4]))).toThrow(IndexError);
    expect(() => backend.gather(table, wrong, make([4, 2, 4]))).toThrow(
      'gather: index 12 at position [3, 1] is outside the table of 10 rows; valid are 0 to 9',
    );
    expect(() => backend.scatterAdd(make([1, 4]), indices([-1]), table)).toThrow(
      'scatterAdd: index -1 at position [0] is outside the table of 10 rows',
    );
  });

  it('are looked at through the view that is passed', () => {
    const table = make([10, 4]);
    const wrong = indices([0, 99, 2, 99], [2, 2]);
    const column = selectView(wrong, 1, 0);
    expect(() => backend.gather(table, column, make([2, 4]))).not.toThrow();
    expect(() => backend.gather(table, selectView(wrong, 1, 1), make([2, 4]))).toThrow(
      /index 99 at position \[0\]/,
    );
  });

  it('are not known once a kernel wrote them', () => {
    const seen: View[] = [];
    inner.gather = (_table, view) => void seen.push(view);
    const computed = indices([50, 50]);
    backend.map(identity, [make([2])], [], [computed]);
    backend.gather(make([10, 4]), computed, make([2, 4]));
    expect(seen).toHaveLength(1);
    backend.write(computed.storage, new Int32Array([11]), 4);
    expect(() => backend.gather(make([10, 4]), computed, make([2, 4]))).toThrow(/index 11 at position \[1\]/);
  });
});

describe('checked: memory', () => {
  it('is not used after it was freed', async () => {
    const x = make([2]);
    backend.free(x.storage);
    expect(() => backend.free(x.storage)).toThrow(LifetimeError);
    expect(() => backend.map(identity, [x], [], [make([2])])).toThrow(
      'map: input 0: a storage of 8 bytes is used after it was freed',
    );
    expect(() => backend.write(x.storage, new Float32Array(2))).toThrow(LifetimeError);
    await expect(backend.read(x.storage)).rejects.toThrow(LifetimeError);
  });

  it('is written and read inside its bounds, in whole elements', async () => {
    const { storage } = make([2]);
    expect(() => backend.write(storage, new Float32Array(2), 4)).toThrow(
      'write: bytes 4 to 12 of a storage of 8 bytes; stay inside it, in steps of 4 bytes',
    );
    expect(() => backend.write(storage, new Float32Array(1), 2)).toThrow(ShapeError);
    await expect(backend.read(storage, 4, 8)).rejects.toThrow(ShapeError);
    expect(() => backend.alloc(-1)).toThrow(ShapeError);
  });
});

describe('checked: fused kernels', () => {
  const cell = defineCell({ name: 'gated', gates: 2, states: 1, parameters: 1 }, ({ x, r, s, p }) => [
    add(tanh(add(x[0]!, r[0]!)), mul(mul(x[1]!, r[1]!), mul(p[0]!, s[0]!))),
  ]);
  const [T, B, G, H] = [3, 2, 2, 4];
  const ran: string[] = [];
  beforeEach(() => {
    const take = (name: string) => ({ supports: () => true, run: () => void ran.push(name) });
    inner = Object.assign(new ReferenceBackend(), {
      fused: {
        recurrence: take('recurrence'),
        recurrenceGrad: take('recurrenceGrad'),
        softmax: take('softmax'),
        layerNorm: take('layerNorm'),
        projection: take('projection'),
        projectionGrad: take('projectionGrad'),
        ctcLoss: take('ctcLoss'),
        linearChain: take('linearChain'),
        linearChainGrad: take('linearChainGrad'),
      },
    });
    backend = checked(inner);
    ran.length = 0;
  });
  const good = (): RecurrenceArgs => ({
    cell,
    x: make([T, B, G, H]),
    R: make([H, G, H]),
    parameters: make([1, H]),
    lengths: indices([3, 1]),
    reverse: false,
    states: make([1, T + 1, B, H]),
    products: make([T, B, G, H]),
  });

  it('are run when their arguments fit', () => {
    backend.fused.recurrence!.run(good());
    const gradients = { dx: make([T, B, G, H]), dr: make([T, B, G, H]), dInitial: make([1, B, H]) };
    const rest = { dOutput: make([T, B, H]), dFinal: null, dParameters: make([1, H]) };
    backend.fused.recurrenceGrad!.run({ ...good(), ...gradients, ...rest });
    backend.fused.softmax!.run({ x: make([2, 3]), out: make([2, 3]), logarithm: true });
    backend.fused.layerNorm!.run({
      x: make([2, 3]),
      out: make([2, 3]),
      inverseDeviation: make([2, 1]),
      epsilon: 1e-5,
    });
    const sequences = { x: make([T, B, 2]), lengths: indices([3, 1]) };
    const projected = { weight: make([2, 5]), out: make([T, B, 5]), accumulate: false };
    backend.fused.projection!.run({ ...sequences, ...projected });
    backend.fused.projectionGrad!.run({ ...sequences, gradient: make([T, B, 5]), out: make([2, 5]) });
    const all = ['recurrence', 'recurrenceGrad', 'softmax', 'layerNorm', 'projection', 'projectionGrad'];
    expect(ran).toEqual(all);
  });

  it('of linear chains are run when their arguments fit', () => {
    const chain = {
      emissions: make([T, B, 4]),
      transitions: make([4, 4]),
      start: make([4]),
      end: make([4]),
      lengths: indices([3, 0]),
      forward: make([T, B, 4]),
    };
    const outs = {
      dEmissions: make([T, B, 4]),
      dTransitions: make([4, 4]),
      dStart: make([4]),
      dEnd: make([4]),
    };
    const { linearChain, linearChainGrad } = backend.fused;
    linearChain!.run({ ...chain, logPartition: make([B]) });
    linearChainGrad!.run({ ...chain, gradient: make([B]), ...outs });
    expect(ran).toEqual(['linearChain', 'linearChainGrad']);
    expect(() => linearChain!.run({ ...chain, logPartition: make([T]) })).toThrow(
      'linearChain: logPartition has shape [3], but [2] is expected',
    );
    expect(() => linearChain!.run({ ...chain, lengths: indices([3, 4]), logPartition: make([B]) })).toThrow(
      /linearChain: .*4.*a sequence of 3 steps/,
    );
    expect(() =>
      linearChainGrad!.run({ ...chain, transitions: make([3, 4]), gradient: make([B]), ...outs }),
    ).toThrow('linearChainGrad: transitions has shape [3, 4], but [4, 4] is expected');
  });

  it.each<[string, () => Partial<RecurrenceArgs>, string]>([
    [
      'x',
      () => ({ x: make([T, B, 3, H]) }),
      'recurrence: x has shape [3, 2, 3, 4], but [steps, rows, 2 gates, units]',
    ],
    ['R', () => ({ R: make([H, H, G]) }), 'recurrence: R has shape [4, 4, 2], but [4, 2, 4] is expected'],
    [
      'parameters',
      () => ({ parameters: null }),
      'the cell gated has 1 parameters for each unit, but none are given',
    ],
    [
      'lengths',
      () => ({ lengths: indices([3, 4]) }),
      'recurrence: index 4 at position [1] is outside a sequence of 3 steps',
    ],
    ['states', () => ({ states: make([1, T, B, H]) }), 'recurrence: states has shape [1, 3, 2, 4]'],
    ['products', () => ({ products: make([T, B, H]) }), 'recurrence: products has shape [3, 2, 4]'],
  ])('refuse a wrong %s', (_, change, message) => {
    expect(() => backend.fused.recurrence!.run({ ...good(), ...change() })).toThrow(message);
    expect(ran).toEqual([]);
  });

  it('ask for dr where it differs from dx', () => {
    const gradients = { dx: make([T, B, G, H]), dr: null, dInitial: make([1, B, H]) };
    const args = { ...good(), ...gradients, dOutput: null, dFinal: null, dParameters: make([1, H]) };
    expect(() => backend.fused.recurrenceGrad!.run(args)).toThrow(
      'recurrenceGrad: dr is missing, but it differs from dx for the cell gated',
    );
  });

  it('ask for the products of the sweep forward', () => {
    const gradients = { dx: make([T, B, G, H]), dr: make([T, B, G, H]), dInitial: make([1, B, H]) };
    const rest = { dOutput: null, dFinal: null, dParameters: make([1, H]), products: null };
    expect(() => backend.fused.recurrenceGrad!.run({ ...good(), ...gradients, ...rest })).toThrow(
      'recurrenceGrad: products are missing; pass the view [3, 2, 2, 4] that the sweep forward wrote',
    );
  });

  it('refuse wrong sequences', () => {
    const args = {
      x: make([T, B, 2]),
      lengths: indices([3, 1]),
      gradient: make([T, B, 5]),
      out: make([2, 5]),
    };
    const run = (change: Partial<ProjectionGradArgs>) => () =>
      backend.fused.projectionGrad!.run({ ...args, ...change });
    expect(run({ x: make([T, 2]) })).toThrow('projectionGrad: x has shape [3, 2], but [steps, rows, size]');
    expect(run({ lengths: indices([3, 4]) })).toThrow('outside a sequence of 3 steps');
    expect(run({ gradient: make([B, T, 5]) })).toThrow(
      'projectionGrad: gradient has shape [2, 3, 5], but [3, 2, 5] is expected',
    );
    expect(run({ out: make([5, 2]) })).toThrow(
      'projectionGrad: out has shape [5, 2], but [2, 5] is expected',
    );
    expect(() => backend.fused.recurrence!.run({ ...good(), R: null })).toThrow(
      'recurrence: products are given, but the cell gated runs without R',
    );
    const flat = { ...args, weight: make([10]), out: make([T, B, 5]), accumulate: false };
    expect(() => backend.fused.projection!.run(flat)).toThrow(
      'projection: weight has shape [10], but [2, out] is expected',
    );
    const weight = make([3, 5]);
    const projected = { ...args, weight, out: make([T, B, 5]), accumulate: false };
    expect(() => backend.fused.projection!.run(projected)).toThrow(
      'projection: weight has shape [3, 5], but [2, 5] is expected',
    );
  });

  it('refuse wrong targets, lengths and blanks of ctcLoss', () => {
    const args: CtcLossArgs = {
      logits: make([T, B, 5]),
      targets: indices([1, 2, 3, 99], [B, 2]),
      inputLengths: indices([3, 2]),
      targetLengths: indices([2, 1]),
      blank: 0,
      loss: make([B]),
      gradient: make([T, B, 5]),
    };
    backend.fused.ctcLoss!.run(args);
    expect(ran).toEqual(['ctcLoss']);
    const run = (change: Partial<CtcLossArgs>) => () => backend.fused.ctcLoss!.run({ ...args, ...change });
    expect(run({ logits: make([T, 5]) })).toThrow(
      'ctcLoss: logits has shape [3, 5], but [steps, rows, classes]',
    );
    expect(run({ targets: indices([1, 2]) })).toThrow(
      'ctcLoss: targets has shape [2], but [2 rows, symbols]',
    );
    expect(run({ targets: make([B, 2]) })).toThrow('ctcLoss: targets is f32, but i32 is expected');
    expect(run({ blank: 5 })).toThrow('ctcLoss: blank is 5, but a class from 0 to 4 is expected');
    expect(run({ inputLengths: indices([3, 4]) })).toThrow(
      'index 4 at position [1] is outside a sequence of 3',
    );
    expect(run({ targetLengths: indices([3, 0]) })).toThrow(
      'index 3 at position [0] is outside a sequence of 2',
    );
    expect(run({ loss: make([T]) })).toThrow('ctcLoss: loss has shape [3], but [2] is expected');
    expect(run({ gradient: make([B, T, 5]) })).toThrow('ctcLoss: gradient has shape [2, 3, 5]');
    expect(ran).toEqual(['ctcLoss']);
  });

  it('need an axis to run over', () => {
    expect(() => backend.fused.softmax!.run({ x: make([]), out: make([]), logarithm: false })).toThrow(
      ShapeError,
    );
  });
});
