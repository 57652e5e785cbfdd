/** A tensor of TensorFlow.js, as far as it is used here; its own types are there only where it is installed. */
export interface TfTensor {
  data(): Promise<Float32Array>;
  dispose(): void;
}

/** The backend `webgpu` of TensorFlow.js, as far as it is used here. */
export interface TfWebGpuBackend {
  /** What it records to; null where all was submitted. */
  readonly commandEncoder: object | null;
  endComputePassEncoder(): void;
  submitQueue(): void;
}

/** What is used of TensorFlow.js 4. */
export interface TensorFlow {
  backend(): object;
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
  getBackend(): string;
  memory(): { readonly numBytes: number };
  tensor(values: Float32Array, shape: number[]): TfTensor;
  variable(initial: TfTensor): TfTensor;
  zeros(shape: number[]): TfTensor;
  add(a: TfTensor, b: TfTensor): TfTensor;
  sub(a: TfTensor, b: TfTensor): TfTensor;
  mul(a: TfTensor, b: TfTensor): TfTensor;
  sigmoid(x: TfTensor): TfTensor;
  tanh(x: TfTensor): TfTensor;
  square(x: TfTensor): TfTensor;
  mean(x: TfTensor): TfTensor;
  cast(x: TfTensor, dtype: 'bool'): TfTensor;
  where(condition: TfTensor, a: TfTensor, b: TfTensor): TfTensor;
  matMul(a: TfTensor, b: TfTensor): TfTensor;
  reshape(x: TfTensor, shape: number[]): TfTensor;
  split(x: TfTensor, parts: number, axis: number): TfTensor[];
  unstack(x: TfTensor, axis: number): TfTensor[];
  stack(parts: TfTensor[], axis: number): TfTensor;
  concat(parts: TfTensor[], axis: number): TfTensor;
  tidy<Result>(run: () => Result): Result;
  keep(tensor: TfTensor): TfTensor;
  dispose(tensors: unknown): void;
  variableGrads(
    loss: () => TfTensor,
    variables: TfTensor[],
  ): { value: TfTensor; grads: Record<string, TfTensor> };
}
