/** An array of jax-js, as far as it is used here; its own types are there only where it is installed. */
export interface JaxArray {
  /** The same array with one more reference. */
  readonly ref: JaxArray;
  add(other: JaxArray): JaxArray;
  sub(other: JaxArray): JaxArray;
  mul(other: JaxArray): JaxArray;
  greater(other: number): JaxArray;
  reshape(shape: number[]): JaxArray;
  slice(...index: (number | [])[]): JaxArray;
  data(): Promise<Float32Array>;
  dispose(): void;
}

/** A function of arrays. */
export type JaxFunction<Result = unknown> = (...inputs: JaxArray[]) => Result;

/** Where jax-js computes. */
export type JaxDevice = 'wasm' | 'webgpu';

/** What is used of jax-js 0.1. */
export interface Jax {
  /** Gives those that can be used. */
  init(device: JaxDevice): Promise<readonly string[]>;
  /** Gives the one that is used, after changing it where another is named. */
  defaultDevice(device?: JaxDevice): string;
  blockUntilReady(arrays: readonly JaxArray[]): Promise<unknown>;
  jit(run: JaxFunction): JaxFunction;
  valueAndGrad(run: JaxFunction, options: { argnums: number[]; hasAux: boolean }): JaxFunction;
  readonly nn: { sigmoid(x: JaxArray): JaxArray };
  readonly numpy: {
    array(values: Float32Array): JaxArray;
    zeros(shape: number[]): JaxArray;
    tanh(x: JaxArray): JaxArray;
    square(x: JaxArray): JaxArray;
    mean(x: JaxArray): JaxArray;
    matmul(a: JaxArray, b: JaxArray): JaxArray;
    where(condition: JaxArray, a: JaxArray, b: JaxArray): JaxArray;
    split(x: JaxArray, parts: number, axis: number): JaxArray[];
    stack(parts: JaxArray[], axis: number): JaxArray;
    concatenate(parts: JaxArray[], axis: number): JaxArray;
  };
}
