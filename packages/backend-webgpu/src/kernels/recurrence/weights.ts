import { ELEMENT_BYTES, permuteView, sizeOf, sliceView, type View, viewOf } from '@ostinato/kernel';
import type { GpuStorage } from '../../device/storage.js';
import type { KernelContext } from '../context.js';
import { type FactorFormat, float32Format } from '../factor-format.js';
import { type Operand, Operands } from '../operands.js';
import { runElements } from '../run.js';
import { copy } from './copies.js';

/**
 * The weights of a sweep as whole-sequence kernels read them: four terms of the product of a unit in a vector, neighbours for
 * neighbouring units. What is missing to a whole vector is 0.
 */
export interface PackedWeights {
  readonly storage: GpuStorage;
  /** Axes `four`, `gate` and `unit` forward, `four` and `unit` backward. */
  readonly operand: Operand;
}

/** Packs R [H, G, H] for r = s0 · R: terms are the first axis. The caller frees the storage. */
export function packForward(context: KernelContext, R: View, format: FactorFormat): PackedWeights {
  const [H, G] = R.shape as [number, number];
  const size = Math.ceil(H / 4) * 4 * G * H;
  const storage = context.memory.alloc(size * format.bytes, true);
  pack(context, 'recurrence', R, H, viewOf(storage, [size]), format);
  const view = viewOf(storage, [Math.ceil(H / 4), G, H]);
  return { storage, operand: { view, axes: ['four', 'gate', 'unit'], elements: `vec4<${format.type}>` } };
}

/**
 * Packs R [H, G, H] for what flows back, dr · Rᵀ: terms are gates and units; those of inner gates begin with a vector of their own. The
 * caller frees the storage.
 */
export function packBackward(context: KernelContext, R: View, innerGates: number): PackedWeights {
  const [H, G] = R.shape as [number, number];
  const outerGates = G - innerGates;
  const foursOf = (gates: number): number => Math.ceil((gates * H) / 4);
  const fours = foursOf(outerGates) + foursOf(innerGates);
  const storage = context.memory.alloc(fours * 4 * H * ELEMENT_BYTES, true);
  const packGates = (begin: number, end: number, first: number): void => {
    if (begin === end) return;
    const source = permuteView(sliceView(R, 1, begin, end), [1, 2, 0]);
    const target = viewOf(storage, [foursOf(end - begin) * 4 * H], 'f32', first * 4 * H);
    pack(context, 'recurrenceGrad', source, (end - begin) * H, target, float32Format);
  };
  packGates(0, outerGates, 0);
  packGates(outerGates, G, foursOf(outerGates));
  return {
    storage,
    operand: { view: viewOf(storage, [fours, H]), axes: ['four', 'unit'], elements: 'vec4<f32>' },
  };
}

/** R [H, G, H] rounded, in the same order. The caller frees the storage. */
export function roundedWeights(context: KernelContext, R: View, format: FactorFormat): PackedWeights {
  // Storages have whole words.
  const storage = context.memory.alloc(Math.ceil((sizeOf(R.shape) * format.bytes) / 4) * 4, true);
  const view = viewOf(storage, R.shape);
  copy(context, 'recurrence', R, view, format);
  return { storage, operand: { view, axes: ['term', 'gate', 'unit'], elements: format.type } };
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
