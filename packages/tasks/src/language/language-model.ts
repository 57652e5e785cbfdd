import { fnv1a, Random, TokenStream } from '@ostinato/data';
import { type Backend, OstinatoError } from '@ostinato/kernel';
import { crossEntropy } from '@ostinato/losses';
import { dispose, noGrad, type Tensor, tensor, tidy } from '@ostinato/tensor';
import type { FitEvent } from '@ostinato/train';
import { Carry, perplexity } from '@ostinato/train';
import { type Checkpoint, decodeCheckpoint, nextTurn } from '@ostinato/train/inference';
import { drawnFrom } from '../drawn-from.js';
import { readingCheckpoint } from '../shared/description.js';
import type { FitRun } from '../shared/fit-run.js';
import { type FitOptions, Task } from '../shared/task.js';
import { withoutState } from './carried-state.js';
import { type LanguageDescription, readDescription } from './description.js';
import { LanguageNetwork, type LanguageState } from './network.js';
import {
  completeLanguageOptions,
  type LanguageOptions,
  type LanguageSettings,
  languageKind,
} from './options.js';
import { draw } from './sampling.js';
import { checkSentences, END, tokensOf, vocabularyOf } from './words.js';

/** Steps that are evaluated at a time. */
const EVALUATION_STEPS = 256;

/** A text as the model takes it: sentences, each a list of words. */
export type LanguageText = readonly (readonly string[])[];

/**
 * How `fit` is run. Perplexity is what it measures on `dev`; only with the schedule `plateau` does that influence the training. It saves
 * after each epoch, now and then within one, and when training is stopped.
 */
export type LanguageFitOptions = FitOptions<readonly string[], LanguageModel>;

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
export class LanguageModel extends Task<readonly string[], LanguageSettings, LanguageNetwork> {
  readonly #description: LanguageDescription;

  private constructor(description: LanguageDescription) {
    const { settings, words } = description;
    super({ kind: languageKind, settings, network: new LanguageNetwork(settings, words.size) });
    this.#description = description;
  }

  /**
   * A model for the words of a text, with weights drawn from `options.seed`.
   * @throws OstinatoError when a setting lies outside its range; DataError where the text has no words
   */
  static create(sentences: LanguageText, options: LanguageOptions = {}): LanguageModel {
    const settings = completeLanguageOptions(options);
    checkSentences('LanguageModel.create', sentences);
    const words = vocabularyOf(sentences, settings.minCount);
    return drawnFrom(settings.seed, () => new LanguageModel({ settings, words }));
  }

  /** The words that it knows, ends of sentences among them. */
  get words(): string[] {
    return [...this.#description.words];
  }
  /** How many numbers it has learnt. */
  get parameterCount(): number {
    return this.network.parameterCount;
  }

  protected async *train(
    sentences: LanguageText,
    { progress, dev, signal, save }: FitRun<readonly string[]>,
  ): AsyncGenerator<FitEvent, void, undefined> {
    checkSentences('LanguageModel.fit', sentences);
    if (dev) checkSentences('LanguageModel.fit: dev', dev);
    const { note, recognise, trainLanguage } = await import('../later.js');
    const { settings, words } = this.#description;
    const tokens = tokensOf(sentences, words);
    recognise({
      kind: languageKind,
      progress,
      noun: 'tokens',
      examples: tokens,
      fingerprint: fnv1a(tokens.join()),
    });
    progress.start ??= { weights: await this.network.state() };
    yield* trainLanguage(this.network, {
      settings,
      tokens,
      first: words.indexOf(END),
      start: progress.start.training && progress.start,
      signal,
      evaluate: dev && (async () => ({ perplexity: (await this.evaluate(dev)).perplexity })),
      save: async (checkpoint) => {
        note(progress, checkpoint);
        await save();
      },
    });
  }

  protected describe(epoch: number, fingerprint: number | undefined): object {
    const { settings, words } = this.#description;
    return { task: languageKind.task, settings, words: words.toJSON(), epoch, fingerprint };
  }

  protected probe(): unknown {
    return this.network.forward(tensor(new Int32Array(2), [1, 2], { backend: this.backend }));
  }

  /** The weights of the last checkpoint, or, at the end, of the best epoch where that was looked for. */
  protected override weightsOf({ weights, training }: Checkpoint): Checkpoint['weights'] {
    const best = this.finished ? training?.best : undefined;
    return withoutState(best ?? weights);
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
          const { logits, state } = this.network.forward(tensor(inputs, shape, { backend }), carry.value);
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

  /** Where its weights are, and it computes. */
  get backend(): Backend {
    return this.network.backend;
  }

  /**
   * The model that `toCheckpoint` described.
   * @throws CheckpointError when it is not the checkpoint of a language model, or its parts do not fit each other
   */
  static fromCheckpoint(checkpoint: Checkpoint): LanguageModel {
    return readingCheckpoint(languageKind, () => {
      const [description, common] = readDescription(checkpoint);
      const model = drawnFrom(description.settings.seed, () => new LanguageModel(description));
      return model.resume(checkpoint, common);
    });
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
      this.network.forward(tensor(indices, shape, { backend: this.backend }), before),
    );
    const all = (await logits.data()) as Float32Array;
    dispose(logits);
    return { probabilities: softmaxOf(all.subarray(-this.#description.words.size)), state };
  }

  /** Runs without dropout and gradients. */
  #without<T extends Tensor | { logits: Tensor; state: LanguageState }>(run: () => T): T {
    const wasTraining = this.network.training;
    this.network.evaluate();
    try {
      return tidy(() => noGrad(run));
    } finally {
      this.network.train(wasTraining);
    }
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
