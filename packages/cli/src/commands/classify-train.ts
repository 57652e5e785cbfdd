import { stat } from 'node:fs/promises';
import type { LabelledText } from '@ostinato/data';
import {
  type ClassifierReport,
  classifierDefaults,
  type PoolingName,
  SequenceClassifier,
  type TextUnit,
} from '@ostinato/tasks';
import { type Command, Option } from 'commander';
import { backendOption, startBackend } from '../backend.js';
import { summarizeClassification } from '../classification-report.js';
import { commandLine } from '../invocation.js';
import { encodingOption, type TrainingTexts, trainingTexts } from '../labelled-data.js';
import { classifiers } from '../model-kind.js';
import { clock, counted, fileSize } from '../numbers.js';
import { numberIn } from '../options.js';
import { checkOutputPath } from '../output-path.js';
import { type CommonSettings, commonSettingNames, pick, settingOptions, unfinished } from '../settings.js';
import { type TrainingResult, trainWatched } from '../training.js';

interface TrainOptions extends CommonSettings, TrainingTexts {
  readonly pooling: PoolingName;
  readonly unit: TextUnit;
  readonly out: string;
  readonly backend: string;
  readonly resume?: boolean;
  readonly json?: boolean;
}

const DEFAULT_OUT = 'classifier.ostinato';
const settingNames = [...commonSettingNames, 'pooling', 'unit'] as const;
const poolings: PoolingName[] = ['last', 'mean', 'max', 'attention'];
const units: TextUnit[] = ['word', 'character'];

/** `ostinato classify train`: learns labels of texts (L24). */
export function addClassifyTrain(parent: Command): void {
  const command = parent
    .command('train')
    .description('learn from labelled texts, embedded ones by default; Ctrl-C saves, --resume goes on')
    .option('--train <path>', 'file with a label, a tab (or a blank) and a text on each line')
    .option('--dev <path>', 'such a file to measure accuracy on after each epoch')
    .addOption(
      new Option('--hold-out <n>', 'in place of --dev: so many texts, drawn at random, are not learnt from')
        .argParser(numberIn({ whole: true, from: 1 }))
        .conflicts('dev'),
    )
    .addOption(encodingOption())
    .option('--out <model>', 'file for the model', DEFAULT_OUT);
  for (const option of settingOptions(classifiers, classifierDefaults)) command.addOption(option);
  command
    .addOption(
      new Option('--pooling <name>', 'how the steps of a text become one vector')
        .choices(poolings)
        .default(classifierDefaults.pooling),
    )
    .addOption(
      new Option('--unit <name>', 'what a text is cut into').choices(units).default(classifierDefaults.unit),
    )
    .addOption(backendOption())
    .option('--resume', 'go on where the training of this model stopped')
    .option('--json', 'print one JSON object in the end, and nothing else on standard output')
    .action(train);
}

async function train(options: TrainOptions, command: Command): Promise<void> {
  const { out } = options;
  await startBackend(options.backend);
  await checkOutputPath(classifiers, out, options.resume);
  const { train: texts, dev } = await trainingTexts(options);
  const classifier = options.resume
    ? await unfinished(classifiers, out, options, settingNames, command)
    : SequenceClassifier.create(texts, pick(options, settingNames));
  const { epochs } = classifier.settings;
  if (classifier.finished) {
    process.stderr.write(`${out} is trained already: ${epochs} of ${epochs} epochs are done.\n`);
  }
  const result = await trainWatched({
    kind: classifiers,
    model: classifier,
    train: texts,
    dev,
    out,
    resumeCommand: commandLine('classify', 'train', ...dataWords(options), ...resumeWords(options)),
    stream: process.stderr,
  });
  const labels = classifier.labels;
  const text = options.json
    ? JSON.stringify({ out, epochs, texts: texts.length, labels, ...result })
    : await summary(options, texts, labels, result);
  process.stdout.write(`${text}\n`);
}

/** The options that say what to learn from. */
function dataWords({ train, dev, holdOut, encoding }: TrainingTexts): string[] {
  return [
    ...(train === undefined ? [] : ['--train', train]),
    ...(dev === undefined ? [] : ['--dev', dev]),
    ...(holdOut === undefined ? [] : ['--hold-out', String(holdOut)]),
    ...encodingWords(encoding),
  ];
}

function encodingWords(encoding: string): string[] {
  return encoding === 'utf-8' ? [] : ['--encoding', encoding];
}

function resumeWords({ out, backend, json }: TrainOptions): string[] {
  return [
    ...(out === DEFAULT_OUT ? [] : ['--out', out]),
    ...(backend === 'cpu' ? [] : ['--backend', backend]),
    ...(json ? ['--json'] : []),
    '--resume',
  ];
}

async function summary(
  { train, dev, holdOut, out, encoding }: TrainOptions,
  texts: readonly LabelledText[],
  labels: readonly string[],
  result: TrainingResult<ClassifierReport>,
): Promise<string> {
  const { size } = await stat(out);
  const measured = dev ?? (holdOut === undefined ? 'the development part' : `${holdOut} texts held out`);
  const files = train === undefined ? [] : [dev ?? train, ...encodingWords(encoding)];
  return [
    `Learnt ${counted(labels.length, 'label')} from ${counted(texts.length, 'text')} in ${clock(result.seconds)}.`,
    ...(result.dev ? [`On ${measured}: ${summarizeClassification(result.dev)}.`] : []),
    `The model is ${out} (${fileSize(size)}). To measure it and to use it:`,
    '',
    `  ${commandLine('classify', 'eval', out, ...files)}`,
    `  ${commandLine('classify', 'predict', out, texts[0]!.text)}`,
  ].join('\n');
}
