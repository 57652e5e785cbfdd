import { type Backend, defineCell, expr, runFused, type View, viewOf } from '@ostinato/kernel';
import { type CpuBackend, type CpuOptions, cpu } from '../index.js';
import type { ThreadPool } from '../wasm/threads.js';

const { add, mul, sigmoid, tanh, zipWith } = expr;

/** Long short-term memory (Hochreiter & Schmidhuber 1997): gates i, f, g, o. */
const lstm = defineCell({ name: 'LSTM', gates: 4, states: 2 }, ({ x, r, s }) => {
  const [i, f, g, o] = zipWith(add, x, r);
  const c = add(mul(sigmoid(f!), s[1]!), mul(sigmoid(i!), tanh(g!)));
  return [mul(sigmoid(o!), tanh(c)), c];
});

/** What happened when work for several threads was done on one and on two. */
export interface Sharing {
  /** Whether this page or worker may share memory. */
  readonly isolated: boolean;
  /** What `describe` says before and after. */
  readonly described: readonly [string, string];
  /** The property `threads`, before and after. */
  readonly threads: readonly [number, number];
  /** Whether the second half of the work was done by threads that had started. */
  readonly shared: boolean;
  /** How many numbers there are, and how many of them have other bits than on one thread. */
  readonly numbers: number;
  readonly different: number;
}

/** The pools that were given work; a backend keeps its own to itself. */
const pools = new Set<ThreadPool>();
let isWatched = false;

/** Notes each pool as it is given work. Loaded as the backend loads it: later. */
async function watchPools(): Promise<void> {
  if (isWatched) return;
  isWatched = true;
  const { prototype } = (await import('../wasm/threads.js')).ThreadPool;
  const { run } = prototype;
  prototype.run = function (this: ThreadPool, ...args) {
    pools.add(this);
    run.apply(this, args);
  };
}

const isReady = (): boolean => [...pools].some((pool) => pool.isReady);
const hasFailed = (): boolean => [...pools].some((pool) => pool.problem !== undefined);

/** Waits until threads have started or failed, as the page's policy wants it. */
async function settled(): Promise<void> {
  for (let waited = 0; waited < 20_000 && pools.size > 0 && !isReady() && !hasFailed(); waited += 10) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** A new tensor with numbers in [-1, 1] that are always the same. */
function numbers(backend: Backend, shape: readonly number[]): View {
  const length = shape.reduce((product, size) => product * size, 1);
  const view = viewOf(backend.alloc(4 * length), shape);
  backend.write(
    view.storage,
    Float32Array.from({ length }, (_, at) => Math.sin(at)),
  );
  return view;
}

/** A recurrence, its gradient and a product, each large enough for several threads, as bits. */
async function work(backend: Backend): Promise<Int32Array[]> {
  const [T, B, G, H] = [12, 24, 4, 48];
  const of = (...shape: readonly number[]): View => numbers(backend, shape);
  const recurrence = {
    cell: lstm,
    x: of(T, B, G, H),
    R: of(H, G, H),
    parameters: null,
    lengths: null,
    reverse: false,
    states: of(2, T + 1, B, H),
    products: of(T, B, G, H),
  };
  const [dOutput, dFinal] = [of(T, B, H), of(2, B, H)];
  const [dx, dr, dInitial] = [of(T, B, G, H), of(T, B, G, H), of(2, B, H)];
  const [a, b, product] = [of(144, 128), of(128, 130), of(144, 130)];
  const all = [...Object.values(recurrence), dOutput, dFinal, dx, dr, dInitial, a, b, product];

  runFused(backend, 'recurrence', recurrence);
  runFused(backend, 'recurrenceGrad', {
    ...recurrence,
    dOutput,
    dFinal,
    dx,
    // The gates of this cell use only x + r: one gradient is enough.
    dr: lstm.sharedGradient ? null : dr,
    dParameters: null,
    dInitial,
  });
  backend.matmul(a, b, product);
  const results = [recurrence.states, recurrence.products, dx, dInitial, product];
  const bits: Int32Array[] = [];
  for (const { storage } of results) bits.push(new Int32Array(await backend.read(storage)));
  for (const one of all) if (one && typeof one === 'object' && 'storage' in one) backend.free(one.storage);
  return bits;
}

const start = async (options: CpuOptions): Promise<CpuBackend> => (await cpu(options)()) as CpuBackend;

/** The backend of the last `share`, which goes on living. */
let last: CpuBackend | undefined;

/** Does the same work on one thread, on two that have yet to start, and on two that have started. */
export async function share(): Promise<Sharing> {
  await watchPools();
  const one = await start({ threads: 1 });
  const expected = await work(one);
  one.dispose();
  const backend = await start({ threads: 2 });
  last = backend;
  const [description, threads] = [backend.describe(), backend.threads];
  const early = await work(backend);
  await settled();
  const late = await work(backend);
  const different = [early, late].flatMap((results) =>
    results.flatMap((bits, index) => [...bits.filter((value, at) => value !== expected[index]![at])]),
  );
  return {
    isolated: (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated === true,
    described: [description, backend.describe()],
    threads: [threads, backend.threads],
    shared: isReady(),
    numbers: expected.reduce((sum, { length }) => sum + length, 0),
    different: different.length,
  };
}

/** Ends the backend of the last `share`. */
export function end(): void {
  last?.dispose();
  pools.clear();
}
