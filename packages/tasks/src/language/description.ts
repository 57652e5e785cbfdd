import { Vocabulary } from '@ostinato/data';
import { BackendError, isOstinatoError } from '@ostinato/kernel';
import { type Checkpoint, CheckpointError, type Json } from '@ostinato/train/inference';
import { completeLanguageOptions, type LanguageSettings, languageDefaults } from './options.js';

/** All that makes a language model besides its weights. */
export interface LanguageDescription {
  readonly settings: LanguageSettings;
  readonly words: Vocabulary;
}

/** How far the training of a language model has come. */
export interface LanguageProgress {
  /** Where training goes on if it is left now; undefined when it has not begun or is finished. */
  start: Checkpoint | undefined;
  /** Epochs trained so far. */
  epoch: number;
  /** Of the text that training began with. */
  fingerprint: number | undefined;
}

/** As JSON, for a file. */
export function describeLanguage(
  { settings, words }: LanguageDescription,
  { epoch, fingerprint }: LanguageProgress,
): Json {
  return JSON.parse(
    JSON.stringify({ task: 'language', settings, words: words.toJSON(), epoch, fingerprint }),
  );
}

/**
 * Back from a checkpoint.
 * @throws CheckpointError where it is not that of a language model, or contradicts itself
 */
export function readLanguage(checkpoint: Checkpoint): [LanguageDescription, LanguageProgress] {
  return readingCheckpoint(() => {
    const { metadata, training } = checkpoint;
    const { task, settings, words, epoch, fingerprint } = record('description', metadata);
    if (task !== 'language') throw unlike('task', "'language'", task);
    if (!(Number.isInteger(epoch) && (epoch as number) >= 0))
      throw unlike('epoch', 'a whole number from 0', epoch);
    if (fingerprint !== undefined && typeof fingerprint !== 'number') {
      throw unlike('fingerprint', 'a number', fingerprint);
    }
    const description = {
      settings: readSettings(record('settings', settings)),
      words: Vocabulary.fromJSON(record('words', words)),
    };
    const trained = training?.position.epoch ?? (epoch as number);
    const goesOn = training !== undefined && trained < description.settings.epochs;
    return [description, { start: goesOn ? checkpoint : undefined, epoch: trained, fingerprint }];
  });
}

/** All settings have to be there, each of the type of its default. */
function readSettings(given: Readonly<Record<string, unknown>>): LanguageSettings {
  const names = Object.keys(languageDefaults) as (keyof LanguageSettings)[];
  for (const name of names) {
    const type = typeof languageDefaults[name];
    if (typeof given[name] !== type) throw unlike(`settings.${name}`, `a ${type}`, given[name]);
  }
  return completeLanguageOptions(Object.fromEntries(names.map((name) => [name, given[name]])));
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
    `this is not a language model (${place}: expected ${wanted}, got ${got}); give a file that "ostinato lm train" wrote`,
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
      `this language model contradicts itself (${error.message}); load an undamaged copy, or train again`,
      { cause: error },
    );
  }
}
