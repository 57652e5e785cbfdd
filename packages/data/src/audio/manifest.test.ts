import { expect, it } from 'vitest';
import { DataError } from '../errors.js';
import { parseManifest } from './manifest.js';

it('reads a recording and its transcript on each line', () => {
  const text = '\ufeffa.wav\tone two\r\n\n  \nfolder/b c.wav\t  ¿qué   tal?  ';
  expect(parseManifest(text, { file: 'train.tsv' })).toEqual([
    { path: 'a.wav', transcript: 'one two', file: 'train.tsv', line: 1 },
    { path: 'folder/b c.wav', transcript: '¿qué tal?', file: 'train.tsv', line: 4 },
  ]);
});

it.each([
  ['', 'train.tsv: the manifest is empty; expected the path of a WAV file, a tab and what is said'],
  ['\n \n', 'train.tsv: the manifest is empty'],
  ['a.wav one', "train.tsv:1: there is no tab in 'a.wav one'; expected the path"],
  ['a.wav\tone\nb.wav\ttwo\tspeaker', 'train.tsv:2: there are 2 tabs; expected'],
  ['\n\tone', 'train.tsv:2: the path is missing'],
  ['a.wav\t ', "train.tsv:1: the transcript of 'a.wav' is missing"],
])('says what is wrong with %j, and where', (text, message) => {
  expect(() => parseManifest(text, { file: 'train.tsv' })).toThrow(DataError);
  expect(() => parseManifest(text, { file: 'train.tsv' })).toThrow(message);
});
