import type { Backend } from '@ostinato/kernel';
import {
  Bidirectional,
  type BothStates,
  Dropout,
  Embedding,
  EmbeddingBag,
  Module,
  type SequenceLayer,
  type SequenceResult,
  Stacked,
} from '@ostinato/layers';
import { concat, gather, type Tensor } from '@ostinato/tensor';
import type { WordShape } from './options.js';
import { recurrent } from './recurrent.js';
import type { WordBatch } from './word-features.js';

/** Words and their letters, and bidirectional recurrent layers over them: what networks for sentences begin with. */
export abstract class WordNetwork extends Module {
  readonly words: Embedding;
  readonly letters: EmbeddingBag | undefined;
  readonly inputDropout: Dropout;
  readonly rnn: SequenceLayer<BothStates<Tensor>[]>;
  readonly outputDropout: Dropout;

  /** @param wordCount entries of the vocabulary */
  constructor(shape: WordShape, wordCount: number) {
    super();
    const { cell, hidden, embed, letters, buckets, layers, dropout } = shape;
    this.words = new Embedding(wordCount, embed);
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
  }

  /** Where its parameters live. */
  get backend(): Backend {
    return this.words.weight.backend;
  }

  abstract forward(batch: WordBatch): unknown;

  /** output [batch, time, 2 · hidden] of the last layer, and the states of each. */
  protected read(batch: WordBatch): SequenceResult<BothStates<Tensor>[]> {
    const words = this.words.forward(batch.words);
    const input = this.letters ? concat([words, this.spell(this.letters, batch)], 2) : words;
    return this.rnn.forward(this.inputDropout.forward(input), { lengths: batch.lengths });
  }

  /** A vector for the letters of each word [batch, time, letters]; each different word of the batch is spelled once. */
  private spell(letters: EmbeddingBag, batch: WordBatch): Tensor {
    return gather(letters.forward(batch.trigrams, batch.trigramWeights), batch.spelling);
  }
}
