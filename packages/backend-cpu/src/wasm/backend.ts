import {
  type Backend,
  CallChecks,
  type Fused,
  type FusedKernels,
  type Kernels,
  type MemoryUse,
  type NumberArray,
  type Storage,
} from '@ostinato/kernel';
import { CtcLossKernels } from './ctc/ctc-loss.js';
import { Heap, type HeapOptions } from './heap.js';
import { IndexingKernels } from './indexing.js';
import { layerNorm } from './layer-norm.js';
import { MapKernels } from './map.js';
import { MatmulKernels } from './matmul/matmul.js';
import { projection, projectionGrad } from './matmul/projection.js';
import { ReduceKernels } from './reduce.js';
import { RowKernels } from './rows.js';
import { oneThread, type Runner } from './runner.js';
import { softmax } from './softmax.js';

/** How a WebAssembly backend is set up. */
export interface WasmOptions extends HeapOptions {
  /** Makes what runs kernels; this thread alone by default. */
  readonly runner?: (heap: Heap) => Runner;
  /** Makes fused kernels beside softmax and layer normalisation. */
  readonly fused?: (heap: Heap, runner: Runner) => Partial<FusedKernels>;
}

/** Kernels in WebAssembly SIMD, compiled for each program and layout. Everything has happened when a call returns. */
export class WasmBackend implements Backend {
  readonly name = 'cpu';
  readonly fused: Partial<FusedKernels>;
  readonly #heap: Heap;
  readonly #runner: Runner;
  readonly #checks: CallChecks;
  readonly #map: MapKernels;
  readonly #reduce: ReduceKernels;
  readonly #matmul: MatmulKernels;
  readonly #indexing: IndexingKernels;

  constructor({ runner, fused, ...options }: WasmOptions = {}) {
    const heap = new Heap(options);
    this.#heap = heap;
    this.#runner = runner?.(heap) ?? oneThread;
    this.#checks = new CallChecks((storage, where) => heap.addressOf(storage, where));
    this.#map = new MapKernels(heap, this.#runner);
    this.#reduce = new ReduceKernels(heap, this.#runner);
    this.#matmul = new MatmulKernels(heap, this.#runner);
    this.#indexing = new IndexingKernels(heap, this.#runner);
    const rows = new RowKernels(heap, this.#runner);
    const always = <Args>(run: (rows: RowKernels, args: Args) => void): Fused<Args> => ({
      supports: () => true,
      run: (args) => run(rows, args),
    });
    const projections = <Args>(
      run: (heap: Heap, matmul: MatmulKernels, args: Args) => void,
    ): Fused<Args> => ({ supports: () => true, run: (args) => run(heap, this.#matmul, args) });
    this.fused = this.#checks.guard({
      projection: projections(projection),
      projectionGrad: projections(projectionGrad),
      softmax: always(softmax),
      layerNorm: always(layerNorm),
      ctcLoss: new CtcLossKernels(heap, this.#runner).ctcLoss,
      ...fused?.(heap, this.#runner),
    });
  }

  map(...args: Parameters<Kernels['map']>): void {
    this.#checks.map(...args);
    this.#map.run(...args);
  }

  reduce(...args: Parameters<Kernels['reduce']>): void {
    this.#checks.reduce(...args);
    this.#reduce.run(...args);
  }

  matmul(...args: Parameters<Kernels['matmul']>): void {
    this.#checks.matmul(...args);
    this.#matmul.run(...args);
  }

  /** Throws IndexError, naming the index and its position, before anything is written. */
  gather(...args: Parameters<Kernels['gather']>): void {
    this.#checks.gather(...args);
    this.#indexing.gather(...args);
  }

  /** Throws IndexError, naming the index and its position, before anything is written. */
  scatterAdd(...args: Parameters<Kernels['scatterAdd']>): void {
    this.#checks.scatterAdd(...args);
    this.#indexing.scatterAdd(...args);
  }

  alloc(bytes: number): Storage {
    return this.#heap.alloc(bytes);
  }

  free(storage: Storage): void {
    this.#heap.free(storage);
  }

  write(storage: Storage, data: NumberArray, byteOffset = 0): void {
    this.#heap.write(storage, data, byteOffset);
  }

  async read(storage: Storage, byteOffset = 0, bytes = storage.bytes - byteOffset): Promise<ArrayBuffer> {
    return this.#heap.read(storage, byteOffset, bytes);
  }

  flush(): void {}

  memory(): MemoryUse {
    return this.#heap.use();
  }

  dispose(): void {
    this.#runner.dispose();
    this.#heap.close();
  }
}
