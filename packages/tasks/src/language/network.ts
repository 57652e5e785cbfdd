import type { Backend } from '@ostinato/kernel';
import {
  Dropout,
  Embedding,
  initializers,
  Linear,
  Module,
  type SequenceLayer,
  Stacked,
} from '@ostinato/layers';
import { type Tensor, tidy } from '@ostinato/tensor';
import { type LayerState, languageLayer } from './cells.js';
import type { LanguageSettings } from './options.js';

/** What a language model remembers: the state of each layer. */
export type LanguageState = LayerState[];

/** Words as vectors, recurrent layers, and one linear layer on top that scores every word as the next one. */
export class LanguageNetwork extends Module {
  readonly words: Embedding;
  readonly inputDropout: Dropout;
  readonly rnn: Stacked<LayerState>;
  readonly outputDropout: Dropout;
  readonly next: Linear;

  constructor({ cell, hidden, layers, dropout, init }: LanguageSettings, vocabulary: number) {
    super();
    const uniform = initializers.uniform(init);
    const options = { weightInit: uniform, recurrentInit: uniform, biasInit: uniform };
    this.words = new Embedding(vocabulary, hidden, { init: uniform });
    this.inputDropout = new Dropout(dropout);
    const stack: SequenceLayer<LayerState>[] = [];
    while (stack.length < layers) {
      stack.push(languageLayer(cell, stack.at(-1)?.outputSize ?? hidden, hidden, options));
    }
    this.rnn = new Stacked(stack, { dropout });
    this.outputDropout = new Dropout(dropout);
    this.next = new Linear(this.rnn.outputSize, vocabulary, { weightInit: uniform, biasInit: uniform });
  }

  /** Where its parameters live. */
  get backend(): Backend {
    return this.next.weight.backend;
  }

  /**
   * @param words i32 `[B, T]`
   * @param state after the words before; zeros by default
   * @returns logits of the next word `[B, T, words]`, of all steps in one product
   */
  forward(words: Tensor, state?: LanguageState): { logits: Tensor; state: LanguageState } {
    return tidy(() => {
      const input = this.inputDropout.forward(this.words.forward(words));
      const result = this.rnn.forward(input, { state });
      return { logits: this.next.forward(this.outputDropout.forward(result.output)), state: result.state };
    });
  }
}
