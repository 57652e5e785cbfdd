/** How good predictions are: plain numbers in, plain numbers out, no tensors. */
export { accuracy, type TokenAccuracyOptions, tokenAccuracy } from './accuracy.js';
export { type Chunk, chunksOf } from './chunks.js';
export { ConfusionMatrix } from './confusion-matrix.js';
export { type Edits, editsBetween } from './edit-distance.js';
export { characterErrorRate, type ErrorRate, errorRate, wordErrorRate } from './error-rate.js';
export { MeanMetric } from './mean-metric.js';
export { perplexity } from './perplexity.js';
export { type Counts, type Rates, ratesOf } from './rates.js';
export { type SlotScores, slotScores } from './slot-scores.js';
