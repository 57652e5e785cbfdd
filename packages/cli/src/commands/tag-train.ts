import { stat } from 'node:fs/promises';
import type { TaggedSentence } from '@ostinato/data';
import { readTagged } from '@ostinato/data/node';
import { type CellName, SequenceTagger, type TaggerSettings, taggerDefaults } from '@ostinato/tasks';
import { loadTagger } from '@ostinato/tasks/node';
import { type Command, Option } from 'commander';
import { backendOption, startBackend } from '../backend.js';
import { CommandError, UsageError } from '../errors.js';
import { commandLine } from '../invocation.js';
import { clock, counted, fileSize } from '../numbers.js';
import { numberIn } from '../options.js';
import { checkOutputPath } from '../output-path.js';
import { summarizeReport } from '../report.js';
import { type TrainingResult, trainWatched } from '../training.js';

/** Settings of a tagger that have an option. */
const settingNames = [
  'cell',
  'hidden',
  'embed',
  'layers',
  'dropout',
  'epochs',
  'batch',
  'rate',
  'seed',
] as const;
type Settings = Pick<TaggerSettings, (typeof settingNames)[number]>;

interface TrainOptions extends Settings {
  readonly train: string;
  readonly dev?: string;
  readonly out: string;
  readonly backend: string;
  readonly resume?: boolean;
  readonly json?: boolean;
}

/** `ostinato tag train`: learns to find slots from sentences whose slots are known. */
export function addTagTrain(parent: Command): void {
  const cells: CellName[] = ['lstm', 'gru', 'elman'];
  const atLeastOne = numberIn({ whole: true, from: 1 });
  const setting = (name: keyof Settings, flag: string, description: string): Option =>
    new Option(flag, description).default(taggerDefaults[name]);
  parent
    .command('train')
    .description('learn from sentences whose slots are known; Ctrl-C saves, --resume goes on')
    .requiredOption('--train <path>', 'folder with seq.in, seq.out and perhaps label, or a CoNLL file')
    .option('--dev <path>', 'sentences to measure slot F1 on after each epoch')
    .requiredOption('--out <model>', 'file for the model')
    .addOption(setting('cell', '--cell <name>', 'recurrent network').choices(cells))
    .addOption(setting('hidden', '--hidden <n>', 'units of each direction').argParser(atLeastOne))
    .addOption(setting('embed', '--embed <n>', "length of a word's vector").argParser(atLeastOne))
    .addOption(setting('layers', '--layers <n>', 'bidirectional layers').argParser(atLeastOne))
    .addOption(
      setting('dropout', '--dropout <p>', 'part of the features dropped').argParser(
        numberIn({ from: 0, below: 1 }),
      ),
    )
    .addOption(setting('epochs', '--epochs <n>', 'times to go through the data').argParser(atLeastOne))
    .addOption(setting('batch', '--batch <n>', 'sentences in a step').argParser(atLeastOne))
    .addOption(
      setting('rate', '--rate <x>', 'learning rate at its highest').argParser(numberIn({ above: 0 })),
    )
    .addOption(
      setting('seed', '--seed <n>', 'start of everything random').argParser(
        numberIn({ whole: true, from: 0, to: 2 ** 32 - 1 }),
      ),
    )
    .addOption(backendOption())
    .option('--resume', 'go on where the training of this model stopped')
    .option('--json', 'print one JSON object in the end, and nothing else on standard output')
    .action(train);
}

async function train(options: TrainOptions, command: Command): Promise<void> {
  await startBackend(options.backend);
  await checkOutputPath(options.out, options.resume);
  const sentences = await readTagged(options.train);
  const dev = options.dev === undefined ? undefined : await readTagged(options.dev);
  const tagger = options.resume
    ? await unfinished(options, command)
    : SequenceTagger.create(sentences, settingsOf(options));
  if (tagger.finished) {
    const { epochs } = tagger.settings;
    process.stderr.write(`${options.out} is trained already: ${epochs} of ${epochs} epochs are done.\n`);
  }
  const result = await trainWatched({
    tagger,
    train: sentences,
    dev,
    out: options.out,
    resumeCommand: resumeCommand(options),
    stream: process.stderr,
  });
  const { out } = options;
  const text = options.json
    ? JSON.stringify({ out, epochs: tagger.settings.epochs, sentences: sentences.length, ...result })
    : await summary(options, sentences, result);
  process.stdout.write(`${text}\n`);
}

function settingsOf(options: TrainOptions): Settings {
  return Object.fromEntries(settingNames.map((name) => [name, options[name]])) as unknown as Settings;
}

/** The model to go on with. What was chosen when it was begun must not be contradicted now. */
async function unfinished(options: TrainOptions, command: Command): Promise<SequenceTagger> {
  const { out } = options;
  const size = await stat(out).then(
    (found) => found.size,
    () => 0,
  );
  if (size === 0)
    throw new CommandError(
      `--resume: there is no model ${out} to go on with; leave --resume out to begin one`,
    );
  const tagger = await loadTagger(out);
  for (const name of settingNames) {
    const [begun, asked] = [tagger.settings[name], options[name]];
    if (command.getOptionValueSource(name) === 'cli' && begun !== asked) {
      throw new UsageError(
        `--${name} ${asked}: ${out} was begun with ${begun}; leave --${name} out to go on, or train a new model`,
      );
    }
  }
  return tagger;
}

function resumeCommand({ train, dev, out, backend, json }: TrainOptions): string {
  const extra = [
    ...(dev === undefined ? [] : ['--dev', dev]),
    ...(backend === 'cpu' ? [] : ['--backend', backend]),
    ...(json ? ['--json'] : []),
  ];
  return commandLine('tag', 'train', '--train', train, '--out', out, ...extra, '--resume');
}

async function summary(
  { train, dev, out }: TrainOptions,
  sentences: readonly TaggedSentence[],
  result: TrainingResult,
): Promise<string> {
  const example = sentences[0]!.words.join(' ');
  const { size } = await stat(out);
  return [
    `Learnt from ${counted(sentences.length, 'sentence')} in ${clock(result.seconds)}.`,
    ...(result.dev ? [`On ${dev}: ${summarizeReport(result.dev)}.`] : []),
    `The model is ${out} (${fileSize(size)}). To measure it and to use it:`,
    '',
    `  ${commandLine('tag', 'eval', out, dev ?? train)}`,
    `  ${commandLine('tag', 'predict', out, example)}`,
  ].join('\n');
}
