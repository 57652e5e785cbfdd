import { BackendError } from '@ostinato/kernel';
import type { Heap } from './heap.js';
import type { Kernel } from './kernel.js';
import { mostParts, type Runner } from './runner.js';
import { startThread, type Thread } from './thread.js';
import { control, controlBytes, partBits } from './thread-source.js';

/** Work below this many operations is done sooner by one thread. */
const worthSharing = 500_000;
/** How long to look for the workers' end before sleeping, in milliseconds. */
const patience = 0.2;

/**
 * Runs the parts of kernels on several threads, this one included. Whoever is awake takes the next part, so that nobody waits for a
 * thread that still wakes up. Threads start in the background; until they are there, this one does everything, and so it does for
 * ever where they cannot start. Results do not depend on any of that, since parts are independent.
 */
export class ThreadPool implements Runner {
  readonly parts: number;
  readonly #heap: Heap;
  readonly #base: number;
  readonly #words: Int32Array;
  #threads: Thread[] | undefined;
  /** Where the modules of kernels lie in shared memory. */
  readonly #places = new Map<Kernel, number>();
  readonly #takesAll: boolean;
  #job = 0;
  #ready = false;
  #closed = false;
  #problem: string | undefined;

  /**
   * @param heap with shared memory
   * @param takesAll whether this thread takes all parts that no other has taken; if not, it takes one and waits, for tests
   */
  constructor(heap: Heap, threads: number, takesAll = true) {
    this.parts = threads;
    this.#takesAll = takesAll;
    this.#heap = heap;
    const { address } = heap.reserve(controlBytes, 'threads');
    this.#base = address / 4;
    // Words that exist now stay where they are when the memory grows.
    this.#words = heap.integers;
    this.#words.fill(0, this.#base, this.#base + controlBytes / 4);
    // No part is to be had before the first job.
    this.#words[this.#base + control.ticket] = this.parts;
  }

  /** Starts the threads, when there is work for them for the first time. */
  #launch(): void {
    const { memory } = this.#heap;
    const data = { memory, address: this.#base * 4, parts: this.parts };
    const threads: Thread[] = [];
    this.#threads = threads;
    try {
      for (let thread = 1; thread < this.parts; thread++) {
        threads.push(startThread(data, (reason) => this.#giveUp(reason)));
      }
    } catch (error) {
      this.#giveUp(error instanceof Error ? error.message : String(error));
    }
  }

  /** One thread is missing: this one does everything from now on. Never called while a kernel runs, which blocks. */
  #giveUp(reason: string): void {
    this.#problem ??= reason;
    this.#end();
  }

  run(kernel: Kernel, args: number, work: number): void {
    if (work >= worthSharing && !this.#closed && !this.#threads) this.#launch();
    if (work < worthSharing || !this.isReady) {
      kernel.run(args, 0, 1);
      return;
    }
    const words = this.#words;
    const base = this.#base;
    if (Atomics.load(words, base + control.refused) !== 0) {
      this.#giveUp('a kernel could not be compiled there');
    }
    const place = this.#placeOf(kernel);
    if (place === undefined || this.#closed) {
      kernel.run(args, 0, 1);
      return;
    }
    Atomics.store(words, base + control.kernel, place);
    Atomics.store(words, base + control.args, args);
    Atomics.store(words, base + control.done, 0);
    this.#issue(0);
    const failure = this.#take(kernel, args);
    this.#wait();
    if (failure) throw failure.error;
  }

  /** Takes part after part, until there is none left. Whatever goes wrong, none is left behind: others would wait for it. */
  #take(kernel: Kernel, args: number): { readonly error: unknown } | undefined {
    const ticketAt = this.#base + control.ticket;
    let failure: { readonly error: unknown } | undefined;
    for (;;) {
      const ticket = Atomics.load(this.#words, ticketAt);
      const part = ticket & mostParts;
      if (part >= this.parts) return failure;
      if (Atomics.compareExchange(this.#words, ticketAt, ticket, ticket + 1) !== ticket) continue;
      try {
        kernel.run(args, part, this.parts);
      } catch (error) {
        failure ??= { error };
      }
      Atomics.add(this.#words, this.#base + control.done, 1);
      if (!this.#takesAll) return failure;
    }
  }

  /** Offers the parts of a new job from `part` on, and wakes those who sleep. */
  #issue(part: number): void {
    const ticketAt = this.#base + control.ticket;
    this.#job++;
    Atomics.store(this.#words, ticketAt, (this.#job << partBits) | part);
    Atomics.notify(this.#words, ticketAt);
  }

  /** Whether all threads have started. */
  get isReady(): boolean {
    this.#ready ||= Atomics.load(this.#words, this.#base + control.ready) === this.parts - 1;
    return this.#ready && !this.#closed;
  }

  /** Why the threads could not start; undefined as long as nothing has failed. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Where the module of a kernel lies for the workers, who compile it when they meet it; undefined where memory is full. */
  #placeOf(kernel: Kernel): number | undefined {
    const known = this.#places.get(kernel);
    if (known !== undefined) return known;
    const { bytes } = kernel;
    const place = this.#heap.reserveIfPossible(4 + bytes.length)?.address;
    if (place === undefined) return undefined;
    const { buffer } = this.#heap.memory;
    new Uint32Array(buffer, place, 1)[0] = bytes.length;
    new Uint8Array(buffer).set(bytes, place + 4);
    this.#places.set(kernel, place);
    return place;
  }

  #wait(): void {
    const words = this.#words;
    const doneAt = this.#base + control.done;
    const begin = performance.now();
    for (;;) {
      const done = Atomics.load(words, doneAt);
      if (done >= this.parts) break;
      if (canSleep && performance.now() - begin > patience) Atomics.wait(words, doneAt, done, 10);
    }
    if (Atomics.exchange(words, this.#base + control.failed, 0) !== 0) {
      throw new BackendError(
        'cpu: a thread failed while it ran a kernel; use cpu({ threads: 1 }) and report this',
      );
    }
  }

  dispose(): void {
    this.#end();
  }

  #end(): void {
    if (this.#closed) return;
    this.#closed = true;
    Atomics.store(this.#words, this.#base + control.stop, 1);
    this.#issue(this.parts);
    for (const thread of this.#threads ?? []) thread.stop();
  }
}

/** Whether this thread may sleep: the main thread of a page may not. */
const canSleep = !('document' in globalThis);
