import type { Backend } from '@ostinato/kernel';
import {
  Bidirectional,
  type BothStates,
  Dropout,
  Elman,
  Embedding,
  EmbeddingBag,
  GRU,
  Linear,
  LSTM,
  Module,
  type RecurrentLayer,
  type SequenceLayer,
  Stacked,
} from '@ostinato/layers';
import { concat, gather, select, type Tensor } from '@ostinato/tensor';
import type { TaggerBatch } from './features.js';
import type { CellName, TaggerShape } from './options.js';

function recurrent(cell: CellName, inputSize: number, hidden: number): RecurrentLayer {
  switch (cell) {
    case 'lstm':
      return new LSTM(inputSize, hidden);
    case 'gru':
      return new GRU(inputSize, hidden);
    case 'elman':
      return new Elman(inputSize, hidden);
  }
}

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

/** Words and their letters, bidirectional recurrent layers, one linear layer on top for tags and one for the intent. */
export class TaggerNetwork extends Module {
  readonly words: Embedding;
  readonly letters: EmbeddingBag | undefined;
  readonly inputDropout: Dropout;
  readonly rnn: SequenceLayer<BothStates<Tensor>[]>;
  readonly outputDropout: Dropout;
  readonly tags: Linear;
  readonly intents: Linear | undefined;

  constructor(shape: TaggerShape, sizes: TaggerSizes) {
    super();
    const { cell, hidden, embed, letters, buckets, layers, dropout } = shape;
    this.words = new Embedding(sizes.words, embed);
    this.letters = letters > 0 ? new EmbeddingBag(buckets + 1, letters) : undefined;
    this.inputDropout = new Dropout(dropout);
    this.rnn = new Stacked(
      Array.from({ length: layers }, (_, layer) => {
        const inputSize = layer === 0 ? embed + letters : 2 * hidden;
        return new Bidirectional(recurrent(cell, inputSize, hidden), recurrent(cell, inputSize, hidden));
      }),
      { dropout },
    );
    this.outputDropout = new Dropout(dropout);
    this.tags = new Linear(2 * hidden, sizes.tags);
    this.intents = sizes.intents > 0 ? new Linear(2 * hidden, sizes.intents) : undefined;
  }

  /** Where its parameters live. */
  get backend(): Backend {
    return this.words.weight.backend;
  }

  forward(batch: TaggerBatch): TaggerScores {
    const words = this.words.forward(batch.words);
    const input = this.letters ? concat([words, this.spell(this.letters, batch)], 2) : words;
    const { output, state } = this.rnn.forward(this.inputDropout.forward(input), { lengths: batch.lengths });
    return {
      tags: this.tags.forward(this.outputDropout.forward(output)),
      intents: this.intents?.forward(this.outputDropout.forward(summaryOf(state.at(-1)!))),
    };
  }

  /** A vector for the letters of each word [batch, time, letters]; each different word of the batch is spelled once. */
  private spell(letters: EmbeddingBag, batch: TaggerBatch): Tensor {
    return gather(letters.forward(batch.trigrams, batch.trigramWeights), batch.spelling);
  }
}

/** The hidden values after the last step of each direction, side by side: [batch, 2 · hidden]. */
function summaryOf({ forward, backward }: BothStates<Tensor>): Tensor {
  return concat([select(forward, 0, 0), select(backward, 0, 0)], 1);
}
