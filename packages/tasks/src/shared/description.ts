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

/** Reads the descriptions of one kind of model out of checkpoints. */
export class DescriptionReader<Settings extends { readonly epochs: number }> {
  /**
   * @param kind what the model must be
   * @param defaults the settings that must be there, each of the type of its default
   * @param complete throws for settings outside their ranges
   */
  constructor(
    readonly kind: TaskKind,
    readonly defaults: Settings,
    readonly complete: (settings: Settings) => Settings,
  ) {}

  /** @throws CheckpointError where it is not that of this kind of model; other errors for settings that make no sense */
  read({ metadata, training }: Checkpoint): CommonDescription<Settings> {
    const all = this.record('description', metadata);
    const { task, settings, epoch, fingerprint } = all;
    if (task !== this.kind.name) throw this.unlike('task', `'${this.kind.name}'`, task);
    const isCount = Number.isInteger(epoch) && (epoch as number) >= 0;
    if (epoch !== undefined && !isCount) throw this.unlike('epoch', 'a whole number from 0', epoch);
    if (fingerprint !== undefined && typeof fingerprint !== 'number') {
      throw this.unlike('fingerprint', 'a number', fingerprint);
    }
    const found = this.#settings(this.record('settings', settings));
    const trained = training?.position.epoch ?? (epoch as number | undefined) ?? found.epochs;
    return { settings: found, epoch: trained, fingerprint, all };
  }

  #settings(given: JsonRecord): Settings {
    const names = Object.keys(this.defaults) as (keyof Settings & string)[];
    for (const name of names) {
      const type = typeof this.defaults[name];
      if (typeof given[name] !== type) throw this.unlike(`settings.${name}`, `a ${type}`, given[name]);
    }
    return this.complete(Object.fromEntries(names.map((name) => [name, given[name]])) as Settings);
  }

  /** The value where it is an object. Throws CheckpointError where it is not. */
  record(place: string, value: unknown): JsonRecord {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonRecord;
    throw this.unlike(place, 'an object', value);
  }

  /** The error for a checkpoint that is something else. */
  unlike(place: string, wanted: string, found: unknown): CheckpointError {
    const got = JSON.stringify(found)?.slice(0, 40);
    return new CheckpointError(
      `this is not the model of a ${this.kind.name} (${place}: expected ${wanted}, got ${got}); ` +
        `give a file that "ostinato ${this.kind.command} train" wrote`,
    );
  }
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
