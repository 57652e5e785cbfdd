import type { Kernel } from './kernel.js';

/** Runs all parts of kernels. */
export interface Runner {
  /** How many parts may run at a time, each of which needs scratch of its own. */
  readonly parts: number;
  /**
   * Runs a kernel to its end.
   * @param work roughly how many floating-point operations there are; little work is not worth waking threads for
   */
  run(kernel: Kernel, args: number, work: number): void;
  /** Ends what runs beside this thread. */
  dispose(): void;
}

/** The most parts of a kernel: they are counted in eight bits. */
export const mostParts = 255;

/** Runs kernels on this thread alone. */
export const oneThread: Runner = {
  parts: 1,
  run: (kernel, args) => kernel.run(args, 0, 1),
  dispose: () => {},
};
