import type { View } from '@ostinato/kernel';
import type { HelperName } from '../wgsl/helpers.js';

/*
 * Numbers of either type in kernels that see operands as bits (`elements: 'u32'`).
 */

/** Bits from a buffer as an `f32` number, whatever the view holds. */
export function fromBits(bits: string, { dtype }: View): string {
  return dtype === 'i32' ? `f32(bitcast<i32>(${bits}))` : `bitcast<f32>(${bits})`;
}

/** An `f32` number as bits of what the view holds. It takes the functions `toBitsHelpers`. */
export function toBits(value: string, { dtype }: View): string {
  return dtype === 'i32' ? `bitcast<u32>(wholeOf(${value}))` : `bitcast<u32>(${value})`;
}

/** The functions that `toBits` calls for these views. */
export function toBitsHelpers(views: readonly View[]): readonly HelperName[] {
  return views.some(({ dtype }) => dtype === 'i32') ? ['wholeOf'] : [];
}
