import type { Checkpoint } from '@ostinato/train/inference';
import { type CommonDescription, readCommon, unlike } from '../shared/description.js';
import { completeOptions, type RecognizerSettings, recognizerDefaults, recognizerKind } from './options.js';
import type { FeatureStatistics } from './statistics.js';
import { SymbolTable } from './symbols.js';

/** All that makes a recogniser besides its weights. */
export interface RecognizerDescription {
  /** With the sample rate that it hears. */
  readonly settings: RecognizerSettings;
  readonly symbols: SymbolTable;
  readonly statistics: FeatureStatistics | undefined;
}

/**
 * Back from a checkpoint, with what it says of the training.
 * @throws CheckpointError where it is not that of a recogniser; OstinatoError for settings that make no sense
 */
export function readDescription(
  checkpoint: Checkpoint,
): [RecognizerDescription, CommonDescription<RecognizerSettings>] {
  const common = readCommon(recognizerKind, recognizerDefaults, completeOptions, checkpoint);
  const { symbols, statistics } = common.all;
  const isTable = Array.isArray(symbols) && symbols.every((symbol) => typeof symbol === 'string');
  if (!isTable) throw unlike(recognizerKind, 'symbols', 'an array of strings', symbols);
  const { settings } = common;
  if (settings.sampleRate === 0) throw unlike(recognizerKind, 'settings.sampleRate', 'a rate', 0);
  if (!settings.bidirectional && !isStatistics(statistics)) {
    throw unlike(recognizerKind, 'statistics', 'mean and deviation of each feature', statistics);
  }
  const description = {
    settings,
    symbols: new SymbolTable(settings.units, symbols),
    statistics: isStatistics(statistics) ? statistics : undefined,
  };
  return [description, common];
}

function isStatistics(value: unknown): value is FeatureStatistics {
  if (typeof value !== 'object' || value === null) return false;
  const { mean, deviation } = value as Partial<FeatureStatistics>;
  const areNumbers = (list: unknown): boolean =>
    Array.isArray(list) && list.every((number) => typeof number === 'number');
  return areNumbers(mean) && areNumbers(deviation) && mean!.length === deviation!.length;
}
