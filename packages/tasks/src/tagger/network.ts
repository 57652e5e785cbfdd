import { type BothStates, CRF, Linear } from '@ostinato/layers';
import { concat, select, type Tensor } from '@ostinato/tensor';
import type { WordBatch } from '../shared/word-features.js';
import { WordNetwork } from '../shared/word-network.js';
import type { TaggerShape } from './options.js';

/** Sizes that follow from the data. */
export interface TaggerSizes {
  readonly words: number;
  readonly tags: number;
  /** 0 where sentences have no intent. */
  readonly intents: number;
}

/** What a tagger's network gives. */
export interface TaggerScores {
  /** [batch, time, tags] */
  readonly tags: Tensor;
  /** [batch, intents] */
  readonly intents: Tensor | undefined;
}

/** Words and their letters, bidirectional recurrent layers, one linear layer on top for tags and one for the intent; perhaps a conditional random field. */
export class TaggerNetwork extends WordNetwork {
  readonly tags: Linear;
  readonly intents: Linear | undefined;
  readonly crf: CRF | undefined;

  constructor(shape: TaggerShape, sizes: TaggerSizes) {
    super(shape, sizes.words);
    this.tags = new Linear(2 * shape.hidden, sizes.tags);
    this.crf = shape.crf ? new CRF(sizes.tags) : undefined;
    this.intents = sizes.intents > 0 ? new Linear(2 * shape.hidden, sizes.intents) : undefined;
  }

  forward(batch: WordBatch): TaggerScores {
    const { output, state } = this.read(batch);
    return {
      tags: this.tags.forward(this.outputDropout.forward(output)),
      intents: this.intents?.forward(this.outputDropout.forward(summaryOf(state.at(-1)!))),
    };
  }
}

/** The hidden values after the last step of each direction, side by side: [batch, 2 · hidden]. */
function summaryOf({ forward, backward }: BothStates<Tensor>): Tensor {
  return concat([select(forward, 0, 0), select(backward, 0, 0)], 1);
}
