import { type TaggedSentence, Vocabulary } from '@ostinato/data';
import { type Backend, OstinatoError } from '@ostinato/kernel';
import { summary } from '@ostinato/layers';
import { argmax, dispose, noGrad, tidy } from '@ostinato/tensor';
import type { FitEvent } from '@ostinato/train';
import { type Checkpoint, decodeCheckpoint, nextTurn } from '@ostinato/train/inference';
import { drawnFrom } from '../drawn-from.js';
import { bioRules, decode, neighbours, type TagRules } from './decode.js';
import { readDescription, readingCheckpoint, type TaggerDescription } from './description.js';
import { TaggerFeatures } from './features.js';
import { TaggerNetwork } from './network.js';
import { completeOptions, type TaggerOptions, type TaggerSettings } from './options.js';
import { predictionOf, type TaggedPrediction } from './prediction.js';
import type { TaggerProgress } from './progress.js';
import type { TaggerReport } from './report.js';
import { assertAnyWords, checkTagged, checkWords } from './sentences.js';

/** Sentences that are tagged at a time. */
const EVALUATION_BATCH = 64;

/** How `fit` is run. */
export interface TaggerFitOptions {
  /** Sentences to measure slot F1 on after each epoch. They do not influence the training. */
  readonly dev?: readonly TaggedSentence[] | undefined;
  /** Stops after the step that is running, and saves. */
  readonly signal?: AbortSignal | undefined;
  /** Called after each epoch and when training is stopped: `saveTagger(tagger, path)`, say. A saved tagger goes on from there. */
  readonly save?: ((tagger: SequenceTagger) => Promise<void>) | undefined;
}

/**
 * Gives each word of a sentence a slot (L1), and the sentence an intent if the training data have some: a bidirectional
 * recurrent network over words and their letters.
 *
 * @example
 * const tagger = SequenceTagger.create(sentences);
 * for await (const event of tagger.fit(sentences)) if (event.kind === 'epoch') console.log(event.loss);
 * await tagger.predict([['to', 'taipei']]);   // [{ tokens, slots: ['O', 'B-destination'], spans, intent }]
 */
export class SequenceTagger {
  readonly #description: TaggerDescription;
  readonly #network: TaggerNetwork;
  readonly #features: TaggerFeatures;
  readonly #rules: TagRules;
  readonly #progress: TaggerProgress = { start: undefined, epoch: 0, fingerprint: undefined };
  #isTraining = false;

  private constructor(description: TaggerDescription) {
    this.#description = description;
    const { settings, words, tags, intents } = description;
    const sizes = { words: words.size, tags: tags.size, intents: intents?.size ?? 0 };
    this.#network = new TaggerNetwork(settings, sizes);
    this.#features = new TaggerFeatures(words, settings);
    this.#rules = bioRules([...tags], new Set(description.neighbours));
    this.#network.evaluate();
  }

  /**
   * A tagger for the words, tags and intents that occur in `sentences`, with weights drawn from `options.seed`.
   * @throws OstinatoError when a setting lies outside its range; DataError when there are no words to learn from, or, naming
   * the sentence, where words and tags do not match
   */
  static create(sentences: readonly TaggedSentence[], options: TaggerOptions = {}): SequenceTagger {
    const settings = completeOptions(options);
    checkTagged('SequenceTagger.create', sentences);
    assertAnyWords('SequenceTagger.create', sentences);
    const intents = sentences.flatMap(({ intent }) => (intent === undefined ? [] : [intent]));
    const labels = { padding: false, other: false };
    const description = {
      settings,
      words: Vocabulary.build(sentences.map(({ words }) => words)),
      tags: Vocabulary.build(
        sentences.map(({ tags }) => tags),
        labels,
      ),
      intents: intents.length > 0 ? Vocabulary.build(intents, labels) : undefined,
      neighbours: [...neighbours(sentences)],
    };
    return drawnFrom(settings.seed, () => new SequenceTagger(description));
  }

