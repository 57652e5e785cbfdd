/** How long and how often something is measured. */
export interface Budget {
  /** How many samples are wanted. */
  readonly samples: number;
  /** Milliseconds that a sample lasts at least; short steps are repeated within it. */
  readonly sampleMs: number;
  /** Milliseconds after which no further sample is begun. */
  readonly limitMs: number;
}

/** Runs a step so many times; resolves to the milliseconds it took. */
export type Run = (iterations: number) => Promise<number>;

/**
 * A run of steps that are called from JavaScript. Awaits only what is a promise, so that nothing is added to fast steps.
 * @param finish what ends each step where it only begins work that goes on elsewhere
 */
export function runOf(step: () => void | Promise<void>, finish?: () => Promise<void>): Run {
  return async (iterations) => {
    const start = performance.now();
    for (let iteration = 0; iteration < iterations; iteration++) {
      const pending = step();
      if (pending) await pending;
      if (finish) await finish();
    }
    return performance.now() - start;
  };
}

/**
 * Milliseconds of one step, for each sample, after warming up. Where the first step alone took half of the limit, it is
 * the only sample.
 * @param firstMs what a first step took, which is not a sample otherwise
 */
export async function sampleTimes(run: Run, firstMs: number, budget: Budget): Promise<number[]> {
  if (firstMs > budget.limitMs / 2) return [firstMs];
  const start = performance.now();
  let stepMs = firstMs;
  // Engines compile hot code in stages: warm up for at least two steps and as long as a sample.
  for (let rounds = 0; rounds < 2 || performance.now() - start < budget.sampleMs; rounds++) {
    stepMs = await run(1);
    if (performance.now() - start > budget.limitMs / 2) return [stepMs];
  }
  const iterations = Math.max(1, Math.ceil(budget.sampleMs / Math.max(stepMs, 1e-3)));
  const samples: number[] = [];
  while (samples.length < budget.samples) {
    samples.push((await run(iterations)) / iterations);
    if (performance.now() - start > budget.limitMs) break;
  }
  return samples;
}
