import { BatchPlan, type TaggedSentence } from '@ostinato/data';
import { crossEntropy } from '@ostinato/losses';
import { add, mul, seed, type Tensor } from '@ostinato/tensor';
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
import type { TaggerDescription } from './description.js';
import type { TaggerFeatures } from './features.js';
import { forgetful } from './forgetful.js';
import type { TaggerNetwork } from './network.js';
import { NO_INTENT, targetsOf } from './targets.js';

/** What a tagger's network is trained with. */
export interface TaggerTrainingRun {
  readonly description: TaggerDescription;
  readonly features: TaggerFeatures;
  /** Each with at least one word. */
  readonly sentences: readonly TaggedSentence[];
  /** Where training goes on; at its beginning by default. */
  readonly start: Checkpoint | undefined;
  readonly signal: AbortSignal | undefined;
  readonly evaluate: (() => Promise<Metrics>) | undefined;
  readonly save: (checkpoint: Checkpoint) => Promise<void>;
}

/** Trains with Adam, whose rate grows over the first tenth and then falls along a half cosine; the weights are averaged. */
export async function* trainNetwork(
  network: TaggerNetwork,
  run: TaggerTrainingRun,
): AsyncGenerator<FitEvent, void, undefined> {
  const { sentences, start, signal, evaluate, save } = run;
  const { epochs, batch: size, rate, seed: begin } = run.description.settings;
  const plan = new BatchPlan(
    sentences.map(({ words }) => words.length),
    { size, bucketBy: 'length', seed: begin },
  );
  const steps = plan.batchesPerEpoch * epochs;
  const growing = Math.max(1, Math.round(0.1 * steps));
  if (!start) seed(begin);
  const optimizer = new Adam(network, { clipNorm: 5 });
  const average = new WeightAverage(network, { decay: 0.999 });
  try {
    yield* fit({
      model: network,
      optimizer,
      average,
      epochs,
      schedule: warmUp(cosine(rate, { steps: Math.max(1, steps - growing) }), growing),
      batches: (epoch) => plan.epoch(epoch).map((indices, batch) => ({ indices, epoch, batch })),
      loss: ({ indices, epoch, batch }) => {
        const part = indices.map((index) => sentences[index]!);
        return lossOf(network, run, part, epoch, batch);
      },
      evaluate,
      checkpoint: { save },
      start,
      signal,
    });
  } finally {
    optimizer.dispose();
    average.dispose();
  }
}

function lossOf(
  network: TaggerNetwork,
  { description, features }: TaggerTrainingRun,
  sentences: readonly TaggedSentence[],
  epoch: number,
  batch: number,
): Tensor {
  const { words, tags, intents, settings } = description;
  const { backend } = network;
  const forget = forgetful(words, settings.wordDropout, settings.seed, epoch, batch);
  const input = features.batch(
    sentences.map((sentence) => sentence.words),
    backend,
    forget,
  );
  const scores = network.forward(input);
  const targets = targetsOf(sentences, tags, intents, backend);
  const ofTags = crossEntropy(scores.tags, targets.tags, { lengths: input.lengths });
  if (!scores.intents || !targets.intents) return ofTags;
  const ofIntents = crossEntropy(scores.intents, targets.intents, { ignoreIndex: NO_INTENT });
  return add(ofTags, mul(ofIntents, settings.intentWeight));
}
