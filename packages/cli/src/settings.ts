import { stat } from 'node:fs/promises';
import type { CellName } from '@ostinato/tasks';
import { type Command, Option } from 'commander';
import { CommandError, UsageError } from './errors.js';
import type { ModelKind } from './model-kind.js';
import { numberIn } from './options.js';

/** Settings of models that have an option of the same name in every command. */
export interface CommonSettings {
  readonly cell: CellName;
  readonly hidden: number;
  readonly embed: number;
  readonly layers: number;
  readonly dropout: number;
  readonly epochs: number;
  readonly batch: number;
  readonly rate: number;
  readonly seed: number;
}

const cells: CellName[] = ['lstm', 'gru', 'elman'];

/** The names of the settings above. */
export const commonSettingNames: readonly (keyof CommonSettings)[] = [
  'cell',
  'hidden',
  'embed',
  'layers',
  'dropout',
  'epochs',
  'batch',
  'rate',
  'seed',
];

/** `--cell`, `--hidden` and so on, with the defaults of a kind of model: of those settings that it has. */
export function settingOptions(
  kind: Pick<ModelKind<unknown>, 'example'>,
  defaults: Partial<CommonSettings>,
): Option[] {
  const atLeastOne = numberIn({ whole: true, from: 1 });
  const makers: Record<keyof CommonSettings, () => Option> = {
    cell: () => new Option('--cell <name>', 'recurrent network').choices(cells),
    hidden: () => new Option('--hidden <n>', 'units of each direction').argParser(atLeastOne),
    embed: () => new Option('--embed <n>', "length of a word's vector").argParser(atLeastOne),
    layers: () => new Option('--layers <n>', 'recurrent layers').argParser(atLeastOne),
    dropout: () =>
      new Option('--dropout <p>', 'part of the features dropped').argParser(numberIn({ from: 0, below: 1 })),
    epochs: () =>
      new Option(
        '--epochs <n>',
        defaults.epochs === 0
          ? 'times to go through the data; 0: as --hours says'
          : 'times to go through the data',
      ).argParser(numberIn({ whole: true, from: Math.min(1, defaults.epochs ?? 1) })),
    batch: () => new Option('--batch <n>', `${kind.example}s in a step`).argParser(atLeastOne),
    rate: () => new Option('--rate <x>', 'learning rate at its highest').argParser(numberIn({ above: 0 })),
    seed: () =>
      new Option('--seed <n>', 'start of everything random').argParser(
        numberIn({ whole: true, from: 0, to: 2 ** 32 - 1 }),
      ),
  };
  return commonSettingNames
    .filter((name) => defaults[name] !== undefined)
    .map((name) => makers[name]().default(defaults[name]));
}

/** The settings among the options of a command. */
export function pick<Options, Name extends keyof Options>(
  options: Options,
  names: readonly Name[],
): Pick<Options, Name> {
  return Object.fromEntries(names.map((name) => [name, options[name]])) as Pick<Options, Name>;
}

/**
 * The model to go on with under `--resume`. What was chosen when it was begun must not be contradicted now.
 * @throws CommandError where there is no model; UsageError for an option that contradicts it
 */
export async function unfinished<
  Name extends string,
  Trained extends { readonly settings: Readonly<Record<Name, unknown>> },
>(
  kind: ModelKind<Trained>,
  out: string,
  options: Readonly<Record<Name, unknown>>,
  names: readonly Name[],
  command: Command,
): Promise<Trained> {
  const size = await stat(out).then(
    (found) => found.size,
    () => 0,
  );
  if (size === 0)
    throw new CommandError(
      `--resume: there is no model ${out} to go on with; leave --resume out to begin one`,
    );
  const model = await kind.load(out);
  for (const name of names) {
    const [begun, asked] = [model.settings[name], options[name]];
    if (command.getOptionValueSource(name) === 'cli' && begun !== asked) {
      throw new UsageError(
        `${optionOf(name, asked)}: ${out} was begun with ${beginning(name, begun)}; ` +
          `leave ${optionOf(name, asked).split(' ')[0]} out to go on, or train a new model`,
      );
    }
  }
  return model;
}

/** How a setting is written on the command line: `--speed-change 0.1`, `--crf`, `--no-crf`. */
function optionOf(name: string, value: unknown): string {
  const words = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  if (typeof value === 'boolean') return value ? `--${words}` : `--no-${words}`;
  return `--${words} ${value}`;
}

/** What a model was begun with: `16`, `--no-crf`. */
function beginning(name: string, value: unknown): string {
  return typeof value === 'boolean' ? optionOf(name, value) : String(value);
}
