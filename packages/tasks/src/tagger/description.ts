import { Vocabulary } from '@ostinato/data';
import { BackendError, isOstinatoError } from '@ostinato/kernel';
import { type Checkpoint, CheckpointError } from '@ostinato/train/inference';
import { completeOptions, type TaggerSettings, taggerDefaults } from './options.js';

/** All that makes a tagger besides its weights. */
export interface TaggerDescription {
  readonly settings: TaggerSettings;
  readonly words: Vocabulary;
  readonly tags: Vocabulary;
  readonly intents: Vocabulary | undefined;
  /** Neighbouring tags of the training data, see `neighbours`. */
  readonly neighbours: readonly string[];
}

/**
 * Back from a checkpoint, with the number of epochs that were trained and the fingerprint of the sentences.
 * @throws CheckpointError where it is not that of a tagger; other errors for settings and vocabularies that make no sense
 */
export function readDescription({
  metadata,
  training,
}: Checkpoint): [TaggerDescription, epoch: number, fingerprint: number | undefined] {
  const { task, settings, words, tags, intents, neighbours, epoch, fingerprint } = record(
    'description',
    metadata,
  );
  if (task !== 'tagger') throw unlike('task', "'tagger'", task);
  const isCount = Number.isInteger(epoch) && (epoch as number) >= 0;
  if (epoch !== undefined && !isCount) throw unlike('epoch', 'a whole number from 0', epoch);
  if (fingerprint !== undefined && typeof fingerprint !== 'number') {
    throw unlike('fingerprint', 'a number', fingerprint);
  }
  if (!Array.isArray(neighbours) || !neighbours.every((pair) => typeof pair === 'string')) {
    throw unlike('neighbours', 'an array of strings', neighbours);
  }
  const found = {
    settings: readSettings(record('settings', settings)),
    words: Vocabulary.fromJSON(record('words', words)),
    tags: Vocabulary.fromJSON(record('tags', tags)),
    intents: intents === undefined ? undefined : Vocabulary.fromJSON(record('intents', intents)),
    neighbours,
  };
  const trained = training?.position.epoch ?? (epoch as number | undefined) ?? found.settings.epochs;
  return [found, trained, fingerprint];
}

/** All settings have to be there, each of the type of its default. */
function readSettings(given: Readonly<Record<string, unknown>>): TaggerSettings {
  const names = Object.keys(taggerDefaults) as (keyof TaggerSettings)[];
  for (const name of names) {
    const type = typeof taggerDefaults[name];
    if (typeof given[name] !== type) throw unlike(`settings.${name}`, `a ${type}`, given[name]);
  }
  return completeOptions(Object.fromEntries(names.map((name) => [name, given[name]])));
}

function record(place: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw unlike(place, 'an object', value);
}

function unlike(place: string, wanted: string, found: unknown): CheckpointError {
  const got = JSON.stringify(found)?.slice(0, 40);
  return new CheckpointError(
    `this is not the model of a tagger (${place}: expected ${wanted}, got ${got}); ` +
      'give a file that "ostinato tag train" wrote',
  );
}

/** Runs `read`; what it finds wrong with a checkpoint becomes a CheckpointError. */
export function readingCheckpoint<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    const ownFault = isOstinatoError(error) && !(error instanceof BackendError);
    if (!ownFault || error instanceof CheckpointError) throw error;
    throw new CheckpointError(
      `this model of a tagger contradicts itself (${error.message}); load an undamaged copy, or train again`,
      { cause: error },
    );
  }
}
