/** Fields of the control block, as indices of 32-bit words. */
export const control = {
  /** Counts jobs; workers sleep until it changes. */
  generation: 0,
  /** Workers that are not done with the job. */
  pending: 1,
  /** What to do, see `jobs`. */
  job: 2,
  /** Which kernel; for a new kernel, the address of its module's bytes. */
  kernel: 3,
  /** The argument block; for a new kernel, the length of its module. */
  args: 4,
  /** Workers that have started. */
  ready: 5,
  /** Whether a worker failed. */
  failed: 6,
} as const;
/** Bytes of the control block. */
export const controlBytes = 64;

/** What workers are asked to do. */
export const jobs = { run: 0, install: 1, stop: 2 } as const;

/**
 * How long a worker looks for the next job before it goes to sleep, in milliseconds: longer than what lies between the kernels of a
 * training step, because waking a processor core takes half a millisecond.
 */
const patience = 2;

/**
 * The program of a worker, as text: it needs no file, so bundlers need not know of it. Everything reaches it through shared
 * memory, also new kernels: a sleeping worker gets no messages.
 * @param start how the first message is received
 */
export function workerSource(start: string): string {
  const word = (name: keyof typeof control): string => `base + ${control[name]}`;
  return `
const serve = ({ memory, address, part, parts }) => {
  const base = address / 4;
  const words = new Int32Array(memory.buffer);
  const kernels = [];
  const imports = { heap: { memory }, Math };
  const now = () => performance.now();
  let seen = 0;
  Atomics.add(words, ${word('ready')}, 1);
  for (;;) {
    const begin = now();
    while (Atomics.load(words, ${word('generation')}) === seen) {
      if (now() - begin > ${patience}) Atomics.wait(words, ${word('generation')}, seen);
    }
    seen = Atomics.load(words, ${word('generation')});
    const job = words[${word('job')}];
    if (job === ${jobs.stop}) break;
    try {
      const kernel = words[${word('kernel')}] >>> 0;
      const args = words[${word('args')}];
      if (job === ${jobs.install}) {
        const bytes = new Uint8Array(memory.buffer).slice(kernel, kernel + args);
        kernels.push(new WebAssembly.Instance(new WebAssembly.Module(bytes), imports).exports.run);
      } else kernels[kernel](args, part, parts);
    } catch (error) {
      Atomics.store(words, ${word('failed')}, 1);
    }
    if (Atomics.sub(words, ${word('pending')}, 1) === 1) Atomics.notify(words, ${word('pending')});
  }
};
${start}`;
}
