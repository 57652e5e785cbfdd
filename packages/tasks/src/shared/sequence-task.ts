import type { TrainingSettings } from './options.js';
import { Task, type TaskParts } from './task.js';
import type { WordFeatures } from './word-features.js';
import type { WordNetwork } from './word-network.js';

export type { FitOptions } from './task.js';

/** Examples that are predicted at a time. */
const EVALUATION_BATCH = 64;

/** What a model that reads sentences consists of. */
export interface SequenceTaskParts<Settings, Network> extends TaskParts<Settings, Network> {
  readonly features: WordFeatures;
}

/** What all models that read sentences have in common. */
export abstract class SequenceTask<
  Example,
  Settings extends TrainingSettings,
  Network extends WordNetwork,
> extends Task<Example, Settings, Network> {
  readonly #features: WordFeatures;

  protected constructor(parts: SequenceTaskParts<Settings, Network>) {
    super(parts);
    this.#features = parts.features;
  }

  /** What turns words into numbers. */
  protected get features(): WordFeatures {
    return this.#features;
  }

  protected probe(): unknown {
    return this.network.forward(this.features.batch([['word', 'word']], this.network.backend));
  }

  /**
   * Results for sentences with words, a batch of similar lengths at a time, in evaluation.
   * @param sentences words of each; the results of those without words are undefined
   */
  protected inBatches<Result>(
    sentences: readonly (readonly string[])[],
    predict: (part: readonly (readonly string[])[]) => Promise<Result[]>,
  ): Promise<(Result | undefined)[]> {
    const lengths = sentences.map(({ length }) => length);
    return this.inBatchesOf(EVALUATION_BATCH, lengths, (indices) =>
      predict(indices.map((index) => sentences[index]!)),
    );
  }
}
