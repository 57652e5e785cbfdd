import { OstinatoError } from '@ostinato/kernel';
import { dispose, noGrad, seed as seedRandom, tidy } from '@ostinato/tensor';
import { Adam, cosine, fit, MeanMetric, nextTurn } from '@ostinato/train';
import type { LongLagCell } from './cells.js';
import { LongLagNetwork } from './network.js';
import type { LongLagBatch, LongLagProblem, LongLagSettings } from './task.js';

/** Steps between two looks at how well the task is done. */
const STEPS_BETWEEN = 100;

/** What is trained, and how. */
export interface LongLagRun {
  readonly problem: LongLagProblem;
  readonly cell: LongLagCell;
  readonly settings: LongLagSettings;
  /** Of the first weights. */
  readonly seed: number;
  /** Stops after the step that is running; what was reached is measured. */
  readonly signal?: AbortSignal | undefined;
}

/** After a training step. */
export interface LongLagStep {
  readonly kind: 'step';
  readonly step: number;
  readonly steps: number;
  readonly loss: number;
}

/** After a look at sequences that are not learnt from. */
export interface LongLagLook {
  readonly kind: 'look';
  readonly step: number;
  readonly steps: number;
  /** The task's measure. */
  readonly value: number;
  /** Mean loss since the last look. */
  readonly loss: number;
}

/** The last event. */
export interface LongLagResult {
  readonly kind: 'result';
  /** The task's measure on sequences that played no part in training. */
  readonly value: number;
  /** What else the task tells. */
  readonly details: Readonly<Record<string, number>>;
  /** Whether the goal was reached. */
  readonly solved: boolean;
  /** Whether the signal ended it. */
  readonly stopped: boolean;
  /** Training steps made. */
  readonly steps: number;
  /** Of training, the looks included. */
  readonly seconds: number;
  /** How many numbers the network learnt. */
  readonly parameters: number;
}

/**
 * Trains a network on a task until that is solved, the steps are used up or a signal comes, and measures the best network on the
 * way: that of the lowest measure at a look.
 */
export async function* trainLongLag(
  run: LongLagRun,
): AsyncGenerator<LongLagStep | LongLagLook | LongLagResult, void, undefined> {
  const { problem, cell, settings, seed, signal } = run;
  const { steps, batch, rate, clip } = settings;
  if (!(Number.isInteger(steps) && steps >= 1)) {
    throw new OstinatoError(`longlag: steps must be a whole number from 1, got ${steps}`);
  }
  seedRandom(seed);
  const network = new LongLagNetwork(cell, settings.hidden, problem);
  const optimizer = new Adam(network, { clipNorm: clip });
  const watched = problem.tests('watch');
  const begin = performance.now();
  let [done, solved] = [0, false];
  try {
    const events = fit({
      model: network,
      optimizer,
      schedule: cosine(rate, { steps, minimum: rate / 10 }),
      epochs: Math.ceil(steps / STEPS_BETWEEN),
      batches: (epoch) => {
        const first = epoch * STEPS_BETWEEN;
        const count = Math.min(STEPS_BETWEEN, steps - first);
        return Array.from({ length: count }, (_, index) => first + index);
      },
      loss: (step) => {
        const drawn = problem.draw(step, batch);
        return problem.loss(network.forward(drawn), drawn);
      },
      evaluate: async () => ({ value: meanOf(await measure(network, problem, watched)) }),
      monitor: { metric: 'value', mode: 'min' },
      signal,
    });
    for await (const event of events) {
      if (event.kind === 'step') {
        done = event.step;
        yield { kind: 'step', step: done, steps, loss: event.loss };
      } else if (event.kind === 'epoch') {
        const value = event.metrics.value!;
        yield { kind: 'look', step: done, steps, value, loss: event.loss };
        solved = value <= problem.goal;
        if (solved) break;
      }
    }
    const seconds = (performance.now() - begin) / 1000;
    const measures = await measure(network, problem, problem.tests('final'));
    yield {
      kind: 'result',
      value: meanOf(measures),
      details: problem.details?.(measures) ?? {},
      solved,
      stopped: signal?.aborted ?? false,
      steps: done,
      seconds,
      parameters: network.parameterCount,
    };
  } finally {
    optimizer.dispose();
    network.dispose();
  }
}

/** The measure of each row of all parts. */
async function measure(
  network: LongLagNetwork,
  problem: LongLagProblem,
  parts: readonly LongLagBatch[],
): Promise<number[]> {
  const measures: number[] = [];
  for (const part of parts) {
    const outputs = tidy(() => noGrad(() => network.forward(part)));
    measures.push(...Array.from(problem.judge((await outputs.data()) as Float32Array, part)));
    dispose(outputs);
    await nextTurn();
  }
  return measures;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((mean, value) => mean.add(value), new MeanMetric()).value;
}
