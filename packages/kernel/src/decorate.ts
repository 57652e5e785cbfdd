import type {
  Backend,
  DeviceClock,
  Fused,
  FusedKernels,
  Kernels,
  MemoryUse,
  NumberArray,
} from './backend.js';
import type { FusedArgs } from './fused.js';
import type { Storage } from './view.js';

/** The arguments of some fused kernel. */
export type AnyFusedArgs = FusedArgs<keyof FusedKernels>;

/** A backend that hands every call on to another: the base of decorators, which override what they are about. */
export class BackendDecorator implements Backend {
  readonly fused: Partial<FusedKernels>;
  protected readonly inner: Backend;

  constructor(inner: Backend) {
    this.inner = inner;
    this.fused = Object.fromEntries(
      Object.entries(inner.fused).map(([name, kernel]) => [
        name,
        this.#decorated(name as keyof FusedKernels, kernel as Fused<AnyFusedArgs>),
      ]),
    );
  }

  #decorated(name: keyof FusedKernels, kernel: Fused<AnyFusedArgs>): Fused<AnyFusedArgs> {
    return {
      supports: (args) => kernel.supports(args),
      run: (args) => this.aroundFused(name, args, () => kernel.run(args)),
    };
  }

  /** Runs a fused kernel of the inner backend. */
  protected aroundFused(_name: keyof FusedKernels, _args: AnyFusedArgs, run: () => void): void {
    run();
  }

  get name(): string {
    return this.inner.name;
  }

  get clock(): DeviceClock | undefined {
    return this.inner.clock;
  }

  map(...args: Parameters<Kernels['map']>): void {
    this.inner.map(...args);
  }

  reduce(...args: Parameters<Kernels['reduce']>): void {
    this.inner.reduce(...args);
  }

  matmul(...args: Parameters<Kernels['matmul']>): void {
    this.inner.matmul(...args);
  }

  gather(...args: Parameters<Kernels['gather']>): void {
    this.inner.gather(...args);
  }

  scatterAdd(...args: Parameters<Kernels['scatterAdd']>): void {
    this.inner.scatterAdd(...args);
  }

  alloc(bytes: number): Storage {
    return this.inner.alloc(bytes);
  }

  free(storage: Storage): void {
    this.inner.free(storage);
  }

  write(storage: Storage, data: NumberArray, byteOffset?: number): void {
    this.inner.write(storage, data, byteOffset);
  }

  read(storage: Storage, byteOffset?: number, bytes?: number): Promise<ArrayBuffer> {
    return this.inner.read(storage, byteOffset, bytes);
  }

  flush(): void {
    this.inner.flush();
  }

  memory(): MemoryUse {
    return this.inner.memory();
  }

  dispose(): void {
    this.inner.dispose();
  }
}
