import type { CtcRecognizer, LanguageModel, SequenceClassifier, SequenceTagger } from '@ostinato/tasks';
import {
  loadClassifier,
  loadLanguageModel,
  loadRecognizer,
  loadTagger,
  saveClassifier,
  saveLanguageModel,
  saveRecognizer,
  saveTagger,
} from '@ostinato/tasks/node';
import type { FitEvent } from '@ostinato/train';

/** What commands do with a model, whatever its kind. */
export interface Model<Example, Report> {
  readonly epoch: number;
  readonly finished: boolean;
  readonly settings: { readonly epochs: number };
  fit(
    examples: readonly Example[],
    options: {
      readonly dev?: readonly Example[] | undefined;
      readonly signal?: AbortSignal | undefined;
      readonly save?: (() => Promise<void>) | undefined;
    },
  ): AsyncIterable<FitEvent>;
  evaluate(examples: readonly Example[]): Promise<Report>;
  dispose(): void;
}

/** What commands have to know of a kind of model. */
export interface ModelKind<Trained> {
  /** `tagger` */
  readonly name: string;
  /** What it learns from: `sentence`. */
  readonly example: string;
  /** What progress shows: the name in the metrics of an epoch, and for people. */
  readonly score: { readonly metric: string; readonly title: string };
  load(path: string): Promise<Trained>;
  save(model: Trained, path: string): Promise<void>;
}

/** Models of `ostinato tag`. */
export const taggers: ModelKind<SequenceTagger> = {
  name: 'tagger',
  example: 'sentence',
  score: { metric: 'slotF1', title: 'slot F1' },
  load: loadTagger,
  save: saveTagger,
};

/** Models of `ostinato classify`. */
export const classifiers: ModelKind<SequenceClassifier> = {
  name: 'classifier',
  example: 'text',
  score: { metric: 'accuracy', title: 'accuracy' },
  load: loadClassifier,
  save: saveClassifier,
};

/** Models of `ostinato speech`. */
export const recognizers: ModelKind<CtcRecognizer> = {
  name: 'recognizer',
  example: 'recording',
  score: { metric: 'wer', title: 'word errors' },
  load: loadRecognizer,
  save: saveRecognizer,
};

/** Models of `ostinato lm`. */
export const languageModels: ModelKind<LanguageModel> = {
  name: 'language model',
  example: 'word',
  score: { metric: 'perplexity', title: 'perplexity' },
  load: loadLanguageModel,
  save: saveLanguageModel,
};
