import { fnv1a, Random, TokenStream } from '@ostinato/data';
import { type Backend, OstinatoError } from '@ostinato/kernel';
import { summary } from '@ostinato/layers';
import { crossEntropy } from '@ostinato/losses';
import { dispose, noGrad, type Tensor, tensor, tidy } from '@ostinato/tensor';
import type { FitEvent } from '@ostinato/train';
import { Carry, perplexity } from '@ostinato/train';
import { type Checkpoint, decodeCheckpoint, nextTurn } from '@ostinato/train/inference';
import { drawnFrom } from '../drawn-from.js';
import { withoutState } from './carried-state.js';
import {
  describeLanguage,
  type LanguageDescription,
  type LanguageProgress,
  readingCheckpoint,
  readLanguage,
} from './description.js';
import { LanguageNetwork, type LanguageState } from './network.js';
import { completeLanguageOptions, type LanguageOptions, type LanguageSettings } from './options.js';
import { draw } from './sampling.js';
import { checkSentences, END, tokensOf, vocabularyOf } from './words.js';

/** Steps that are evaluated at a time. */
const EVALUATION_STEPS = 256;

/** A text as the model takes it: sentences, each a list of words. */
export type LanguageText = readonly (readonly string[])[];

/** How `fit` is run. */
export interface LanguageFitOptions {
  /** Text to measure the perplexity on after each epoch. Only with the schedule `plateau` does it influence the training. */
  readonly dev?: LanguageText | undefined;
  /** Stops after the step that is running, and saves. */
  readonly signal?: AbortSignal | undefined;
  /** Called after each epoch, now and then within one, and when training is stopped. A saved model goes on from there. */
  readonly save?: ((model: LanguageModel) => Promise<void>) | undefined;
}

/** How well a text was predicted. */
export interface LanguageReport {
  /** Between how many equally likely words the model was undecided on average. */
  readonly perplexity: number;
  /** Mean over the tokens, in nats. */
  readonly crossEntropy: number;
  /** Words and ends of sentences. */
  readonly tokens: number;
  /** How many of them were words that the model does not know; they are read as the word that stands for all others. */
  readonly unknown: number;
}

/** How `sample` draws. */
export interface SampleOptions {
  /** How many words, ends of sentences included; 50 by default. */
  readonly words?: number | undefined;
  /** Words to begin with; a new sentence by default. */
  readonly prompt?: readonly string[] | undefined;
  /** Below 1 likely words become likelier still; 1 by default. */
  readonly temperature?: number | undefined;
  /** 1 by default. */
  readonly seed?: number | undefined;
}

/**
 * Predicts the next word of a text from all before it: recurrent layers over words, trained by truncated backpropagation through time,
 * whose state goes on from sentence to sentence.
 *
 * @example
 * const model = LanguageModel.create(sentences, { hidden: 100, layers: 1 });
 * for await (const event of model.fit(sentences, { dev })) if (event.kind === 'epoch') console.log(event.metrics.perplexity);
 * await model.sample({ prompt: ['the', 'company'] });   // ['said', 'it', ...]
 */
export class LanguageModel {
  readonly #description: LanguageDescription;
  readonly #network: LanguageNetwork;
  readonly #progress: LanguageProgress;
  #isTraining = false;

  private constructor(description: LanguageDescription, progress: LanguageProgress) {
    this.#description = description;
    this.#progress = progress;
    const { settings, words } = description;
    this.#network = drawnFrom(settings.seed, () => new LanguageNetwork(settings, words.size));
    this.#network.evaluate();
  }

  /**
   * A model for the words of a text, with weights drawn from `options.seed`.
   * @throws OstinatoError when a setting lies outside its range; DataError where the text has no words
   */
  static create(sentences: LanguageText, options: LanguageOptions = {}): LanguageModel {
    const settings = completeLanguageOptions(options);
    checkSentences('LanguageModel.create', sentences);
    const words = vocabularyOf(sentences, settings.minCount);
    return new LanguageModel({ settings, words }, { start: undefined, epoch: 0, fingerprint: undefined });
  }

