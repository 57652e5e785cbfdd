import { completeSettings, type OptionsOf, type WordShape, type WordTraining } from '../shared/options.js';
import type { TaskKind } from '../shared/task-kind.js';

/** What messages call a classifier. */
export const classifierKind: TaskKind = { name: 'classifier', task: 'classifier', command: 'classify' };

/** How the steps of a text become one vector: see `lastStep`, `meanPooling`, `maxPooling` and `AttentionPooling` of layers. */
export type PoolingName = 'last' | 'mean' | 'max' | 'attention';

/** What a text is cut into: words (and punctuation marks), or characters. */
export type TextUnit = 'word' | 'character';

/** What a classifier is built like. */
export interface ClassifierShape extends WordShape {
  readonly pooling: PoolingName;
  readonly unit: TextUnit;
}

/** How a classifier is trained. */
export interface ClassifierTraining extends WordTraining {
  /** Besides `wordDropout`, any word, however frequent, is read as OTHER with this probability (Iyyer et al. 2015). */
  readonly uniformWordDropout: number;
}

/** Everything about a classifier that can be chosen. */
export type ClassifierSettings = ClassifierShape & ClassifierTraining;

/** What to choose differently from the defaults. */
export type ClassifierOptions = OptionsOf<ClassifierSettings>;

/** The defaults, meant to be good enough that nobody needs to pass any; `docs/classification.md` tells what was tried. */
export const classifierDefaults: ClassifierSettings = {
  cell: 'lstm',
  hidden: 64,
  embed: 96,
  letters: 48,
  buckets: 4096,
  layers: 1,
  dropout: 0.5,
  pooling: 'max',
  unit: 'word',
  epochs: 8,
  batch: 32,
  rate: 3e-3,
  seed: 1,
  wordDropout: 1,
  uniformWordDropout: 0.1,
};

/** Fills in the defaults. Throws OstinatoError that names a setting outside its range. */
export function completeOptions(options: ClassifierOptions): ClassifierSettings {
  return completeSettings(
    classifierKind,
    classifierDefaults,
    options,
    ({ pooling, unit, uniformWordDropout }, demand) => {
      demand(
        ['last', 'mean', 'max', 'attention'].includes(pooling),
        'pooling',
        'last, mean, max or attention',
      );
      demand(uniformWordDropout >= 0 && uniformWordDropout < 1, 'uniformWordDropout', 'in [0, 1)');
      demand(['word', 'character'].includes(unit), 'unit', 'word or character');
    },
  );
}
