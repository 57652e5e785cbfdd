import {
  type Backend,
  CallChecks,
  checkBytes,
  checkSize,
  type Fused,
  type FusedKernels,
  type Kernels,
  type MemoryUse,
  type NumberArray,
  type Storage,
} from '@ostinato/kernel';
import { canCompile } from './compile.js';
import { ctcLoss } from './ctc-loss.js';
import { gather, scatterAdd } from './indexing.js';
import { layerNorm } from './layer-norm.js';
import { linearChain, linearChainGrad } from './linear-chain.js';
import { MapKernels } from './map.js';
import { matmul } from './matmul.js';
import { Pool } from './pool.js';
import { projection, projectionGrad } from './projection.js';
import { recurrence } from './recurrence.js';
import { recurrenceGrad } from './recurrence-grad.js';
import { ReduceKernels } from './reduce.js';
import { softmax } from './softmax.js';

/** How the plain kernels are set up. */
export interface PlainOptions {
  /** Bytes of freed memory to keep for reuse; 256 MiB by default. */
  readonly poolBytes?: number;
  /** Whether kernels are made from text with `new Function`; by default where that is allowed. Interpreted (slow) where not. */
  readonly compile?: boolean;
}

/** Kernels in plain JavaScript, printed for each program and layout. Everything has happened when a call returns. */
export class PlainBackend implements Backend {
  readonly name = 'cpu';
  readonly fused: Partial<FusedKernels>;
  readonly #pool: Pool;
  readonly #checks: CallChecks;
  readonly #map: MapKernels;
  readonly #reduce: ReduceKernels;

  constructor(options: PlainOptions = {}) {
    const compiles = options.compile ?? canCompile();
    this.#pool = new Pool(options.poolBytes);
    this.#checks = new CallChecks((storage, where) => this.#pool.open(storage, where));
    this.#map = new MapKernels(this.#pool, compiles);
    this.#reduce = new ReduceKernels(this.#pool, compiles);
    const always = <Args>(run: (pool: Pool, args: Args) => void): Fused<Args> => ({
      supports: () => true,
      run: (args) => run(this.#pool, args),
    });
    // Cells are printed; without that, the fallback runs them through `map`.
    const recurrent = { recurrence: always(recurrence), recurrenceGrad: always(recurrenceGrad) };
    this.fused = this.#checks.guard({
      projection: always(projection),
      projectionGrad: always(projectionGrad),
      linearChain: always(linearChain),
      linearChainGrad: always(linearChainGrad),
      softmax: always(softmax),
      layerNorm: always(layerNorm),
      ctcLoss: always(ctcLoss),
      ...(compiles ? recurrent : {}),
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
    matmul(this.#pool, ...args);
  }

  /** Throws IndexError, naming the index and its position, before anything is written. */
  gather(...args: Parameters<Kernels['gather']>): void {
    this.#checks.gather(...args);
    gather(this.#pool, ...args);
  }

  /** Throws IndexError, naming the index and its position, before anything is written. */
  scatterAdd(...args: Parameters<Kernels['scatterAdd']>): void {
    this.#checks.scatterAdd(...args);
    scatterAdd(this.#pool, ...args);
  }

  alloc(bytes: number): Storage {
    checkSize(bytes);
    return this.#pool.alloc(bytes);
  }

  free(storage: Storage): void {
    this.#pool.free(storage);
  }

  write(storage: Storage, data: NumberArray, byteOffset = 0): void {
    const { floats, integers } = this.#pool.open(storage, 'write');
    checkBytes(storage, 'write', byteOffset, data.byteLength);
    const to = data instanceof Int32Array ? integers : floats;
    to.set(data, byteOffset / to.BYTES_PER_ELEMENT);
  }

  async read(storage: Storage, byteOffset = 0, bytes = storage.bytes - byteOffset): Promise<ArrayBuffer> {
    const { floats } = this.#pool.open(storage, 'read');
    checkBytes(storage, 'read', byteOffset, bytes);
    return (floats.buffer as ArrayBuffer).slice(byteOffset, byteOffset + bytes);
  }

  flush(): void {}

  memory(): MemoryUse {
    return this.#pool.memory();
  }

  dispose(): void {
    this.#pool.close();
  }
}