  /** What it is built like and trained with. */
  get settings(): LanguageSettings {
    return this.#description.settings;
  }
  /** Epochs trained so far. */
  get epoch(): number {
    return this.#progress.epoch;
  }
  /** Whether all epochs are done. */
  get finished(): boolean {
    return this.epoch >= this.settings.epochs;
  }
  /** The words that it knows, ends of sentences among them. */
  get words(): string[] {
    return [...this.#description.words];
  }
  /** How many numbers it has learnt. */
  get parameterCount(): number {
    return this.#network.parameterCount;
  }

  /**
   * Trains, telling what happens. A model whose training was stopped, here or before it was saved, goes on to the very same weights:
   * after `signal` from the step that was running, after leaving the loop from the last event of kind `checkpoint`. Losses are
   * means over the tokens, in nats.
   * @param sentences the same as `create` got
   * @throws OstinatoError when it is finished already, another `fit` is running, or it would go on with another text;
   * DataError where the text has no words, or fewer than rows
   */
  async *fit(
    sentences: LanguageText,
    { dev, signal, save }: LanguageFitOptions = {},
  ): AsyncGenerator<FitEvent, void, undefined> {
    if (this.finished) {
      throw new OstinatoError(
        `language model: all ${this.settings.epochs} epochs are done; create a new model to train again`,
      );
    }
    this.#assertIdle('fit');
    checkSentences('LanguageModel.fit', sentences);
    if (dev) checkSentences('LanguageModel.fit: dev', dev);
    const { settings, words } = this.#description;
    const tokens = tokensOf(sentences, words);
    this.#recognise(tokens);
    this.#isTraining = true;
    const progress = this.#progress;
    try {
      progress.start ??= { weights: await this.#network.state() };
      const { trainLanguage } = await import('../later.js');
      yield* trainLanguage(this.#network, {
        settings,
        tokens,
        first: words.indexOf(END),
        start: progress.start.training && progress.start,
        signal,
        evaluate: dev && (async () => ({ perplexity: (await this.evaluate(dev)).perplexity })),
        save: async (checkpoint) => {
          progress.start = checkpoint;
          progress.epoch = checkpoint.training!.position.epoch;
          await save?.(this);
        },
      });
    } finally {
      this.#isTraining = false;
      // The weights of the last checkpoint, or, at the end, of the best epoch where that was looked for.
      const { training, weights } = progress.start ?? {};
      const best = this.finished ? training?.best : undefined;
      if (weights) this.#network.loadState(withoutState(best ?? weights));
      if (this.finished || !training) progress.start = undefined;
    }
  }

  /**
   * Measures how well a text is predicted, word by word, as one sequence.
   * @throws DataError where the text has no words
   */
  async evaluate(sentences: LanguageText): Promise<LanguageReport> {
    checkSentences('LanguageModel.evaluate', sentences);
    const { words } = this.#description;
    const tokens = tokensOf(sentences, words);
    const stream = new TokenStream(tokens, {
      start: words.indexOf(END),
      batch: 1,
      steps: EVALUATION_STEPS,
    });
    const carry = new Carry<LanguageState>();
    let total = 0;
    try {
      for (const { inputs, targets, shape } of stream) {
        const loss = this.#without(() => {
          const { backend } = this;
          const { logits, state } = this.#network.forward(tensor(inputs, shape, { backend }), carry.value);
          carry.set(state);
          return crossEntropy(logits, targets, { reduction: 'sum' });
        });
        total += await loss.item();
        loss.dispose();
        // Signals and timers get a turn between windows.
        await nextTurn();
      }
    } finally {
      carry.clear();
    }
    return {
      perplexity: perplexity(total, tokens.length),
      crossEntropy: total / tokens.length,
      tokens: tokens.length,
      unknown: sentences.reduce(
        (sum, sentence) => sum + sentence.filter((word) => !words.has(word)).length,
        0,
      ),
    };
  }

  /**
   * The likeliest next words, the likeliest first.
   * @param prompt the words before; none for the beginning of a sentence
   * @param count how many, 10 by default
   */
  async predict(
    prompt: readonly string[],
    count = 10,
  ): Promise<{ readonly word: string; readonly probability: number }[]> {
    const { probabilities, state } = await this.#read(prompt);
    dispose(state);
    return Array.from(probabilities, (probability, index) => ({ index, probability }))
      .sort((a, b) => b.probability - a.probability)
      .slice(0, count)
      .map(({ index, probability }) => ({ word: this.#description.words.tokenOf(index), probability }));
  }

  /**
   * Writes a text by drawing word after word.
   * @returns the new words; `<eos>` ends a sentence
   * @throws OstinatoError for a temperature that is not above 0
   */
  async sample({
    words: count = 50,
    prompt = [],
    temperature = 1,
    seed = 1,
  }: SampleOptions = {}): Promise<string[]> {
    if (!(temperature > 0)) {
      throw new OstinatoError(`LanguageModel.sample: temperature must be above 0, got ${temperature}`);
    }
    const random = new Random(seed);
    const { words } = this.#description;
    const written: string[] = [];
    let { probabilities, state } = await this.#read(prompt);
    while (written.length < count) {
      const index = draw(probabilities, temperature, random);
      written.push(words.tokenOf(index));
      const before = state;
      ({ probabilities, state } = await this.#step(Int32Array.of(index), before));
      dispose(before);
    }
    dispose(state);
    return written;
  }

  /** Layers, shapes and numbers of parameters, as a table. */
  summary(): string {
    return summary(this.#network, () =>
      this.#network.forward(tensor(new Int32Array(2), [1, 2], { backend: this.backend })),
    );
  }

  /** Where its weights are, and it computes. */
  get backend(): Backend {
    return this.#network.next.weight.backend;
  }

  /** Moves to another backend, on which it then computes. Throws OstinatoError while `fit` is running. */
  async to(backend: Backend): Promise<this> {
    this.#assertIdle('to');
    await this.#network.to(backend);
    return this;
  }

  /** Gives its memory back; it cannot be used any more. Throws OstinatoError while `fit` is running. */
  dispose(): void {
    this.#assertIdle('dispose');
    this.#progress.start = undefined;
    this.#network.dispose();
  }

  /**
   * Everything that makes this model; also where its training stopped, if it is not finished. While `fit` is running, that is the last
   * checkpoint.
   */
  async toCheckpoint(): Promise<Checkpoint> {
    const { start } = this.#progress;
    const state: Checkpoint = start ?? { weights: await this.#network.state() };
    return { ...state, metadata: describeLanguage(this.#description, this.#progress) };
  }

  /**
   * The model that `toCheckpoint` described.
   * @throws CheckpointError when it is not the checkpoint of a language model, or its parts do not fit each other
   */
  static fromCheckpoint(checkpoint: Checkpoint): LanguageModel {
    const [description, progress] = readLanguage(checkpoint);
    return readingCheckpoint(() => {
      const model = new LanguageModel(description, progress);
      const best = progress.start ? undefined : checkpoint.training?.best;
      model.#network.loadState(withoutState(best ?? checkpoint.weights));
      return model;
    });
  }

  /** The model as one file (safetensors). */
  async toBytes(): Promise<Uint8Array> {
    const { encodeCheckpoint } = await import('@ostinato/train');
    return encodeCheckpoint(await this.toCheckpoint());
  }

  /**
   * The model that `toBytes` or `saveLanguageModel` wrote.
   * @throws CheckpointError when the bytes are damaged, of a newer version, or not a language model
   */
  static async fromBytes(bytes: Uint8Array): Promise<LanguageModel> {
    return LanguageModel.fromCheckpoint(await decodeCheckpoint(bytes));
  }

  /** The chances of the next word after a prompt that follows the end of a sentence. */
  #read(prompt: readonly string[]): Promise<Reading> {
    const { words } = this.#description;
    const tokens = tokensOf([prompt], words);
    return this.#step(Int32Array.of(words.indexOf(END), ...tokens.subarray(0, -1)), undefined);
  }

  /** Reads words after a state; the new state is the caller's to dispose. */
  async #step(indices: Int32Array, before: LanguageState | undefined): Promise<Reading> {
    const shape = [1, indices.length];
    const { logits, state } = this.#without(() =>
      this.#network.forward(tensor(indices, shape, { backend: this.backend }), before),
    );
    const all = (await logits.data()) as Float32Array;
    dispose(logits);
    return { probabilities: softmaxOf(all.subarray(-this.#description.words.size)), state };
  }

  /** Runs without dropout and gradients. */
  #without<T extends Tensor | { logits: Tensor; state: LanguageState }>(run: () => T): T {
    const wasTraining = this.#network.training;
    this.#network.evaluate();
    try {
      return tidy(() => noGrad(run));
    } finally {
      this.#network.train(wasTraining);
    }
  }

  /** Notes which text training begins with. Throws OstinatoError where it would go on with another. */
  #recognise(tokens: Int32Array): void {
    const progress = this.#progress;
    const found = fnv1a(tokens.join());
    if (progress.start?.training && progress.fingerprint !== undefined && progress.fingerprint !== found) {
      throw new OstinatoError(
        `language model: training stopped in epoch ${progress.epoch + 1} on another text than these ${tokens.length} tokens; ` +
          'go on with the same one, or create a new model',
      );
    }
    progress.fingerprint = found;
  }

  #assertIdle(what: string): void {
    if (!this.#isTraining) return;
    throw new OstinatoError(
      `language model: ${what} must wait until fit has ended; end its loop, or leave it with break`,
    );
  }
}

/** What a model knows after some words. */
interface Reading {
  /** `[words]` */
  readonly probabilities: Float64Array;
  readonly state: LanguageState;
}

function softmaxOf(logits: Float32Array): Float64Array {
  const most = logits.reduce((larger, value) => Math.max(larger, value), Number.NEGATIVE_INFINITY);
  const weights = Float64Array.from(logits, (value) => Math.exp(value - most));
  const total = weights.reduce((sum, value) => sum + value, 0);
  return weights.map((value) => value / total);
}
