import { type TaggedSentence, Vocabulary } from '@ostinato/data';
import type { AllowedTags } from '@ostinato/losses';
import { argmax, dispose, noGrad, tidy } from '@ostinato/tensor';
import type { FitEvent } from '@ostinato/train';
import { type Checkpoint, decodeCheckpoint } from '@ostinato/train/inference';
import { drawnFrom } from '../drawn-from.js';
import { readingCheckpoint } from '../shared/description.js';
import type { FitRun } from '../shared/fit-run.js';
import { type FitOptions, SequenceTask } from '../shared/sequence-task.js';
import { WordFeatures } from '../shared/word-features.js';
import { allowedBy, bioRules, decode, neighbours, type TagRules } from './decode.js';
import { readDescription, type TaggerDescription } from './description.js';
import { TaggerNetwork } from './network.js';
import { completeOptions, type TaggerOptions, type TaggerSettings, taggerKind } from './options.js';
import { predictionOf, type TaggedPrediction } from './prediction.js';
import type { TaggerReport } from './report.js';
import { assertAnyWords, checkTagged, checkWords } from './sentences.js';

/** How `fit` is run. Slot F1 is what it measures on `dev`. */
export type TaggerFitOptions = FitOptions<TaggedSentence, SequenceTagger>;

/**
 * Gives each word of a sentence a slot (L1), and the sentence an intent if the training data have some: a bidirectional
 * recurrent network over words and their letters.
 *
 * @example
 * const tagger = SequenceTagger.create(sentences);
 * for await (const event of tagger.fit(sentences)) if (event.kind === 'epoch') console.log(event.loss);
 * await tagger.predict([['to', 'taipei']]);   // [{ tokens, slots: ['O', 'B-destination'], spans, intent }]
 */
export class SequenceTagger extends SequenceTask<TaggedSentence, TaggerSettings, TaggerNetwork> {
  readonly #description: TaggerDescription;
  readonly #rules: TagRules;
  readonly #allowed: AllowedTags;

  private constructor(description: TaggerDescription) {
    const { settings, words, tags, intents } = description;
    const sizes = { words: words.size, tags: tags.size, intents: intents?.size ?? 0 };
    const network = new TaggerNetwork(settings, sizes);
    super({ kind: taggerKind, settings, network, features: new WordFeatures(words, settings) });
    this.#description = description;
    this.#rules = bioRules([...tags], new Set(description.neighbours));
    this.#allowed = allowedBy(this.#rules);
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

  protected async *train(
    sentences: readonly TaggedSentence[],
    run: FitRun<TaggedSentence>,
  ): AsyncGenerator<FitEvent, void, undefined> {
    const { fitTagger } = await import('../later.js');
    yield* fitTagger(sentences, {
      ...run,
      description: this.#description,
      network: this.network,
      features: this.features,
      evaluate: (sentences) => this.evaluate(sentences),
    });
  }

  protected describe(epoch: number, fingerprint: number | undefined): object {
    const { settings, words, tags, neighbours, intents } = this.#description;
    return { task: taggerKind.task, settings, words, tags, neighbours, epoch, fingerprint, intents };
  }

  /**
   * Tags sentences that are cut into words. Empty sentences get empty answers.
   * @throws DataError, naming the sentence, for one that is not a list of words
   */
  async predict(sentences: readonly (readonly string[])[]): Promise<TaggedPrediction[]> {
    checkWords('SequenceTagger.predict', sentences);
    const decode = await this.#decoder();
    const results = await this.inBatches(sentences, (part) => this.#predictBatch(part, decode));
    return results.map((result, index) => result ?? predictionOf(sentences[index]!, [], null));
  }

  /** What finds the best tags that keep to the rules, given the scores [time, tags] of a sentence. */
  async #decoder(): Promise<(emissions: ArrayLike<number>, time: number) => ArrayLike<number>> {
    const { crf } = this.network;
    if (!crf) return (emissions, time) => decode(emissions, time, this.#rules);
    const { viterbi } = await import('./best-path.js');
    const parts = [crf.transitions, crf.start, crf.end].map((parameter) => parameter.data());
    const [transitions, start, end] = (await Promise.all(parts)) as [
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    return (emissions) => viterbi({ emissions, transitions, start, end }, this.#allowed).tags;
  }

  async #predictBatch(
    sentences: readonly (readonly string[])[],
    decode: (emissions: ArrayLike<number>, time: number) => ArrayLike<number>,
  ): Promise<TaggedPrediction[]> {
    const { tags, intents } = this.#description;
    const scores = tidy(() =>
      noGrad(() => {
        const { tags, intents } = this.network.forward(this.features.batch(sentences, this.network.backend));
        return { tags, intents: intents && argmax(intents) };
      }),
    );
    const tagScores = await scores.tags.data();
    const intentIndices = await scores.intents?.data();
    const [, time, count] = scores.tags.shape as [number, number, number];
    dispose(scores);
    return sentences.map((words, row) => {
      const begin = row * time * count;
      const path = decode(tagScores.subarray(begin, begin + words.length * count), words.length);
      const slots = Array.from(path, (tag) => tags.tokenOf(tag));
      return predictionOf(words, slots, intentIndices ? intents!.tokenOf(intentIndices[row]!) : null);
    });
  }

  /**
   * Tags sentences and compares with their own tags and intents.
   * @throws DataError, naming the sentence, where words and tags do not match
   */
  async evaluate(sentences: readonly TaggedSentence[]): Promise<TaggerReport> {
    checkTagged('SequenceTagger.evaluate', sentences);
    const { taggerReportOf } = await import('../later.js');
    return taggerReportOf(sentences, await this.predict(sentences.map(({ words }) => words)));
  }

  /**
   * The tagger that `toCheckpoint` described. An unfinished one predicts with the weights that it has so far.
   * @throws CheckpointError when it is not the checkpoint of a tagger, or its parts do not fit each other
   */
  static fromCheckpoint(checkpoint: Checkpoint): SequenceTagger {
    return readingCheckpoint(taggerKind, () => {
      const [description, common] = readDescription(checkpoint);
      const tagger = drawnFrom(description.settings.seed, () => new SequenceTagger(description));
      return tagger.resume(checkpoint, common);
    });
  }

  /**
   * The tagger that `toBytes` or `saveTagger` wrote.
   * @throws CheckpointError when the bytes are damaged, of a newer version, or not a tagger
   */
  static async fromBytes(bytes: Uint8Array): Promise<SequenceTagger> {
    return SequenceTagger.fromCheckpoint(await decodeCheckpoint(bytes));
  }
}
