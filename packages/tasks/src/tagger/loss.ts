import type { TaggedSentence } from '@ostinato/data';
import { crfLoss, crossEntropy } from '@ostinato/losses';
import { add, mul, type Tensor } from '@ostinato/tensor';
import { forgetful } from '../shared/forgetful.js';
import type { WordFeatures } from '../shared/word-features.js';
import type { TaggerDescription } from './description.js';
import type { TaggerNetwork } from './network.js';
import { NO_INTENT, targetsOf } from './targets.js';

/** Cross entropy of the tags, one by one or as whole sequences, and of the intents where there are some; one number. */
export function taggerLoss(
  network: TaggerNetwork,
  { words, tags, intents, settings }: TaggerDescription,
  features: WordFeatures,
  sentences: readonly TaggedSentence[],
  epoch: number,
  batch: number,
): Tensor {
  const { backend } = network;
  const forget = forgetful(words, settings.wordDropout, settings.seed, epoch, batch);
  const input = features.batch(
    sentences.map((sentence) => sentence.words),
    backend,
    forget,
  );
  const scores = network.forward(input);
  const targets = targetsOf(sentences, tags, intents, backend);
  const { lengths } = input;
  const ofTags = network.crf
    ? crfLoss(scores.tags, targets.tags, network.crf, { lengths })
    : crossEntropy(scores.tags, targets.tags, { lengths });
  if (!scores.intents || !targets.intents) return ofTags;
  const ofIntents = crossEntropy(scores.intents, targets.intents, { ignoreIndex: NO_INTENT });
  return add(ofTags, mul(ofIntents, settings.intentWeight));
}
