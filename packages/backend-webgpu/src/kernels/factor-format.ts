/** How exact the factors of products are: as they come, or rounded to float16 where that makes them travel lighter. */
export type Precision = 'float32' | 'float16';

/** How shaders keep the factors of a product in workgroup memory and in packed weights; sums are float32 in any case. */
export interface FactorFormat {
  readonly precision: Precision;
  /** The WGSL type of one. */
  readonly type: 'f32' | 'f16';
  /** The WGSL constant 0. */
  readonly zero: '0f' | '0h';
  readonly bytes: 4 | 2;
  /** What a shader begins with that has such factors. */
  readonly directives: string;
  /** The functions that `rounded` and `roundedFour` call, for module scope. */
  readonly helpers: string;
  /** The spelling of a factor made of an `f32`. */
  rounded(value: string): string;
  /** The spelling of four factors made of a `vec4f`. */
  roundedFour(values: string): string;
  /** The spelling of an `f32` made of a factor. */
  widened(factor: string): string;
  /** The spelling of a `vec4f` made of four factors in a vector. */
  widenedFour(factors: string): string;
}

const same = (value: string): string => value;

/** Factors as they come. */
export const float32Format: FactorFormat = {
  precision: 'float32',
  type: 'f32',
  zero: '0f',
  bytes: 4,
  directives: '',
  helpers: '',
  rounded: same,
  roundedFour: same,
  widened: same,
  widenedFour: same,
};

/**
 * Factors that are rounded to float16. What is larger than its largest number becomes that: infinity times 0 would be NaN. NaN stays;
 * it is told by its bits, since compilers may take for granted that there is none.
 */
export const float16Format: FactorFormat = {
  precision: 'float16',
  type: 'f16',
  zero: '0h',
  bytes: 2,
  directives: 'enable f16;\n\n',
  helpers: `
fn roundedFour(values: vec4f) -> vec4h {
  let areNan = (bitcast<vec4u>(values) & vec4u(0x7fffffffu)) > vec4u(0x7f800000u);
  return vec4h(select(clamp(values, vec4f(-65504f), vec4f(65504f)), values, areNan));
}`,
  rounded: (value) => `roundedFour(vec4f(${value})).x`,
  roundedFour: (values) => `roundedFour(${values})`,
  widened: (factor) => `f32(${factor})`,
  widenedFour: (factors) => `vec4f(${factors})`,
};

/** The format of factors in forward products: those of gradients stay float32, as their numbers may be too small for float16. */
export function formatFor(precision: Precision | undefined): FactorFormat {
  return precision === 'float16' ? float16Format : float32Format;
}
