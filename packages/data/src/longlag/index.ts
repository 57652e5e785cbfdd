/** Generators of the classic tasks with long lags. */
export { type AddingProblem, addingBaseline, addingProblem } from './adding-problem.js';
export { type CopyMemory, copyBaseline, copyMemory, copySymbols } from './copy-memory.js';
export { type CountingLanguage, countingStrings } from './counting-language.js';
export { embeddedReber, reberAlphabet, reberBaseline } from './embedded-reber.js';
export type { SymbolPrediction } from './symbol-prediction.js';
export { orderAlphabet, orderBaseline, type TemporalOrder, temporalOrder } from './temporal-order.js';
export { waveform } from './waveform.js';
