import { defineProgram, expr, fill, identity, permuteView, type View, viewOf } from '@ostinato/kernel';
import { expect, it } from 'vitest';
import { map } from './map.js';
import { defaultLimits, recordingContext, view } from './recurrence/recorded.fixture.js';
import { reduce } from './reduce.js';

const scaled = defineProgram({ inputs: 2, scalars: 1 }, ({ x, a }) => [
  expr.add(expr.mul(x[0]!, a[0]!), x[1]!),
]);

it('compiles a program once for all sizes, strides and scalars', () => {
  const { context, recorded } = recordingContext();
  const repeated: View = { ...view([1]), shape: [64], strides: [0] };
  map(context, scaled, [view([32]), view([32])], [2], [view([32])]);
  map(context, scaled, [view([40, 30]), view([40, 30])], [3], [view([40, 30])]);
  map(context, scaled, [view([64]), repeated], [0.5], [view([64])]);
  const [a, b, c] = [view([5, 7]), view([5, 7]), view([5, 7])].map((one) => permuteView(one, [1, 0]));
  map(context, scaled, [a!, b!], [1], [c!]);
  expect(new Set(recorded.map(({ key }) => key)).size).toBe(1);
  expect(recorded.map(({ groups }) => groups)).toEqual([
    [1, 1],
    [19, 1],
    [1, 1],
    [1, 1],
  ]);
  map(context, scaled, [permuteView(view([5, 7]), [1, 0]), view([7, 5])], [1], [view([7, 5])]);
  expect(new Set(recorded.map(({ key }) => key)).size).toBe(2);
});

it('takes four numbers at once where many lie one behind the other', () => {
  const { context, recorded } = recordingContext();
  const many = 2 ** 14;
  const at = (offset: number, length = many) => ({ ...view([length]), offset });
  map(context, scaled, [at(0), at(4)], [2], [at(8)]);
  expect(recorded[0]!.groups).toEqual([many / 4 / 64, 1]);
  expect(recorded[0]!.code()).toContain('array<vec4<u32>>');
  for (const [x, out] of [
    [at(1), at(0)],
    [at(0), at(2)],
    [at(0, many + 2), at(0, many + 2)],
    [at(0, 64), at(0, 64)],
    [{ ...at(0), strides: [0] }, at(0)],
    [permuteView(view([128, 128]), [1, 0]), view([128, 128])],
  ] as const) {
    recorded.length = 0;
    map(context, scaled, [x, x], [2], [out]);
    expect(recorded[0]!.code()).toContain('array<u32>');
  }
});

it('binds a storage once, however many views lie in it', () => {
  const { context, recorded } = recordingContext();
  const whole = view([3, 8]);
  const row = (index: number): View => viewOf(whole.storage, [8], 'f32', 8 * index);
  map(context, scaled, [row(0), row(1)], [2], [row(2)]);
  expect(recorded[0]!.buffers).toMatchObject([{ storage: whole.storage, write: true }]);
  expect(recorded[0]!.code()).toContain('var<storage, read_write> input0: array<u32>;');
});

it('shares long reductions among workgroups, and short ones not', () => {
  const { context, recorded } = recordingContext();
  reduce(context, 'sum', identity, [view([300])], [], [0], view([1]));
  expect(recorded.map(({ groups }) => groups)).toEqual([[1, 1, 1]]);
  recorded.length = 0;
  reduce(context, 'sum', identity, [view([100_000])], [], [0], view([1]));
  expect(recorded.map(({ groups }) => groups)).toEqual([
    [1, 1, 13],
    [1, 1, 1],
  ]);
  recorded.length = 0;
  // Columns: 32 neighbours side by side, and 8 rows of invocations.
  reduce(context, 'max', identity, [view([40, 640])], [], [0], view([1, 640]));
  expect(recorded.map(({ groups }) => groups)).toEqual([[20, 1, 1]]);
});

it('lets subgroups take short rows where there are many, and workgroups long ones', () => {
  const { context, recorded } = recordingContext(defaultLimits, ['subgroups']);
  const groupsOf = (rows: number, numbers: number) => {
    recorded.length = 0;
    reduce(context, 'sum', identity, [view([rows, numbers])], [], [1], view([rows, 1]));
    return recorded.map(({ groups }) => groups);
  };
  // As many workgroups as would do if each were one subgroup: how large those are is not known.
  expect(groupsOf(1000, 100)).toEqual([[1000, 1, 1]]);
  expect(recorded[0]!.code()).toMatch(/^enable subgroups;/);
  expect(groupsOf(1000, 2000)).toEqual([[1000, 1, 1]]);
  expect(recorded[0]!.code()).toContain('subgroupAdd(all)');
  // Short rows, or few of them.
  expect(groupsOf(1000, 10)).toEqual([[16, 1, 1]]);
  expect(groupsOf(10, 100)).toEqual([[2, 1, 1]]);
  expect(recorded[0]!.code()).not.toContain('subgroup');
});

it('does nothing where there is nothing to write', () => {
  const { context, recorded } = recordingContext();
  map(context, fill, [], [1], [view([3, 0])]);
  reduce(context, 'sum', identity, [view([0, 4])], [], [1], view([0, 1]));
  expect(recorded).toEqual([]);
});
