import { permuteView, sizeOf, type View, viewOf } from '@ostinato/kernel';
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
  const storage = pack(context, 'recurrence', R, H, G * H, format);
  const view = viewOf(storage, [Math.ceil(H / 4), G, H]);
  return { storage, operand: { view, axes: ['four', 'gate', 'unit'], elements: `vec4<${format.type}>` } };
}

/** Packs R [H, G, H] for what flows back, dr · Rᵀ: terms are gates and units. The caller frees the storage. */
export function packBackward(context: KernelContext, R: View): PackedWeights {
  const [H, G] = R.shape as [number, number];
  const storage = pack(context, 'recurrenceGrad', permuteView(R, [1, 2, 0]), G * H, H, float32Format);
  const view = viewOf(storage, [Math.ceil((G * H) / 4), H]);
  return { storage, operand: { view, axes: ['four', 'unit'], elements: 'vec4<f32>' } };
}

/** R [H, G, H] rounded, in the same order. The caller frees the storage. */
export function roundedWeights(context: KernelContext, R: View, format: FactorFormat): PackedWeights {
  // Storages have whole words.
  const storage = context.memory.alloc(Math.ceil((sizeOf(R.shape) * format.bytes) / 4) * 4, true);
  const view = viewOf(storage, R.shape);
  copy(context, 'recurrence', R, view, format);
  return { storage, operand: { view, axes: ['term', 'gate', 'unit'], elements: format.type } };
}

/** @param source a view of three axes, whose elements in row-major order are a matrix [terms, columns] */
function pack(
  context: KernelContext,
  label: string,
  source: View,
  terms: number,
  columns: number,
  format: FactorFormat,
): GpuStorage {
  const size = Math.ceil(terms / 4) * 4 * columns;
  const storage = context.memory.alloc(size * format.bytes, true);
  const operands = new Operands({
    source: { view: source, axes: ['axis0', 'axis1', 'axis2'] },
    packed: { view: viewOf(storage, [size]), axes: ['index'], write: true, elements: format.type },
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
  return storage;
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