  /** What it is built like and trained with. */
  get settings(): TaggerSettings {
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
  /** The slot tags that it knows. */
  get tags(): string[] {
    return [...this.#description.tags];
  }
  /** Whether a word occurred in the training data; others are read as OTHER, and by their letters. */
  knows(word: string): boolean {
    return this.#description.words.has(word);
  }
  /** The intents that it knows. */
  get intents(): string[] {
    return [...(this.#description.intents ?? [])];
  }

  /**
   * Trains, telling what happens. A tagger whose training was stopped, here or before it was saved, goes on to the very same
   * weights: after `signal` from the step that was running, after leaving the loop (`break`, an error) from the last event of
   * kind `checkpoint`, or from the beginning if there was none. Whenever the loop has ended, the weights are an average over the
   * last part of the training that is kept; while it runs, they are those of training.
   * @param sentences the same as `create` got
   * @throws OstinatoError when it is finished already, or another `fit` is running; DataError, naming the sentence, where words
   * and tags do not match, or for a tag or intent that `create` has not seen
   */
  async *fit(
    sentences: readonly TaggedSentence[],
    { dev, signal, save }: TaggerFitOptions = {},
  ): AsyncGenerator<FitEvent, void, undefined> {
    if (this.finished) {
      throw new OstinatoError(
        `tagger: all ${this.settings.epochs} epochs are done; create a new tagger to train again`,
      );
    }
    this.#assertIdle('fit');
    this.#isTraining = true;
    try {
      const { fitTagger } = await import('./fitting.js');
      yield* fitTagger(sentences, {
        description: this.#description,
        network: this.#network,
        features: this.#features,
        progress: this.#progress,
        dev,
        signal,
        evaluate: (sentences) => this.evaluate(sentences),
        save: async () => save?.(this),
      });
    } finally {
      this.#isTraining = false;
      this.#rest();
    }
  }

  /** Takes over the weights of the last checkpoint: those that the same tagger has when it is saved and loaded. */
  #rest(): void {
    const { start } = this.#progress;
    if (!start) return;
    this.#network.loadState(weightsToUse(start));
    if (this.finished || !start.training) this.#progress.start = undefined;
  }

  #assertIdle(what: string): void {
    if (!this.#isTraining) return;
    throw new OstinatoError(
      `tagger: ${what} must wait until fit has ended; end its loop, or leave it with break`,
    );
  }

  /**
   * Tags sentences that are cut into words. Empty sentences get empty answers.
   * @throws DataError, naming the sentence, for one that is not a list of words
   */
  async predict(sentences: readonly (readonly string[])[]): Promise<TaggedPrediction[]> {
    checkWords('SequenceTagger.predict', sentences);
    const wasTraining = this.#network.training;
    this.#network.evaluate();
    try {
      const order = sentences.map((_, index) => index).filter((index) => sentences[index]!.length > 0);
      order.sort((a, b) => sentences[a]!.length - sentences[b]!.length);
      const results = sentences.map((words) => predictionOf(words, [], null));
      for (let from = 0; from < order.length; from += EVALUATION_BATCH) {
        const part = order.slice(from, from + EVALUATION_BATCH);
        const predictions = await this.#predictBatch(part.map((index) => sentences[index]!));
        part.forEach((index, row) => {
          results[index] = predictions[row]!;
        });
        // Signals and timers get a turn between batches.
        await nextTurn();
      }
      return results;
    } finally {
      this.#network.train(wasTraining);
    }
  }

  async #predictBatch(sentences: readonly (readonly string[])[]): Promise<TaggedPrediction[]> {
    const { tags, intents } = this.#description;
    const scores = tidy(() =>
      noGrad(() => {
        const { tags, intents } = this.#network.forward(
          this.#features.batch(sentences, this.#network.backend),
        );
        return { tags, intents: intents && argmax(intents) };
      }),
    );
    const tagScores = await scores.tags.data();
    const intentIndices = await scores.intents?.data();
    const [, time, count] = scores.tags.shape as [number, number, number];
    dispose(scores);
    return sentences.map((words, row) => {
      const begin = row * time * count;
      const path = decode(tagScores.subarray(begin, begin + words.length * count), words.length, this.#rules);
      const slots = path.map((tag) => tags.tokenOf(tag));
      return predictionOf(words, slots, intentIndices ? intents!.tokenOf(intentIndices[row]!) : null);
    });
  }

  /**
   * Tags sentences and compares with their own tags and intents.
   * @throws DataError, naming the sentence, where words and tags do not match
   */
  async evaluate(sentences: readonly TaggedSentence[]): Promise<TaggerReport> {
    checkTagged('SequenceTagger.evaluate', sentences);
    const { reportOf } = await import('./report.js');
    return reportOf(sentences, await this.predict(sentences.map(({ words }) => words)));
  }

  /** Layers, shapes and numbers of parameters, as a table. */
  summary(): string {
    const { backend } = this.#network;
    return summary(this.#network, () =>
      this.#network.forward(this.#features.batch([['word', 'word']], backend)),
    );
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
   * Everything that makes this tagger; also where its training stopped, if it is not finished. While `fit` is running, that is
   * the last checkpoint.
   */
  async toCheckpoint(): Promise<Checkpoint> {
    const { describeTagger } = await import('./saving.js');
    const state: Checkpoint = this.#progress.start ?? { weights: await this.#network.state() };
    const sentences = state.training && this.#progress.fingerprint;
    return { ...state, metadata: describeTagger(this.#description, this.epoch, sentences) };
  }

  /**
   * The tagger that `toCheckpoint` described. An unfinished one predicts with the weights that it has so far.
   * @throws CheckpointError when it is not the checkpoint of a tagger, or its parts do not fit each other
   */
  static fromCheckpoint(checkpoint: Checkpoint): SequenceTagger {
    return readingCheckpoint(() => {
      const [description, epoch, sentences] = readDescription(checkpoint);
      const tagger = drawnFrom(description.settings.seed, () => new SequenceTagger(description));
      tagger.#network.loadState(weightsToUse(checkpoint));
      const progress = tagger.#progress;
      progress.epoch = epoch;
      progress.fingerprint = sentences;
      progress.start = checkpoint.training && !tagger.finished ? checkpoint : undefined;
      return tagger;
    });
  }

  /** The tagger as one file (safetensors). */
  async toBytes(): Promise<Uint8Array> {
    const { encodeCheckpoint } = await import('./saving.js');
    return encodeCheckpoint(await this.toCheckpoint());
  }

  /**
   * The tagger that `toBytes` or `saveTagger` wrote.
   * @throws CheckpointError when the bytes are damaged, of a newer version, or not a tagger
   */
  static async fromBytes(bytes: Uint8Array): Promise<SequenceTagger> {
    return SequenceTagger.fromCheckpoint(await decodeCheckpoint(bytes));
  }
}

/** The averages, if the training has come to some. */
function weightsToUse({ weights, training }: Checkpoint): Checkpoint['weights'] {
  const average = training?.average;
  return average && average.updates > 0 ? average.weights : weights;
}
