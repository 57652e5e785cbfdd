import { type LabelledText, Vocabulary } from '@ostinato/data';
import { dispose, noGrad, softmax, tidy } from '@ostinato/tensor';
import type { FitEvent } from '@ostinato/train';
import { type Checkpoint, decodeCheckpoint } from '@ostinato/train/inference';
import { drawnFrom } from '../drawn-from.js';
import { readingCheckpoint } from '../shared/description.js';
import type { FitRun } from '../shared/fit-run.js';
import { type FitOptions, SequenceTask } from '../shared/sequence-task.js';
import { WordFeatures } from '../shared/word-features.js';
import { type ClassifierDescription, readDescription } from './description.js';
import { ClassifierNetwork } from './network.js';
import {
  type ClassifierOptions,
  type ClassifierSettings,
  classifierKind,
  completeOptions,
} from './options.js';
import { type ClassifiedText, predictionOf } from './prediction.js';
import type { ClassifierReport } from './report.js';
import { assertLabels, checkLabelled, checkTexts, cut } from './texts.js';

/** How `fit` is run. Accuracy and macro F1 are what it measures on `dev`. */
export type ClassifierFitOptions = FitOptions<LabelledText, SequenceClassifier>;

/**
 * Gives each text one of several labels (L24): what it is about, what it asks for, whether it praises. A bidirectional recurrent
 * network over words and their letters, whose steps are summarised to one vector.
 *
 * @example
 * const classifier = SequenceClassifier.create(texts);   // [{ text: 'what a film', label: 'good' }, ...]
 * for await (const event of classifier.fit(texts)) if (event.kind === 'epoch') console.log(event.loss);
 * await classifier.predict(['what a bore']);   // [{ text, label: 'bad', probability: 0.97, probabilities }]
 */
export class SequenceClassifier extends SequenceTask<LabelledText, ClassifierSettings, ClassifierNetwork> {
  readonly #description: ClassifierDescription;

  private constructor(description: ClassifierDescription) {
    const { settings, words, labels } = description;
    const network = new ClassifierNetwork(settings, { words: words.size, labels: labels.size });
    super({ kind: classifierKind, settings, network, features: new WordFeatures(words, settings) });
    this.#description = description;
  }

  /**
   * A classifier for the words and labels that occur in `texts`, with weights drawn from `options.seed`.
   * @throws OstinatoError when a setting lies outside its range; DataError, naming the text, for one without text and label, and
   * where there are fewer than two labels
   */
  static create(texts: readonly LabelledText[], options: ClassifierOptions = {}): SequenceClassifier {
    const settings = completeOptions(options);
    checkLabelled('SequenceClassifier.create', texts);
    assertLabels('SequenceClassifier.create', texts);
    const description = {
      settings,
      words: Vocabulary.build(texts.map(({ text }) => cut(text, settings.unit))),
      labels: Vocabulary.build(
        texts.map(({ label }) => label),
        { padding: false, other: false },
      ),
    };
    return drawnFrom(settings.seed, () => new SequenceClassifier(description));
  }

  /** The labels that it knows, the most frequent first. */
  get labels(): string[] {
    return [...this.#description.labels];
  }

  protected async *train(
    texts: readonly LabelledText[],
    run: FitRun<LabelledText>,
  ): AsyncGenerator<FitEvent, void, undefined> {
    const { fitClassifier } = await import('../later.js');
    yield* fitClassifier(texts, {
      ...run,
      description: this.#description,
      network: this.network,
      features: this.features,
      evaluate: (texts) => this.evaluate(texts),
    });
  }

  protected describe(epoch: number, fingerprint: number | undefined): object {
    return { task: classifierKind.task, ...this.#description, epoch, fingerprint };
  }

  /**
   * Labels texts. One without any word gets the answer for an unknown word.
   * @throws DataError, naming the text, for one that is not a string
   */
  async predict(texts: readonly string[]): Promise<ClassifiedText[]> {
    checkTexts('SequenceClassifier.predict', texts);
    const { labels } = this;
    const results = await this.inBatches(
      texts.map((text) => cut(text, this.settings.unit)),
      (part) => this.#probabilities(part),
    );
    return results.map((probabilities, index) => predictionOf(texts[index]!, labels, probabilities!));
  }

  /** Of each label, for each text. */
  async #probabilities(texts: readonly (readonly string[])[]): Promise<ArrayLike<number>[]> {
    const scores = tidy(() =>
      noGrad(() => softmax(this.network.forward(this.features.batch(texts, this.network.backend)))),
    );
    const numbers = await scores.data();
    const count = scores.shape[1]!;
    dispose(scores);
    return texts.map((_, row) => numbers.slice(row * count, (row + 1) * count));
  }

  /**
   * Labels texts and compares with their own labels.
   * @throws DataError, naming the text, for one without text and label
   */
  async evaluate(texts: readonly LabelledText[]): Promise<ClassifierReport> {
    checkLabelled('SequenceClassifier.evaluate', texts);
    const { classifierReportOf } = await import('../later.js');
    return classifierReportOf(this.labels, texts, await this.predict(texts.map(({ text }) => text)));
  }

  /**
   * The classifier that `toCheckpoint` described. An unfinished one predicts with the weights that it has so far.
   * @throws CheckpointError when it is not the checkpoint of a classifier, or its parts do not fit each other
   */
  static fromCheckpoint(checkpoint: Checkpoint): SequenceClassifier {
    return readingCheckpoint(classifierKind, () => {
      const [description, common] = readDescription(checkpoint);
      const classifier = drawnFrom(description.settings.seed, () => new SequenceClassifier(description));
      return classifier.resume(checkpoint, common);
    });
  }

  /**
   * The classifier that `toBytes` or `saveClassifier` wrote.
   * @throws CheckpointError when the bytes are damaged, of a newer version, or not a classifier
   */
  static async fromBytes(bytes: Uint8Array): Promise<SequenceClassifier> {
    return SequenceClassifier.fromCheckpoint(await decodeCheckpoint(bytes));
  }
}
