import { stat } from 'node:fs/promises';
import { readSentences } from '@ostinato/data/node';
import {
  LanguageModel,
  type LanguageReport,
  type LanguageSettings,
  languageCells,
  languageDefaults,
  languageSchedules,
} from '@ostinato/tasks';
import { type Command, Option } from 'commander';
import { backendOption, startBackend, threadsOption } from '../backend.js';
import { UsageError } from '../errors.js';
import { commandLine } from '../invocation.js';
import { type LanguageTrainingResult, trainLanguageWatched } from '../language-training.js';
import { languageModels } from '../model-kind.js';
import { clock, count, fileSize } from '../numbers.js';
import { numberIn } from '../options.js';
import { checkOutputPath } from '../output-path.js';
import { pick, unfinished } from '../settings.js';
import { renderLanguageReport } from './lm-eval.js';

/** All settings have an option. */
const settingNames = Object.keys(languageDefaults) as (keyof LanguageSettings)[];

interface TrainOptions extends LanguageSettings {
  readonly train: string;
  readonly dev?: string;
  readonly out: string;
  readonly backend: string;
  readonly threads?: number;
  readonly resume?: boolean;
  readonly json?: boolean;
}

/** `ostinato lm train`: learns to predict the next word of a text. */
export function addLmTrain(parent: Command): void {
  const whole = (from: number) => numberIn({ whole: true, from });
  const positive = numberIn({ above: 0 });
  const setting = (name: keyof LanguageSettings, flag: string, description: string): Option =>
    new Option(flag, description).default(languageDefaults[name]);
  parent
    .command('train')
    .description('learn to predict the next word of a text; Ctrl-C saves, --resume goes on')
    .requiredOption('--train <file>', 'text, one sentence per line; it may be packed (.gz)')
    .option('--dev <file>', 'text to measure the perplexity on after each epoch')
    .requiredOption('--out <model>', 'file for the model')
    .addOption(setting('cell', '--cell <name>', 'recurrent network').choices(Object.keys(languageCells)))
    .addOption(
      setting('hidden', '--hidden <n>', "units of a layer, length of a word's vector").argParser(whole(1)),
    )
    .addOption(setting('layers', '--layers <n>', 'layers').argParser(whole(1)))
    .addOption(
      setting('dropout', '--dropout <p>', 'part of the features dropped between layers').argParser(
        numberIn({ from: 0, below: 1 }),
      ),
    )
    .addOption(
      setting('minCount', '--min-count <n>', 'words seen fewer times are read as one').argParser(whole(1)),
    )
    .addOption(setting('epochs', '--epochs <n>', 'times to go through the text').argParser(whole(1)))
    .addOption(setting('batch', '--batch <n>', 'parts of the text read side by side').argParser(whole(1)))
    .addOption(setting('steps', '--steps <n>', 'steps that gradients flow back').argParser(whole(1)))
    .addOption(setting('rate', '--rate <x>', 'learning rate at the start').argParser(positive))
    .addOption(
      setting('decay', '--decay <x>', 'what the rate is multiplied by when it falls').argParser(
        numberIn({ above: 0, below: 1 }),
      ),
    )
    .addOption(
      setting(
        'schedule',
        '--schedule <name>',
        'when it falls: each epoch, or where dev got no better',
      ).choices([...languageSchedules]),
    )
    .addOption(
      setting('fullRate', '--full-rate <n>', 'epochs before it falls, with epochs').argParser(whole(0)),
    )
    .addOption(setting('clip', '--clip <x>', 'limit of the norm of the gradients').argParser(positive))
    .addOption(setting('init', '--init <x>', 'weights start between -x and x').argParser(positive))
    .addOption(
      setting('seed', '--seed <n>', 'start of everything random').argParser(
        numberIn({ whole: true, from: 0, to: 2 ** 32 - 1 }),
      ),
    )
    .addOption(backendOption())
    .addOption(threadsOption())
    .option('--resume', 'go on where the training of this model stopped')
    .option('--json', 'print one JSON object in the end, and nothing else on standard output')
    .action(train);
}

async function train(options: TrainOptions, command: Command): Promise<void> {
  if (options.schedule === 'plateau' && options.dev === undefined) {
    throw new UsageError('--schedule plateau: it looks at the development part; give a text as --dev');
  }
  await startBackend(options.backend, options.threads);
  await checkOutputPath(languageModels, options.out, options.resume);
  const sentences = await readSentences(options.train);
  const dev = options.dev === undefined ? undefined : await readSentences(options.dev);
  const model = options.resume
    ? await unfinished(languageModels, options.out, options, settingNames, command)
    : LanguageModel.create(sentences, pick(options, settingNames));
  if (model.finished) {
    const { epochs } = model.settings;
    process.stderr.write(`${options.out} is trained already: ${epochs} of ${epochs} epochs are done.\n`);
  }
  const result = await trainLanguageWatched({
    model,
    train: sentences,
    dev,
    out: options.out,
    resumeCommand: resumeCommand(options),
    stream: process.stderr,
  });
  const report = dev ? await model.evaluate(dev) : null;
  const words = sentences.reduce((sum, { length }) => sum + length + 1, 0);
  const { out } = options;
  const text = options.json
    ? JSON.stringify({ out, epochs: model.settings.epochs, tokens: words, ...result, dev: report })
    : await summary(options, words, result, report);
  process.stdout.write(`${text}\n`);
}

function resumeCommand({ train, dev, out, backend, threads, json }: TrainOptions): string {
  const extra = [
    ...(dev === undefined ? [] : ['--dev', dev]),
    ...(backend === 'cpu' ? [] : ['--backend', backend]),
    ...(threads === undefined ? [] : ['--threads', String(threads)]),
    ...(json ? ['--json'] : []),
  ];
  return commandLine('lm', 'train', '--train', train, '--out', out, ...extra, '--resume');
}

async function summary(
  { train, dev, out }: TrainOptions,
  words: number,
  { seconds }: LanguageTrainingResult,
  report: LanguageReport | null,
): Promise<string> {
  const { size } = await stat(out);
  return [
    `Learnt from ${count(words)} tokens in ${clock(seconds)}.`,
    ...(report ? [`On ${dev}: ${renderLanguageReport(report)}.`] : []),
    `The model is ${out} (${fileSize(size)}). To measure it on another text:`,
    '',
    `  ${commandLine('lm', 'eval', out, dev ?? train)}`,
  ].join('\n');
}
