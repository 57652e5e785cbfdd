export { addNoise } from './augmentation/add-noise.js';
export { changeGain } from './augmentation/change-gain.js';
export { changeSpeed } from './augmentation/change-speed.js';
export { type SpecAugmentOptions, specAugment } from './augmentation/spec-augment.js';
export type { AudioClip } from './clip.js';
export { decodeWav } from './decode-wav.js';
export { type ConnectDigitsOptions, connectDigits, type DigitString } from './digits/connect-digits.js';
export { type DigitRecording, digitWords } from './digits/digit-recording.js';
export { type SplitRecordings, splitRecordings } from './digits/split-recordings.js';
export { encodeWav, type WavBits } from './encode-wav.js';
export type { FeatureStream } from './features/feature-stream.js';
export type { Frames } from './features/frames.js';
export type { SpeechFeaturesDescription, SpeechFeaturesOptions } from './features/options.js';
export type { SpectralWindow } from './features/spectral-window.js';
export { SpeechFeatures } from './features/speech-features.js';
export { type ManifestEntry, parseManifest } from './manifest.js';
export { Resampler, resample } from './resample.js';
export {
  type ToneSequences,
  type ToneSequencesOptions,
  toneSequences,
  type Utterance,
} from './tone-sequences.js';
