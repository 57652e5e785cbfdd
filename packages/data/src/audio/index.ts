export type { AudioClip } from './clip.js';
export { decodeWav } from './decode-wav.js';
export { encodeWav, type WavBits } from './encode-wav.js';
export { Resampler, resample } from './resample.js';
