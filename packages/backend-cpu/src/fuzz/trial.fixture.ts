import {
  type Backend,
  BackendDecorator,
  IndexError,
  isOstinatoError,
  offsetsOf,
  type Storage,
  type View,
} from '@ostinato/kernel';
import { ReferenceBackend } from '@ostinato/kernel/reference';
import type { Call, Views } from './calls.fixture.js';
import { type Placed, sentinel } from './views.fixture.js';

/** Elements of the storages that lie between those of a call. */
const guardElements = 16;

/** A call's views on a backend, with storages between them that nobody may touch. */
export class Trial {
  readonly views: Views;
  readonly #backend: Backend;
  readonly #storages = new Map<Placed, Storage>();
  /** All storages, and what is in them before the call. */
  readonly #contents = new Map<Storage, Int32Array>();

  constructor(backend: Backend, call: Call) {
    this.#backend = backend;
    this.#guard();
    const views: Record<string, View> = {};
    for (const [name, placed] of Object.entries(call.views)) {
      const { data, ...view } = placed;
      let storage = this.#storages.get(placed);
      if (!storage) {
        storage = this.#keep(data);
        this.#storages.set(placed, storage);
        this.#guard();
      }
      views[name] = { ...view, storage };
    }
    this.views = views;
  }

  #guard(): void {
    this.#keep(Float32Array.from({ length: guardElements }, (_, index) => sentinel(index)));
  }

  #keep(data: Placed['data']): Storage {
    const storage = this.#backend.alloc(data.byteLength);
    this.#backend.write(storage, data);
    this.#contents.set(storage, new Int32Array(data.slice().buffer));
    return storage;
  }

  /**
   * What is in the storages of some outputs now. Nothing else may have changed.
   * @throws Error for the first element that did
   */
  async results(call: Call, outs: readonly string[] = call.outs): Promise<Map<string, Int32Array>> {
    const inside = new Map<Storage, Set<number>>();
    for (const name of outs) {
      const { shape, strides, offset } = this.views[name]!;
      const places = inside.get(this.views[name]!.storage) ?? new Set();
      for (const place of offsetsOf(shape, strides, offset)) places.add(place);
      inside.set(this.views[name]!.storage, places);
    }
    const results = new Map<Storage, Int32Array>();
    for (const [storage, before] of this.#contents) {
      const after = new Int32Array(await this.#backend.read(storage));
      results.set(storage, after);
      const own = inside.get(storage);
      for (let index = 0; index < before.length; index++) {
        if (after[index] === before[index] || own?.has(index)) continue;
        const name = Object.keys(call.views).find((each) => this.views[each]!.storage === storage);
        throw new Error(
          `element ${index} of the storage of ${name ?? 'nobody'} changed, outside the outputs`,
        );
      }
    }
    return new Map(outs.map((name) => [name, results.get(this.views[name]!.storage)!]));
  }

  free(): void {
    for (const storage of this.#contents.keys()) this.#backend.free(storage);
  }
}

/** The numbers of an output in the contents of its storage, row by row. */
function numbersIn({ dtype, shape, strides, offset }: Placed, bits: Int32Array): number[] {
  const data = dtype === 'i32' ? bits : new Float32Array(bits.buffer);
  return Array.from(offsetsOf(shape, strides, offset), (place) => data[place]!);
}

/** Runs a call on a backend and returns the numbers of the outputs, or the error. Throws where it wrote elsewhere. */
async function outcome(backend: Backend, call: Call): Promise<Map<string, number[]> | unknown> {
  const trial = new Trial(backend, call);
  try {
    let error: unknown;
    try {
      call.run(backend, trial.views);
    } catch (thrown) {
      error = thrown;
    }
    const results = await trial.results(call, error ? [] : call.outs);
    if (error) return error;
    return new Map([...results].map(([name, bits]) => [name, numbersIn(call.views[name]!, bits)]));
  } finally {
    trial.free();
  }
}

/** Backends by name. Those whose names begin with the same word have to agree to the last bit. */
export type Backends = Readonly<Record<string, Backend>>;

/** How backends are compared. */
export interface Comparison {
  /** Whether the oracle takes part; else backends are only compared with their like. */
  readonly oracle: boolean;
}

/**
 * Holds what backends make of a call against the oracle, and against each other.
 * @throws Error for the first wrong number, element that changed elsewhere, or wrong error
 */
export async function agree(backends: Backends, call: Call, { oracle }: Comparison): Promise<void> {
  const compare = oracle && !call.fails ? closeness(call) : undefined;
  const first = new Map<string, Map<string, number[]>>();
  for (const [name, backend] of Object.entries(backends)) {
    const got = await outcome(backend, call);
    if (call.fails) {
      if (got instanceof IndexError) continue;
      throw new Error(`${name}: ${call.kernel} with an index outside the table gave ${got}`);
    }
    if (!(got instanceof Map)) throw new Error(`${name}: ${call.kernel} threw`, { cause: got });
    compare?.(name, got);
    const [family] = name.split(' ') as [string];
    const relative = first.get(family);
    if (!relative) first.set(family, got);
    else sameBits(`${name}: ${call.kernel}`, got, relative);
  }
}

/** Compares with the oracle. */
function closeness(call: Call): (backend: string, got: ReadonlyMap<string, readonly number[]>) => void {
  const oracle = new ReferenceBackend();
  const trial = new Trial(oracle, call);
  call.run(oracle, trial.views);
  const expected = call.outs.map((name) => {
    const values = oracle.values(trial.views[name]!);
    return { name, values, allowed: call.allowed(name, values) };
  });
  return (backend, got) => {
    for (const { name, values, allowed } of expected) {
      for (const [index, number] of got.get(name)!.entries()) {
        if (isWithin(number, values[index]!, allowed[index]!)) continue;
        throw new Error(
          `${backend}: ${call.kernel}: number ${index} of ${name} is ${number}, but ${values[index]} ± ${allowed[index]} is expected`,
        );
      }
    }
  };
}

function isWithin(got: number, expected: number, allowed: number): boolean {
  if (allowed === Infinity) return true;
  if (!Number.isFinite(expected)) return Object.is(got, expected);
  return Math.abs(got - expected) <= allowed || got === Math.fround(expected);
}

function sameBits(
  what: string,
  got: ReadonlyMap<string, readonly number[]>,
  other: ReadonlyMap<string, readonly number[]>,
): void {
  for (const [name, numbers] of got) {
    const index = numbers.findIndex((number, index) => !Object.is(number, other.get(name)![index]));
    if (index < 0) continue;
    throw new Error(
      `${what}: number ${index} of ${name} is ${numbers[index]}, but on fewer threads ${other.get(name)![index]}`,
    );
  }
}

/** A backend whose fused kernels are run whatever they support, so that no fallback comes between. */
class Direct extends BackendDecorator {
  constructor(inner: Backend) {
    super(inner);
    for (const kernel of Object.values(this.fused)) kernel.supports = () => true;
  }
}

/**
 * Makes a call with one wrong view, which has to be refused before anything is written.
 * @throws Error where it is not
 */
export async function refuse(
  title: string,
  backend: Backend,
  call: Call,
  wrong: string,
  spoil: (view: View) => View,
): Promise<void> {
  const trial = new Trial(backend, call);
  try {
    let error: unknown;
    try {
      call.run(new Direct(backend), { ...trial.views, [wrong]: spoil(trial.views[wrong]!) });
    } catch (thrown) {
      error = thrown;
    }
    await trial.results(call, []);
    if (isOstinatoError(error)) return;
    throw new Error(`${title}: ${call.kernel} did not refuse ${wrong}`, { cause: error });
  } finally {
    trial.free();
  }
}
