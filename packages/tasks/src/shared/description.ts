import { BackendError, isOstinatoError } from '@ostinato/kernel';
import { type Checkpoint, CheckpointError } from '@ostinato/train/inference';
import type { TaskKind } from './task-kind.js';

/** A JSON object. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** What the checkpoints of all kinds of models say. */
export interface CommonDescription<Settings> {
  readonly settings: Settings;
  /** How many epochs were trained. */
  readonly epoch: number;
  /** Of the examples that it is being trained on. */
  readonly fingerprint: number | undefined;
  /** Everything, also what only this kind of model has. */
  readonly all: JsonRecord;
}

/**
 * Reads what every kind of model has out of a checkpoint.
 * @param kind what the model must be
 * @param defaults the settings that must be there, each of the type of its default
 * @param complete throws for settings outside their ranges
 * @param earlier settings that models did not have at first, as those models are
 * @throws CheckpointError where it is not that of this kind of model; what `complete` throws
 */
export function readCommon<Settings extends { readonly epochs: number }>(
  kind: TaskKind,
  defaults: Settings,
  complete: (settings: Settings) => Settings,
  { metadata, training }: Checkpoint,
  earlier: Partial<Settings> = {},
): CommonDescription<Settings> {
  const all = record(kind, 'description', metadata);
  const { task, epoch, fingerprint } = all;
  if (task !== kind.task) throw unlike(kind, 'task', `'${kind.task}'`, task);
  const isCount = Number.isInteger(epoch) && (epoch as number) >= 0;
  if (epoch !== undefined && !isCount) throw unlike(kind, 'epoch', 'a whole number from 0', epoch);
  if (fingerprint !== undefined && typeof fingerprint !== 'number') {
    throw unlike(kind, 'fingerprint', 'a number', fingerprint);
  }
  const given: JsonRecord = { ...earlier, ...record(kind, 'settings', all.settings) };
  const names = Object.keys(defaults) as (keyof Settings & string)[];
  for (const name of names) {
    const type = typeof defaults[name];
    if (typeof given[name] !== type) throw unlike(kind, `settings.${name}`, `a ${type}`, given[name]);
  }
  const settings = complete(Object.fromEntries(names.map((name) => [name, given[name]])) as Settings);
  const trained = training?.position.epoch ?? (epoch as number | undefined) ?? settings.epochs;
  return { settings, epoch: trained, fingerprint, all };
}

/** The value where it is an object. Throws CheckpointError where it is not. */
export function record(kind: TaskKind, place: string, value: unknown): JsonRecord {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonRecord;
  throw unlike(kind, place, 'an object', value);
}

/** The error for a checkpoint that is something else. */
export function unlike(kind: TaskKind, place: string, wanted: string, found: unknown): CheckpointError {
  const got = JSON.stringify(found)?.slice(0, 40);
  return new CheckpointError(
    `this is not the model of a ${kind.name} (${place}: expected ${wanted}, got ${got}); ` +
      `give a file that "ostinato ${kind.command} train" wrote`,
  );
}

/** Runs `read`; what it finds wrong with a checkpoint becomes a CheckpointError. */
export function readingCheckpoint<T>(kind: TaskKind, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const ownFault = isOstinatoError(error) && !(error instanceof BackendError);
    if (!ownFault || error instanceof CheckpointError) throw error;
    throw new CheckpointError(
      `this model of a ${kind.name} contradicts itself (${error.message}); load an undamaged copy, or train again`,
      { cause: error },
    );
  }
}
