import { mostParts } from './runner.js';

/** Fields of the control block, as indices of 32-bit words. */
export const control = {
  /**
   * Which part of a job is taken next, in the lowest eight bits, and which job it is, in the others. One word, so that nobody takes
   * a part of one job with the kernel of another. Workers without work sleep until it changes.
   */
  ticket: 0,
  /** Parts of the job that are done. */
  done: 1,
  /** The kernel's module in memory: its length in bytes, then the bytes. */
  kernel: 2,
  /** The kernel's argument block. */
  args: 3,
  /** Workers that have started. */
  ready: 4,
  /** Whether a worker failed. */
  failed: 5,
  /** Whether workers shall end. */
  stop: 6,
  /** Whether a worker could not compile a kernel and has ended, with no part lost. */
  refused: 7,
} as const;
/** Bytes of the control block. */
export const controlBytes = 64;

/** Bits of the ticket that count parts, up to `mostParts`. */
export const partBits = 8;

/**
 * How long a worker looks for work before it goes to sleep, in milliseconds: longer than what lies between most kernels of a
 * training step, because waking a processor core takes half a millisecond.
 */
const patience = 1;

/**
 * The program of a worker, as text: it needs no file, so bundlers need not know of it. Everything reaches it through shared
 * memory, also new kernels: a sleeping worker gets no messages.
 * @param start how the first message is received
 */
export function workerSource(start: string): string {
  const word = (name: keyof typeof control): string => `base + ${control[name]}`;
  return `
const serve = ({ memory, address, parts }) => {
  const base = address / 4;
  const words = new Int32Array(memory.buffer);
  const kernels = new Map();
  const imports = { heap: { memory }, Math };
  const kernelAt = (place) => {
    let run = kernels.get(place);
    if (!run) {
      const [length] = new Uint32Array(memory.buffer, place, 1);
      const bytes = new Uint8Array(memory.buffer).slice(place + 4, place + 4 + length);
      run = new WebAssembly.Instance(new WebAssembly.Module(bytes), imports).exports.run;
      kernels.set(place, run);
    }
    return run;
  };
  Atomics.add(words, ${word('ready')}, 1);
  let begin = performance.now();
  for (;;) {
    const ticket = Atomics.load(words, ${word('ticket')});
    if (Atomics.load(words, ${word('stop')}) === 1) break;
    const part = ticket & ${mostParts};
    if (part >= parts) {
      if (performance.now() - begin > ${patience}) Atomics.wait(words, ${word('ticket')}, ticket);
      continue;
    }
    let run;
    try {
      // Compiled before a part is taken: until then others can take it.
      run = kernelAt(Atomics.load(words, ${word('kernel')}) >>> 0);
    } catch (error) {
      Atomics.store(words, ${word('refused')}, 1);
      break;
    }
    const args = Atomics.load(words, ${word('args')});
    if (Atomics.compareExchange(words, ${word('ticket')}, ticket, ticket + 1) !== ticket) continue;
    try {
      run(args, part, parts);
    } catch (error) {
      Atomics.store(words, ${word('failed')}, 1);
    }
    if (Atomics.add(words, ${word('done')}, 1) === parts - 1) Atomics.notify(words, ${word('done')});
    begin = performance.now();
  }
};
${start}`;
}
