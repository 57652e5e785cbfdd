/**
 * What training, measuring and saving need, of all tasks: loaded when the first model does one of these; who only predicts does without. It is one
 * module because bundlers cut what several of them share into more and more pieces, of which pages then load some.
 */

export { encodeCheckpoint } from '@ostinato/train';
export { fitClassifier } from './classifier/fitting.js';
export { reportOf as classifierReportOf } from './classifier/report.js';
export { trainLanguage } from './language/training.js';
export { fitRecognizer } from './recognizer/fitting.js';
export { reportOf as recognizerReportOf } from './recognizer/report.js';
export { note, recognise } from './shared/training.js';
export { fitTagger } from './tagger/fitting.js';
export { reportOf as taggerReportOf } from './tagger/report.js';
