import {
  type CellName,
  cellNames,
  completeTraining,
  demandCounts,
  type OptionsOf,
  type TrainingSettings,
} from '../shared/options.js';
import type { TaskKind } from '../shared/task-kind.js';

/** What messages call a recogniser of speech. */
export const recognizerKind: TaskKind = { name: 'recognizer', task: 'recognizer', command: 'speech' };

/** What transcripts are cut into: characters, blanks among them, or what stands between blanks. */
export type SpeechUnits = 'char' | 'word';

/** What a recogniser hears. */
export type SpeechFeatureName = 'logMel' | 'mfcc';

/** What a recogniser is built like. */
export interface RecognizerShape {
  /** What its symbols are; `char` by default. */
  readonly units: SpeechUnits;
  /** Samples per second that it hears; recordings of other rates are resampled. 0, the default, takes the rate of the first recording. */
  readonly sampleRate: number;
  /** `mfcc` by default: log-mel bands take longer to learn from, and more recordings. */
  readonly features: SpeechFeatureName;
  /** Mel bands. */
  readonly bands: number;
  /** Coefficients of `mfcc`. */
  readonly coefficients: number;
  /** How often features are differentiated over time, 0 to 2. */
  readonly deltas: number;
  /** Frames, 10 ms apart, that are read as one step: a recogniser of n steps writes at most n symbols. */
  readonly subsampling: number;
  /** Recurrent network; `lstm` by default. */
  readonly cell: CellName;
  /** Units of each direction. */
  readonly hidden: number;
  /** Recurrent layers on top of each other. */
  readonly layers: number;
  /** Whether recordings are read in both directions, which is better; one direction can recognise while somebody speaks. */
  readonly bidirectional: boolean;
  /** Probability with which features are dropped while training. */
  readonly dropout: number;
}

/** How a recogniser is trained. Recordings are changed each time that they are heard, so that there are more of them. */
export interface RecognizerTraining extends TrainingSettings {
  /** 0, the default, goes through the recordings as often as makes `hours`, but not less than 10 times. */
  readonly epochs: number;
  /** Hours of recordings that are heard in all, each as often as it is heard, where `epochs` is 0. */
  readonly hours: number;
  /** Recordings are played up to this part faster or slower, which changes their pitch too; 0 for none (Ko et al. 2015). */
  readonly speedChange: number;
  /** Up to so many decibels louder or softer. */
  readonly gainChange: number;
  /** Half of the recordings get white noise, at most as loud as this many decibels below them. Infinity for none is written as 0. */
  readonly noiseBelow: number;
  /** Stretches of time, and groups of bands, that are masked in each recording (SpecAugment, Park et al. 2019). */
  readonly masks: number;
}

/** Everything about a recogniser that can be chosen. */
export type RecognizerSettings = RecognizerShape & RecognizerTraining;

/** What to choose differently from the defaults. */
export type RecognizerOptions = OptionsOf<RecognizerSettings>;

/** The defaults, meant to be good enough that nobody needs to pass any. */
export const recognizerDefaults: RecognizerSettings = {
  units: 'char',
  sampleRate: 0,
  features: 'mfcc',
  bands: 40,
  coefficients: 13,
  deltas: 2,
  subsampling: 3,
  cell: 'lstm',
  hidden: 48,
  layers: 2,
  bidirectional: true,
  dropout: 0.2,
  epochs: 0,
  hours: 20,
  batch: 8,
  rate: 6e-3,
  seed: 1,
  speedChange: 0.1,
  gainChange: 6,
  noiseBelow: 15,
  masks: 1,
};

/** Fills in the defaults. Throws OstinatoError that names a setting outside its range. */
export function completeOptions(options: RecognizerOptions): RecognizerSettings {
  return completeTraining(recognizerKind, recognizerDefaults, options, (all, demand) => {
    demandCounts(all, ['bands', 'coefficients', 'subsampling', 'hidden', 'layers'], 1, demand);
    demandCounts(all, ['sampleRate', 'deltas', 'masks'], 0, demand);
    demand(all.hours > 0 && Number.isFinite(all.hours), 'hours', 'a positive number');
    demand(['char', 'word'].includes(all.units), 'units', 'char or word');
    demand(['logMel', 'mfcc'].includes(all.features), 'features', 'logMel or mfcc');
    demand(all.features !== 'mfcc' || all.coefficients <= all.bands, 'coefficients', 'at most bands');
    demand(all.deltas <= 2, 'deltas', '0, 1 or 2');
    demand(cellNames.includes(all.cell), 'cell', 'lstm, gru or elman');
    demand(typeof all.bidirectional === 'boolean', 'bidirectional', 'true or false');
    demand(all.dropout >= 0 && all.dropout < 1, 'dropout', 'in [0, 1)');
    demand(all.speedChange >= 0 && all.speedChange < 0.5, 'speedChange', 'in [0, 0.5)');
    demand(all.gainChange >= 0 && all.gainChange <= 60, 'gainChange', 'from 0 to 60');
    demand(Number.isFinite(all.noiseBelow) && all.noiseBelow >= 0, 'noiseBelow', 'at least 0');
  });
}

/** Times to go through recordings of so many seconds together. */
export function epochsFor({ epochs, hours }: RecognizerTraining, seconds: number): number {
  return epochs || Math.max(10, Math.round((3600 * hours) / Math.max(1, seconds)));
}

/**
 * What to choose differently to learn `toneSequences` in half a minute. Tones that are played faster are others, and so are those of
 * which a band is missing.
 */
export const toneOptions: RecognizerOptions = {
  features: 'logMel',
  deltas: 0,
  hours: 1.75,
  speedChange: 0,
  masks: 0,
};
