import { AttentionPooling, Linear, lastStep, maxPooling, meanPooling } from '@ostinato/layers';
import type { Tensor } from '@ostinato/tensor';
import type { WordBatch } from '../shared/word-features.js';
import { WordNetwork } from '../shared/word-network.js';
import type { ClassifierShape, PoolingName } from './options.js';

/** Words and their letters, bidirectional recurrent layers, a summary of all steps, one linear layer on top (L24). */
export class ClassifierNetwork extends WordNetwork {
  readonly pooling: PoolingName;
  readonly attention: AttentionPooling | undefined;
  readonly labels: Linear;

  constructor(shape: ClassifierShape, sizes: { readonly words: number; readonly labels: number }) {
    super(shape, sizes.words);
    this.pooling = shape.pooling;
    this.attention = shape.pooling === 'attention' ? new AttentionPooling(2 * shape.hidden) : undefined;
    this.labels = new Linear(2 * shape.hidden, sizes.labels);
  }

  /** Scores of the labels [batch, labels], before softmax. */
  forward(batch: WordBatch): Tensor {
    const { output } = this.read(batch);
    return this.labels.forward(this.outputDropout.forward(this.summarise(output, batch.lengths)));
  }

  /** [batch, time, 2 · hidden] to [batch, 2 · hidden]. */
  private summarise(output: Tensor, lengths: Tensor): Tensor {
    switch (this.pooling) {
      case 'last':
        return lastStep(output, { lengths, backwards: output.shape[2]! / 2 });
      case 'mean':
        return meanPooling(output, { lengths });
      case 'max':
        return maxPooling(output, { lengths });
      case 'attention':
        return this.attention!.forward(output, { lengths });
    }
  }
}
