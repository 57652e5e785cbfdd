/** Ready to use: a task, its data in, its answers out. */

export { type ClassifierFitOptions, SequenceClassifier } from './classifier/classifier.js';
export {
  type ClassifierOptions,
  type ClassifierSettings,
  type ClassifierShape,
  type ClassifierTraining,
  classifierDefaults,
  type PoolingName,
  type TextUnit,
} from './classifier/options.js';
export type { ClassifiedText } from './classifier/prediction.js';
export type { ClassifierReport } from './classifier/report.js';
export { type LanguageCell, languageCells } from './language/cells.js';
export {
  type LanguageFitOptions,
  LanguageModel,
  type LanguageReport,
  type LanguageText,
  type SampleOptions,
} from './language/language-model.js';
export {
  type LanguageOptions,
  type LanguageSettings,
  type LanguageShape,
  type LanguageTraining,
  languageDefaults,
  languageSchedules,
} from './language/options.js';
export type { SpeechDecoding } from './recognizer/decoding.js';
export {
  type RecognizerOptions,
  type RecognizerSettings,
  type RecognizerShape,
  type RecognizerTraining,
  recognizerDefaults,
  type SpeechFeatureName,
  type SpeechUnits,
  toneOptions,
} from './recognizer/options.js';
export type { Alternative, Recognition, TimedText } from './recognizer/recognition.js';
export {
  CtcRecognizer,
  type RecognizerCreateOptions,
  type RecognizerFitOptions,
  type SymbolLattice,
} from './recognizer/recognizer.js';
export type { RecognizerReport } from './recognizer/report.js';
export type { SpeechStream } from './recognizer/stream.js';
export type { CellName } from './shared/options.js';
export {
  type TaggerOptions,
  type TaggerSettings,
  type TaggerShape,
  type TaggerTraining,
  taggerDefaults,
} from './tagger/options.js';
export type { PredictedSpan, TaggedPrediction } from './tagger/prediction.js';
export type { TaggerReport } from './tagger/report.js';
export type { TaggerFitOptions } from './tagger/tagger.js';
export { SequenceTagger } from './tagger/tagger.js';
