import type { LanguageModel, LanguageText } from '@ostinato/tasks';
import { MeanMetric } from '@ostinato/train';
import { Interrupted } from './errors.js';
import { Interruption } from './interruption.js';
import { type LanguageEpoch, LanguageProgress } from './language-progress.js';
import { languageModels } from './model-kind.js';
import type { Output } from './terminal.js';

/** The training of a language model that a user watches. */
export interface WatchedLanguage {
  readonly model: LanguageModel;
  readonly train: LanguageText;
  readonly dev?: LanguageText | undefined;
  /** Path of the model. */
  readonly out: string;
  /** The command line that goes on after a stop. */
  readonly resumeCommand: string;
  /** Where progress is shown. */
  readonly stream: Output;
}

/** What a training came to. */
export interface LanguageTrainingResult {
  /** Of this run. */
  readonly seconds: number;
  /** The epochs of this run. */
  readonly curve: readonly LanguageEpoch[];
}

/**
 * Trains, showing progress and saving after each epoch. Ctrl-C and SIGTERM stop it after the step that is running: what has been
 * learnt is saved, and how to go on is told.
 *
 * @throws Interrupted after such a stop
 */
export async function trainLanguageWatched(training: WatchedLanguage): Promise<LanguageTrainingResult> {
  const { model, train, dev, out, stream, resumeCommand } = training;
  const begin = performance.now();
  const { batch, steps } = model.settings;
  const progress = new LanguageProgress(stream, { wordsPerStep: batch * steps });
  const interruption = new Interruption(() => {
    progress.erase();
    stream.write('Stopping after this step and saving. Once more ends at once, without saving.\n');
  });
  const curve: LanguageEpoch[] = [];
  const loss = new MeanMetric();
  const save = (unfinished: LanguageModel): Promise<void> => languageModels.save(unfinished, out);
  try {
    if (!model.finished) {
      for await (const event of model.fit(train, { dev, signal: interruption.signal, save })) {
        if (event.kind === 'step') {
          const { epoch, epochs, step, stepsPerEpoch } = event;
          loss.add(event.loss);
          progress.step({ epoch: epoch + 1, epochs, step, steps: stepsPerEpoch! * epochs, loss: loss.value });
        } else if (event.kind === 'epoch') {
          curve.push(progress.epoch(event.loss, event.metrics.perplexity ?? null));
          loss.reset();
        }
      }
      progress.erase();
      if (model.finished) await languageModels.save(model, out);
    }
  } finally {
    interruption.dispose();
  }
  if (interruption.reason && !model.finished) {
    progress.stopped();
    stream.write(
      `Stopped in epoch ${model.epoch + 1} of ${model.settings.epochs}; everything so far is saved in ${out}. ` +
        `To go on from there:\n\n  ${resumeCommand}\n\n`,
    );
    throw new Interrupted(interruption.reason);
  }
  return { seconds: (performance.now() - begin) / 1000, curve };
}
