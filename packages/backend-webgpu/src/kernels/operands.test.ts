import { type View, viewOf } from '@ostinato/kernel';
import { describe, expect, it } from 'vitest';
import { Loops } from './loops.js';
import { Operands } from './operands.js';
import { recordingContext, view } from './recurrence/recorded.fixture.js';
import { run } from './run.js';

const axes = ['row', 'column'];

describe('operands', () => {
  it('are spelled by position, and their strides are uniforms', () => {
    const { context, recorded } = recordingContext();
    const x = { ...view([3, 4]), offset: 5 };
    const operands = new Operands({ x: { view: x, axes }, y: { view: view([3, 4]), axes, write: true } });
    const code = (all: Operands) => `${all.element('y', 0, 1)} = ${all.element('x', 'i', '(i + 1)')};`;
    const numbers = { count: 12 };
    run(context, { label: 'test', key: '', operands, numbers, floats: { half: 0.5 }, code }, [1]);
    const [{ code: text, words, buffers }] = recorded as [(typeof recorded)[0]];
    expect(text()).toBe(`struct Numbers {
  count: i32,
  half: f32,
  xOffset: i32,
  xRow: i32,
  xColumn: i32,
  yOffset: i32,
  yRow: i32,
  yColumn: i32,
}
@group(0) @binding(0) var<uniform> u: Numbers;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

y[u.yOffset + u.yColumn] = x[u.xOffset + i * u.xRow + (i + 1) * u.xColumn];`);
    expect(words).toEqual([12, 0x3f000000, 5, 4, 1, 0, 4, 1]);
    expect(buffers).toMatchObject([{ write: false }, { write: true }]);
  });

  it('share the buffer of a storage, which holds what is written', () => {
    const whole = view([24]);
    const part = (offset: number, dtype: View['dtype']) => viewOf(whole.storage, [3, 4], dtype, offset);
    const operands = new Operands({
      lengths: { view: part(0, 'i32'), axes },
      out: { view: part(12, 'f32'), axes, write: true },
    });
    expect(operands.declarations()).toBe(
      '@group(0) @binding(1) var<storage, read_write> lengths: array<f32>;',
    );
    expect(operands.elementAt('lengths', '0')).toBe('bitcast<i32>(lengths[0])');
    expect(operands.elementAt('out', '0')).toBe('lengths[0]');
  });

  it('have another key where the text of a shader differs', () => {
    const x = view([3, 4]);
    const key = (second: View, names: readonly string[] = axes, write = true) =>
      new Operands({ x: { view: x, axes }, y: { view: second, axes: names, write } }).key;
    const keys = [
      key(view([3, 4])),
      key(x),
      key(view([3, 4], 'i32')),
      key(view([3, 4]), ['row']),
      key(view([3, 4]), axes, false),
    ];
    expect(new Set(keys).size).toBe(keys.length);
    expect(key({ ...view([3, 4]), offset: 3, strides: [1, 3] })).toBe(keys[0]);
  });
});

describe('loops', () => {
  it('take positions apart, the last axis first', () => {
    const loops = new Loops('axis', [2, 3, 4]);
    expect(loops.numbers).toEqual({ axisLength0: 2, axisLength1: 3, axisLength2: 4 });
    expect(loops.coordinates('at')).toEqual([
      'let axis2 = i32(u32(at) % u32(u.axisLength2));',
      'let axis2Rest = u32(at) / u32(u.axisLength2);',
      'let axis1 = i32(axis2Rest % u32(u.axisLength1));',
      'let axis1Rest = axis2Rest / u32(u.axisLength1);',
      'let axis0 = i32(axis1Rest);',
    ]);
    expect(new Loops('axis', [7]).coordinates('at')).toEqual(['let axis0 = at;']);
    expect(new Loops('axis', []).coordinates('at')).toEqual([]);
  });
});
