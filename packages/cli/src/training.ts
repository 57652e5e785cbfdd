import type { TaggedSentence } from '@ostinato/data';
import type { SequenceTagger, TaggerReport } from '@ostinato/tasks';
import { saveTagger } from '@ostinato/tasks/node';
import type { StepEvent } from '@ostinato/train';
import { Interrupted } from './errors.js';
import { Interruption } from './interruption.js';
import { type StepProgress, TrainingProgress } from './progress.js';
import type { Output } from './terminal.js';

/** A training that a user watches. */
export interface WatchedTraining {
  readonly tagger: SequenceTagger;
  readonly train: readonly TaggedSentence[];
  readonly dev?: readonly TaggedSentence[] | undefined;
  /** Path of the model. */
  readonly out: string;
  /** The command line that goes on after a stop. */
  readonly resumeCommand: string;
  /** Where progress is shown. */
  readonly stream: Output;
}

/** What a training came to. */
export interface TrainingResult {
  /** Of this run. */
  readonly seconds: number;
  /** Mean of the last epoch; null where nothing was left to train. */
  readonly loss: number | null;
  /** On the development part; null where there is none. */
  readonly dev: TaggerReport | null;
}

/**
 * Trains, showing progress and saving after each epoch. Ctrl-C and SIGTERM stop it after the step that is running: what
 * has been learnt is saved, and how to go on is told.
 *
 * @throws Interrupted after such a stop
 */
export async function trainWatched(training: WatchedTraining): Promise<TrainingResult> {
  const { tagger, dev, out, stream, resumeCommand } = training;
  const begin = performance.now();
  const progress = new TrainingProgress(stream, { sentencesPerEpoch: training.train.length });
  const interruption = new Interruption(() => {
    progress.erase();
    stream.write('Stopping after this step and saving. Once more ends at once, without saving.\n');
  });
  let loss: number | null = null;
  try {
    if (!tagger.finished) {
      loss = await runEpochs(training, progress, interruption.signal);
      if (tagger.finished) await saveTagger(tagger, out);
    }
  } finally {
    interruption.dispose();
  }
  if (interruption.reason && !tagger.finished) {
    stream.write(
      `Stopped in epoch ${tagger.epoch + 1} of ${tagger.settings.epochs}; everything so far is saved in ${out}. ` +
        `To go on from there:\n\n  ${resumeCommand}\n\n`,
    );
    throw new Interrupted(interruption.reason);
  }
  const seconds = (performance.now() - begin) / 1000;
  return { seconds, loss, dev: dev ? await tagger.evaluate(dev) : null };
}

/** Mean loss of the last epoch; null where it had none. */
async function runEpochs(
  { tagger, train, dev, out }: WatchedTraining,
  progress: TrainingProgress,
  signal: AbortSignal,
): Promise<number | null> {
  const save = (unfinished: SequenceTagger): Promise<void> => saveTagger(unfinished, out);
  let last: StepProgress | undefined;
  let loss: number | null = null;
  for await (const event of tagger.fit(train, { dev, signal, save })) {
    if (event.kind === 'step') {
      last = progressOf(event);
      progress.step(last);
    } else if (event.kind === 'epoch' && last) {
      loss = event.loss;
      progress.epoch({ ...last, loss, slotF1: event.metrics.slotF1 });
    }
  }
  progress.erase();
  return loss;
}

function progressOf({ epoch, epochs, step, stepsPerEpoch, loss }: StepEvent): StepProgress {
  return { epoch: epoch + 1, epochs, step, steps: (stepsPerEpoch ?? step) * epochs, loss };
}
