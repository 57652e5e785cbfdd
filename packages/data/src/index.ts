/** Text and speech as numbers: vocabularies, tokens, slot corpora, labelled texts, recordings, batches, and embedded data sets. Needs no file system. */
export * from './audio/index.js';
export {
  type BatchOptions,
  BatchPlan,
  type BatchPlanOptions,
  batches,
  type LengthBucketOptions,
  lengthBuckets,
} from './batches.js';
export { type ConllOptions, parseConll } from './conll.js';
export type { DigitImages, Digits } from './digits.js';
export { DataError, type DataLocation } from './errors.js';
export { type FlightOptions, type Flights, flights, lectureSentences } from './flights/index.js';
export { fnv1a } from './hash.js';
export { holdOut } from './hold-out.js';
export { type IdxArray, parseIdx } from './idx.js';
export { type LabelledText, parseLabelled } from './labelled-text.js';
export * from './longlag/index.js';
export { NgramModel, type NgramScore } from './ngram/ngram-model.js';
export { type ArpaOptions, parseArpa } from './ngram/parse-arpa.js';
export { type PaddedBatch, type PadOptions, padBatch } from './padding.js';
export { prefetch } from './prefetch.js';
export { Random, type RandomGeneratorState } from './random.js';
export { type RequestOptions, type Requests, requests } from './requests/index.js';
export { parseSlotFiles, type SlotFileNames, type SlotFiles } from './slot-files.js';
export { checkTag, type SlotSpan, spansOf, type TaggedSentence } from './tagged-sentence.js';
export { decodeUtf8 } from './text.js';
export { type StreamWindow, TokenStream } from './token-stream.js';
export { type TokenizeOptions, type TokenWithOffsets, tokenize, tokenizeWithOffsets } from './tokenize.js';
export {
  letterNgrams,
  letterTrigrams,
  type TrigramBatch,
  TrigramHasher,
  type TrigramOptions,
} from './trigrams.js';
export { OTHER, PADDING, Vocabulary, type VocabularyJSON, type VocabularyOptions } from './vocabulary.js';
export { wordShape } from './word-shape.js';
