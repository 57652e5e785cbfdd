import {
  ELEMENT_BYTES,
  permuteView,
  reshapeView,
  sizeOf,
  sliceView,
  type View,
  viewOf,
} from '@ostinato/kernel';
import type { KernelContext } from '../context.js';
import { type FactorFormat, float32Format } from '../factor-format.js';
import { type Operand, Operands } from '../operands.js';
import { runElements } from '../run.js';
import type { Scratch } from '../scratch.js';
import { copy } from './copies.js';

/*
 * The weights of a sweep, in scratch. Whole-sequence kernels read four terms of the product of a unit in a vector, neighbours for
 * neighbouring units; what is missing to a whole vector is 0.
 */

/** Packs R [H, G, H] for r = s0 · R: terms are the first axis. Axes `four`, `gate` and `unit`. */
export function packForward(
  context: KernelContext,
  scratch: Scratch,
  R: View,
  format: FactorFormat,
): Operand {
  const [H, G] = R.shape as [number, number];
  const size = Math.ceil(H / 4) * 4 * G * H;
  const storage = scratch(size * format.bytes);
  pack(context, 'recurrence', R, H, viewOf(storage, [size]), format);
  const view = viewOf(storage, [Math.ceil(H / 4), G, H]);
  return { view, axes: ['four', 'gate', 'unit'], elements: `vec4<${format.type}>` };
}

/**
 * Packs R [H, G, H] for what flows back, dr · Rᵀ: terms are gates and units; those of inner gates begin with a vector of their own.
 * Axes `four` and `unit`.
 */
export function packBackward(context: KernelContext, scratch: Scratch, R: View, innerGates: number): Operand {
  const [H, G] = R.shape as [number, number];
  const outerGates = G - innerGates;
  const foursOf = (gates: number): number => Math.ceil((gates * H) / 4);
  const fours = foursOf(outerGates) + foursOf(innerGates);
  const storage = scratch(fours * 4 * H * ELEMENT_BYTES);
  const packGates = (begin: number, end: number, first: number): void => {
    if (begin === end) return;
    const source = permuteView(sliceView(R, 1, begin, end), [1, 2, 0]);
    const target = viewOf(storage, [foursOf(end - begin) * 4 * H], 'f32', first * 4 * H);
    pack(context, 'recurrenceGrad', source, (end - begin) * H, target, float32Format);
  };
  packGates(0, outerGates, 0);
  packGates(outerGates, G, foursOf(outerGates));
  return { view: viewOf(storage, [fours, H]), axes: ['four', 'unit'], elements: 'vec4<f32>' };
}

/** R [H, G, H] as a matrix [G · H, H], so that neighbours in a workgroup read neighbours. Axes `term` and `unit`. */
export function transposedWeights(context: KernelContext, scratch: Scratch, R: View): Operand {
  const transposed = permuteView(R, [1, 2, 0]);
  const [G, H] = transposed.shape as [number, number];
  const target = viewOf(scratch(sizeOf(R.shape) * ELEMENT_BYTES), transposed.shape);
  copy(context, 'recurrenceGrad', transposed, target);
  return { view: reshapeView(target, [G * H, H])!, axes: ['term', 'unit'] };
}

/** R [H, G, H] rounded, in the same order. Axes `term`, `gate` and `unit`. */
export function roundedWeights(
  context: KernelContext,
  scratch: Scratch,
  R: View,
  format: FactorFormat,
): Operand {
  // Storages have whole words.
  const view = viewOf(scratch(Math.ceil((sizeOf(R.shape) * format.bytes) / 4) * 4), R.shape);
  copy(context, 'recurrence', R, view, format);
  return { view, axes: ['term', 'gate', 'unit'], elements: format.type };
}

/**
 * @param source a view of three axes, whose elements in row-major order are a matrix [terms, columns]
 * @param packed [terms rounded up to fours, columns] in one axis
 */
function pack(
  context: KernelContext,
  label: string,
  source: View,
  terms: number,
  packed: View,
  format: FactorFormat,
): void {
  const size = sizeOf(packed.shape);
  const columns = sizeOf(source.shape) / terms;
  const operands = new Operands({
    source: { view: source, axes: ['axis0', 'axis1', 'axis2'] },
    packed: { view: packed, axes: ['index'], write: true, elements: format.type },
  });
  const [, length1, length2] = source.shape as [number, number, number];
  runElements(
    context,
    {
      label,
      key: 'pack',
      operands,
      directives: format.directives,
      numbers: { terms, columns, length1, length2 },
      code: (all) => ({
        module: format.helpers,
        body: `  let term = index / (4 * u.columns) * 4 + index % 4;
  let at = term * u.columns + index / 4 % u.columns;
  var value = 0f;
  if (term < u.terms) {
    let c = at % u.length2;
    let b = at / u.length2 % u.length1;
    let a = at / u.length2 / u.length1;
    value = ${all.element('source', 'a', 'b', 'c')};
  }
  ${all.element('packed', 'index')} = ${format.rounded('value')};`,
      }),
    },
    size,
  );
}

/** An expression of type `vec4<f32>`: four neighbours of an array of factors, from `4 * k` on. */
export function four(array: string, begin = '', format = float32Format): string {
  const at = (index: number): string => `${array}[${begin}4 * k${index > 0 ? ` + ${index}` : ''}]`;
  return format.widenedFour(`vec4<${format.type}>(${[0, 1, 2, 3].map(at).join(', ')})`);
}

/** The sum of the components of a vector. */
export function total(vector: string): string {
  return `(${vector}.x + ${vector}.y) + (${vector}.z + ${vector}.w)`;
}
