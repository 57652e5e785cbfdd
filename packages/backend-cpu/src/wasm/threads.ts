import { BackendError } from '@ostinato/kernel';
import type { Heap } from './heap.js';
import type { Kernel } from './kernel.js';
import type { Runner } from './runner.js';
import { startThread, type Thread } from './thread.js';
import { control, controlBytes, jobs } from './thread-source.js';

/** Work below this many operations is done sooner by one thread. */
const worthSharing = 500_000;
/** How long to look for the workers' end before sleeping, in milliseconds. */
const patience = 0.2;

/**
 * Runs the parts of kernels on several threads, this one included. Threads start in the background; until they are there, this
 * one does everything, and so it does for ever where they cannot start. Results do not depend on that, since parts are
 * independent.
 */
export class ThreadPool implements Runner {
  readonly parts: number;
  readonly #heap: Heap;
  readonly #base: number;
  readonly #words: Int32Array;
  #threads: Thread[] | undefined;
  readonly #installed = new Map<Kernel, number>();
  #ready = false;
  #closed = false;
  #problem: string | undefined;

  /** @param heap with shared memory */
  constructor(heap: Heap, threads: number) {
    this.parts = threads;
    this.#heap = heap;
    const { address } = heap.reserve(controlBytes, 'threads');
    this.#base = address / 4;
    // Words that exist now stay where they are when the memory grows.
    this.#words = heap.integers;
    this.#words.fill(0, this.#base, this.#base + controlBytes / 4);
  }

  /** Starts the threads, when there is work for them for the first time. */
  #launch(): void {
    const { memory } = this.#heap;
    const data = { memory, address: this.#base * 4, parts: this.parts };
    const threads: Thread[] = [];
    this.#threads = threads;
    try {
      for (let part = 1; part < this.parts; part++) {
        threads.push(startThread({ ...data, part }, (reason) => this.#giveUp(reason)));
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
    const index = this.#install(kernel);
    this.#start(jobs.run, index, args);
    kernel.run(args, 0, this.parts);
    this.#wait();
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

  #install(kernel: Kernel): number {
    const known = this.#installed.get(kernel);
    if (known !== undefined) return known;
    this.#heap.scratch.scope(() => {
      const { bytes } = kernel;
      const address = this.#heap.scratch.take(bytes.length);
      new Uint8Array(this.#heap.memory.buffer).set(bytes, address);
      this.#start(jobs.install, address, bytes.length);
      this.#wait();
    });
    const index = this.#installed.size;
    this.#installed.set(kernel, index);
    return index;
  }

  #start(job: number, kernel: number, args: number): void {
    const words = this.#words;
    const base = this.#base;
    words[base + control.job] = job;
    words[base + control.kernel] = kernel;
    words[base + control.args] = args;
    Atomics.store(words, base + control.pending, this.parts - 1);
    Atomics.add(words, base + control.generation, 1);
    Atomics.notify(words, base + control.generation);
  }

  #wait(): void {
    const words = this.#words;
    const pending = this.#base + control.pending;
    const begin = performance.now();
    for (;;) {
      const left = Atomics.load(words, pending);
      if (left === 0) break;
      if (canSleep && performance.now() - begin > patience) Atomics.wait(words, pending, left, 10);
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
    if (this.#ready) this.#start(jobs.stop, 0, 0);
    for (const thread of this.#threads ?? []) thread.stop();
  }
}

/** Whether this thread may sleep: the main thread of a page may not. */
const canSleep = !('document' in globalThis);
