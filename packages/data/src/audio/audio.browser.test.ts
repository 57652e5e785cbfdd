import { expect, it } from 'vitest';
import { decodeWav, encodeWav, resample, SpeechFeatures, toneSequences } from '../index.js';

it('turns recordings into features in a browser, whole and in pieces', () => {
  const { train } = toneSequences({ train: 1, dev: 0, test: 0, symbols: '5', length: [3, 3] });
  const clip = decodeWav(encodeWav(train[0]!.clip, { bits: 'float' }));
  expect(clip).toEqual(train[0]!.clip);
  const features = new SpeechFeatures({
    sampleRate: 16000,
    kind: 'mfcc',
    deltas: 2,
    normalization: 'running',
  });
  const { samples } = resample(clip, 16000);
  const whole = features.compute(samples);
  expect(whole.count).toBeGreaterThan(10);
  const stream = features.stream();
  const pieces = [stream.push(samples.subarray(0, 1234)), stream.push(samples.subarray(1234)), stream.end()];
  expect(Float32Array.from(pieces.flatMap(({ data }) => [...data]))).toEqual(whole.data);
});
