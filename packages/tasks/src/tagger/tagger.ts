import { BatchPlan, type TaggedSentence, Vocabulary } from '@ostinato/data';
import { type Backend, OstinatoError } from '@ostinato/kernel';
import { summary } from '@ostinato/layers';
import { crossEntropy } from '@ostinato/losses';
import { add, argmax, dispose, mul, noGrad, seed, type Tensor, tidy } from '@ostinato/tensor';
import {
  Adam,
  type Checkpoint,
  cosine,
  decodeCheckpoint,
  encodeCheckpoint,
  type FitEvent,
  fit,
  type Position,
  WeightAverage,
  warmUp,
} from '@ostinato/train';
import { bioRules, decode, neighbours, type TagRules } from './decode.js';
import { describeTagger, readDescription, type TaggerDescription } from './description.js';
import { forgetful, NO_INTENT, TaggerFeatures, targetsOf } from './features.js';
import { TaggerNetwork } from './network.js';
import { completeOptions, type TaggerOptions, type TaggerSettings } from './options.js';
import { predictionOf, type TaggedPrediction } from './prediction.js';
import { reportOf, type TaggerReport } from './report.js';

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
  /** Where training stopped; undefined when it has not begun or is finished. */
  #start: Checkpoint | undefined;
  #position: Position = { epoch: 0, batch: 0, step: 0 };

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
   * @throws OstinatoError when there are no sentences, or a setting lies outside its range
   */
  static create(sentences: readonly TaggedSentence[], options: TaggerOptions = {}): SequenceTagger {
    const settings = completeOptions(options);
    if (sentences.length === 0) throw new OstinatoError('tagger: there are no sentences to learn from');
    seed(settings.seed);
    const intents = sentences.flatMap(({ intent }) => (intent === undefined ? [] : [intent]));
    const labels = { padding: false, other: false };
    return new SequenceTagger({
      settings,
      words: Vocabulary.build(sentences.map(({ words }) => words)),
      tags: Vocabulary.build(
        sentences.map(({ tags }) => tags),
        labels,
      ),
      intents: intents.length > 0 ? Vocabulary.build(intents, labels) : undefined,
      neighbours: [...neighbours(sentences)],
    });
  }

  /** What it is built like and trained with. */
  get settings(): TaggerSettings {
    return this.#description.settings;
  }
  /** Epochs trained so far. */
  get epoch(): number {
    return this.#position.epoch;
  }
  /** Whether all epochs are done. */
  get finished(): boolean {
    return this.#position.epoch >= this.settings.epochs;
  }
  /** The slot tags that it knows. */
  get tags(): string[] {
    return [...this.#description.tags];
  }
  /** The intents that it knows. */
  get intents(): string[] {
    return [...(this.#description.intents ?? [])];
  }

  /**
   * Trains, telling what happens. A tagger that was loaded unfinished goes on where it was stopped, to the very same weights.
   * The weights in the end are an average over the last part of training.
   * @param sentences the same as `create` got
   * @throws OstinatoError when it is finished already; DataError for a tag that `create` has not seen
   */
  async *fit(
    sentences: readonly TaggedSentence[],
    { dev, signal, save }: TaggerFitOptions = {},
  ): AsyncGenerator<FitEvent, void, undefined> {
    const { settings } = this;
    if (this.finished) {
      throw new OstinatoError(
        `tagger: all ${settings.epochs} epochs are done; create a new tagger to train again`,
      );
    }
    const plan = new BatchPlan(
      sentences.map(({ words }) => words.length),
      { size: settings.batch, bucketBy: 'length', seed: settings.seed },
    );
    const steps = plan.batchesPerEpoch * settings.epochs;
    const growing = Math.max(1, Math.round(0.1 * steps));
    const start = this.#start;
    this.#start = undefined;
    if (!start) seed(settings.seed);
    const optimizer = new Adam(this.#network, { clipNorm: 5 });
    const average = new WeightAverage(this.#network, { decay: 0.999 });
    try {
      const events = fit({
        model: this.#network,
        optimizer,
        average,
        epochs: settings.epochs,
        schedule: warmUp(cosine(settings.rate, { steps: Math.max(1, steps - growing) }), growing),
        batches: (epoch) => plan.epoch(epoch).map((indices, batch) => ({ indices, epoch, batch })),
        loss: ({ indices, epoch, batch }) =>
          this.#loss(
            indices.map((index) => sentences[index]!),
            epoch,
            batch,
          ),
        evaluate: dev && (async () => metricsOf(await this.evaluate(dev))),
        checkpoint: { save: async (checkpoint) => this.#note(checkpoint, save) },
        start,
        signal,
      });
      for await (const event of events) {
        if (event.kind === 'stopped' && event.reason === 'finished') this.#start = undefined;
        yield event;
      }
    } finally {
      optimizer.dispose();
      average.dispose();
    }
  }

  async #note(checkpoint: Checkpoint, save: TaggerFitOptions['save']): Promise<void> {
    this.#start = checkpoint;
    this.#position = checkpoint.training!.position;
    await save?.(this);
  }

  #loss(sentences: readonly TaggedSentence[], epoch: number, batch: number): Tensor {
    const { words, tags, intents, settings } = this.#description;
    const forget = forgetful(words, settings.wordDropout, settings.seed, epoch, batch);
    const input = this.#features.batch(
      sentences.map((sentence) => sentence.words),
      forget,
    );
    const scores = this.#network.forward(input);
    const targets = targetsOf(sentences, tags, intents);
    const ofTags = crossEntropy(scores.tags, targets.tags, { lengths: input.lengths });
    if (!scores.intents || !targets.intents) return ofTags;
    const ofIntents = crossEntropy(scores.intents, targets.intents, { ignoreIndex: NO_INTENT });
    return add(ofTags, mul(ofIntents, settings.intentWeight));
  }

  /** Tags sentences that are cut into words. Empty sentences get empty answers. */
  async predict(sentences: readonly (readonly string[])[]): Promise<TaggedPrediction[]> {
    const wasTraining = this.#network.training;
    this.#network.evaluate();
    const order = sentences.map((_, index) => index).filter((index) => sentences[index]!.length > 0);
    order.sort((a, b) => sentences[a]!.length - sentences[b]!.length);
    const results = sentences.map((words) => predictionOf(words, [], null));
    for (let from = 0; from < order.length; from += EVALUATION_BATCH) {
      const part = order.slice(from, from + EVALUATION_BATCH);
      const predictions = await this.#predictBatch(part.map((index) => sentences[index]!));
      part.forEach((index, row) => {
        results[index] = predictions[row]!;
      });
    }
    this.#network.train(wasTraining);
    return results;
  }

  async #predictBatch(sentences: readonly (readonly string[])[]): Promise<TaggedPrediction[]> {
    const { tags, intents } = this.#description;
    const scores = tidy(() =>
      noGrad(() => {
        const { tags, intents } = this.#network.forward(this.#features.batch(sentences));
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

  /** Tags sentences and compares with their own tags and intents. */
  async evaluate(sentences: readonly TaggedSentence[]): Promise<TaggerReport> {
    return reportOf(sentences, await this.predict(sentences.map(({ words }) => words)));
  }

  /** Layers, shapes and numbers of parameters, as a table. */
  summary(): string {
    return summary(this.#network, () => this.#network.forward(this.#features.batch([['word', 'word']])));
  }

  /** Moves to another backend. Not while `fit` is running. */
  async to(backend: Backend): Promise<this> {
    await this.#network.to(backend);
    return this;
  }

  /** Everything that makes this tagger; also where its training stopped, if it is not finished. */
  async toCheckpoint(): Promise<Checkpoint> {
    const state = this.#start ?? { weights: await this.#network.state() };
    return { ...state, metadata: describeTagger(this.#description) };
  }

  /**
   * The tagger that `toCheckpoint` described. An unfinished one predicts with the weights that it has so far.
   * @throws CheckpointError when it is not the checkpoint of a tagger
   */
  static fromCheckpoint(checkpoint: Checkpoint): SequenceTagger {
    const tagger = new SequenceTagger(readDescription(checkpoint.metadata));
    const { training, weights } = checkpoint;
    const average = training?.average;
    tagger.#network.loadState(average && average.updates > 0 ? average.weights : weights);
    tagger.#start = training && checkpoint;
    tagger.#position = training?.position ?? { epoch: tagger.settings.epochs, batch: 0, step: 0 };
    return tagger;
  }

  /** The tagger as one file (safetensors). */
  async toBytes(): Promise<Uint8Array> {
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

/** The numbers of a report that progress shows. */
function metricsOf({
  slotF1,
  precision,
  recall,
  tokenAccuracy,
  intentAccuracy,
}: TaggerReport): Record<string, number> {
  return { slotF1, precision, recall, tokenAccuracy, ...(intentAccuracy === null ? {} : { intentAccuracy }) };
}
