/** Ready to use: a task, its data in, its answers out. */

export {
  type CellName,
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
