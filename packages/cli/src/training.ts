import type { StepEvent } from '@ostinato/train';
import { Interrupted } from './errors.js';
import { Interruption } from './interruption.js';
import type { Model, ModelKind } from './model-kind.js';
import { type StepProgress, TrainingProgress } from './progress.js';
import type { Output } from './terminal.js';

/** A training that a user watches. */
export interface WatchedTraining<Trained, Example> {
  readonly kind: ModelKind<Trained>;
  readonly model: Trained;
  readonly train: readonly Example[];
  readonly dev?: readonly Example[] | undefined;
  /** Path of the model. */
  readonly out: string;
  /** The command line that goes on after a stop. */
  readonly resumeCommand: string;
  /** Where progress is shown. */
  readonly stream: Output;
}

/** What a training came to. */
export interface TrainingResult<Report> {
  /** Of this run. */
  readonly seconds: number;
  /** Mean of the last epoch; null where nothing was left to train. */
  readonly loss: number | null;
  /** On the development part; null where there is none. */
  readonly dev: Report | null;
}

/**
 * Trains, showing progress and saving after each epoch. Ctrl-C and SIGTERM stop it after the step that is running: what
 * has been learnt is saved, and how to go on is told.
 *
 * @throws Interrupted after such a stop
 */
export async function trainWatched<Example, Report>(
  training: WatchedTraining<Model<Example, Report>, Example>,
): Promise<TrainingResult<Report>> {
  const { kind, model, dev, out, stream, resumeCommand } = training;
  const begin = performance.now();
  const progress = new TrainingProgress(stream, {
    example: kind.example,
    examplesPerEpoch: training.train.length,
    score: kind.score.title,
  });
  const interruption = new Interruption(() => {
    progress.erase();
    stream.write('Stopping after this step and saving. Once more ends at once, without saving.\n');
  });
  let loss: number | null = null;
  try {
    if (!model.finished) {
      loss = await runEpochs(training, progress, interruption.signal);
      if (model.finished) await kind.save(model, out);
    }
  } finally {
    interruption.dispose();
  }
  if (interruption.reason && !model.finished) {
    stream.write(
      `Stopped in epoch ${model.epoch + 1} of ${model.settings.epochs}; everything so far is saved in ${out}. ` +
        `To go on from there:\n\n  ${resumeCommand}\n\n`,
    );
    throw new Interrupted(interruption.reason);
  }
  const seconds = (performance.now() - begin) / 1000;
  return { seconds, loss, dev: dev ? await model.evaluate(dev) : null };
}

/** Mean loss of the last epoch; null where it had none. */
async function runEpochs<Example>(
  { kind, model, train, dev, out }: WatchedTraining<Model<Example, unknown>, Example>,
  progress: TrainingProgress,
  signal: AbortSignal,
): Promise<number | null> {
  const save = (): Promise<void> => kind.save(model, out);
  let last: StepProgress | undefined;
  let loss: number | null = null;
  for await (const event of model.fit(train, { dev, signal, save })) {
    if (event.kind === 'step') {
      last = progressOf(event);
      progress.step(last);
    } else if (event.kind === 'epoch' && last) {
      loss = event.loss;
      progress.epoch({ ...last, loss, score: event.metrics[kind.score.metric] });
    }
  }
  progress.erase();
  return loss;
}

function progressOf({ epoch, epochs, step, stepsPerEpoch, loss }: StepEvent): StepProgress {
  return { epoch: epoch + 1, epochs, step, steps: (stepsPerEpoch ?? step) * epochs, loss };
}
