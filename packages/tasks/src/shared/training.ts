import { BatchPlan } from '@ostinato/data';
import { OstinatoError } from '@ostinato/kernel';
import { seed, type Tensor } from '@ostinato/tensor';
import {
  Adam,
  type Checkpoint,
  cosine,
  type FitEvent,
  fit,
  type Metrics,
  WeightAverage,
  warmUp,
} from '@ostinato/train';
import type { TrainingSettings } from './options.js';
import type { TaskProgress } from './progress.js';
import type { TaskKind } from './task-kind.js';
import type { TaskNetwork } from './task-network.js';

/** What a network is trained with. */
export interface TrainingRun<Example> {
  readonly kind: TaskKind;
  readonly settings: TrainingSettings;
  /** Brought up to date as training goes on. */
  readonly progress: TaskProgress;
  /** What messages call them: `sentences`. */
  readonly noun: string;
  /** Those of length 0 are left out. */
  readonly examples: readonly Example[];
  /** How long an example is: batches are made of similar ones. */
  readonly lengthOf: (example: Example) => number;
  /** A number by which the same examples in the same order are recognised. */
  readonly fingerprint: number;
  /** Of the average of the weights, for a training of so many steps; 0.999 by default. */
  readonly averageDecay?: (steps: number) => number;
  /** The loss of a batch, one number. */
  readonly loss: (part: readonly Example[], epoch: number, batch: number) => Tensor;
  readonly evaluate: (() => Promise<Metrics>) | undefined;
  readonly signal: AbortSignal | undefined;
  /** Called whenever `progress` has a new checkpoint. */
  readonly save: () => Promise<void>;
}

/**
 * Trains from where the progress says, with Adam, whose rate grows over the first tenth and then falls along a half cosine; the
 * weights are averaged.
 * @throws OstinatoError where training would go on with other examples than it began with
 */
export async function* trainNetwork<Example>(
  network: TaskNetwork,
  run: TrainingRun<Example>,
): AsyncGenerator<FitEvent, void, undefined> {
  const { progress, settings, loss, evaluate, signal, save } = run;
  const { epochs, batch: size, rate, seed: begin } = settings;
  recognise(run);
  progress.start ??= { weights: await network.state() };
  const start = progress.start.training && progress.start;
  const examples = run.examples.filter((example) => run.lengthOf(example) > 0);
  const plan = new BatchPlan(examples.map(run.lengthOf), { size, bucketBy: 'length', seed: begin });
  const steps = plan.batchesPerEpoch * epochs;
  const growing = Math.max(1, Math.round(0.1 * steps));
  if (!start) seed(begin);
  const optimizer = new Adam(network, { clipNorm: 5 });
  const average = new WeightAverage(network, { decay: run.averageDecay?.(steps) ?? 0.999 });
  try {
    yield* fit({
      model: network,
      optimizer,
      average,
      epochs,
      schedule: warmUp(cosine(rate, { steps: Math.max(1, steps - growing) }), growing),
      batches: (epoch) => plan.epoch(epoch).map((indices, batch) => ({ indices, epoch, batch })),
      loss: ({ indices, epoch, batch }) =>
        loss(
          indices.map((index) => examples[index]!),
          epoch,
          batch,
        ),
      evaluate,
      checkpoint: {
        save: (checkpoint) => {
          note(progress, checkpoint);
          return save();
        },
      },
      start,
      signal,
    });
  } finally {
    optimizer.dispose();
    average.dispose();
  }
}

/** What training is recognised by when it goes on. */
export interface RecognisedTraining {
  readonly kind: TaskKind;
  readonly progress: TaskProgress;
  readonly noun: string;
  readonly examples: ArrayLike<unknown>;
  readonly fingerprint: number;
}

/** Notes which examples training begins with. Throws OstinatoError where it would go on with others. */
export function recognise({ kind, progress, noun, examples, fingerprint }: RecognisedTraining): void {
  if (
    progress.start?.training &&
    progress.fingerprint !== undefined &&
    progress.fingerprint !== fingerprint
  ) {
    throw new OstinatoError(
      `${kind.name}: training stopped in epoch ${progress.epoch} on other ${noun} than these ${examples.length}; ` +
        `go on with the same ones, in the same order, or create a new ${kind.name}`,
    );
  }
  progress.fingerprint = fingerprint;
}

/** Takes a checkpoint as the place where training goes on. */
export function note(progress: TaskProgress, checkpoint: Checkpoint): void {
  progress.start = checkpoint;
  progress.epoch = checkpoint.training!.position.epoch;
}
