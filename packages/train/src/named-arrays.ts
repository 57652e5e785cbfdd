/** Numbers with a shape, outside of any backend. */
export interface NamedArray {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Arrays by name: what `Module.state()` gives and `Module.loadState` takes. */
export type NamedArrays = ReadonlyMap<string, NamedArray>;
