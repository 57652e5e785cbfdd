import { stat } from 'node:fs/promises';
import type { TaggedSentence } from '@ostinato/data';
import { SequenceTagger, type TaggerReport, taggerDefaults } from '@ostinato/tasks';
import { type Command, Option } from 'commander';
import { backendOption, startBackend } from '../backend.js';
import { commandLine } from '../invocation.js';
import { taggers } from '../model-kind.js';
import { clock, counted, fileSize } from '../numbers.js';
import { checkOutputPath } from '../output-path.js';
import { summarizeReport } from '../report.js';
import { type CommonSettings, commonSettingNames, pick, settingOptions, unfinished } from '../settings.js';
import { type TrainingSentences, trainingSentences } from '../tagged-data.js';
import { type TrainingResult, trainWatched } from '../training.js';

interface TrainOptions extends CommonSettings, TrainingSentences {
  readonly crf: boolean;
  readonly out: string;
  readonly backend: string;
  readonly resume?: boolean;
  readonly json?: boolean;
}

const DEFAULT_OUT = 'tagger.ostinato';
const settingNames = [...commonSettingNames, 'crf'] as const;

/** `ostinato tag train`: learns to find slots from sentences whose slots are known. */
export function addTagTrain(parent: Command): void {
  const command = parent
    .command('train')
    .description(
      'learn from sentences whose slots are known, embedded requests for flights by default; Ctrl-C saves, --resume goes on',
    )
    .option('--train <path>', 'folder with seq.in, seq.out and perhaps label, or a CoNLL file')
    .option('--dev <path>', 'sentences to measure slot F1 on after each epoch')
    .option('--out <model>', 'file for the model', DEFAULT_OUT);
  for (const option of settingOptions(taggers, taggerDefaults)) command.addOption(option);
  command
    .addOption(
      new Option('--crf', 'judge whole sequences of tags (conditional random field)').default(
        taggerDefaults.crf,
      ),
    )
    .option('--no-crf', 'judge each tag by itself')
    .addOption(backendOption())
    .option('--resume', 'go on where the training of this model stopped')
    .option('--json', 'print one JSON object in the end, and nothing else on standard output')
    .action(train);
}

async function train(options: TrainOptions, command: Command): Promise<void> {
  const { out } = options;
  await startBackend(options.backend);
  await checkOutputPath(taggers, out, options.resume);
  const { train: sentences, dev } = await trainingSentences(options);
  const tagger = options.resume
    ? await unfinished(taggers, out, options, settingNames, command)
    : SequenceTagger.create(sentences, pick(options, settingNames));
  if (tagger.finished) {
    const { epochs } = tagger.settings;
    process.stderr.write(`${out} is trained already: ${epochs} of ${epochs} epochs are done.\n`);
  }
  const result = await trainWatched({
    kind: taggers,
    model: tagger,
    train: sentences,
    dev,
    out,
    resumeCommand: resumeCommand(options),
    stream: process.stderr,
  });
  const text = options.json
    ? JSON.stringify({ out, epochs: tagger.settings.epochs, sentences: sentences.length, ...result })
    : await summary(options, sentences, result);
  process.stdout.write(`${text}\n`);
}

function resumeCommand({ train, dev, out, backend, json }: TrainOptions): string {
  const words = [
    ...(train === undefined ? [] : ['--train', train]),
    ...(out === DEFAULT_OUT ? [] : ['--out', out]),
    ...(dev === undefined ? [] : ['--dev', dev]),
    ...(backend === 'cpu' ? [] : ['--backend', backend]),
    ...(json ? ['--json'] : []),
  ];
  return commandLine('tag', 'train', ...words, '--resume');
}

async function summary(
  { train, dev, out }: TrainOptions,
  sentences: readonly TaggedSentence[],
  result: TrainingResult<TaggerReport>,
): Promise<string> {
  const example = sentences[0]!.words.join(' ');
  const { size } = await stat(out);
  const files = train === undefined ? [] : [dev ?? train];
  return [
    `Learnt from ${counted(sentences.length, 'sentence')} in ${clock(result.seconds)}.`,
    ...(result.dev ? [`On ${dev ?? 'the development part'}: ${summarizeReport(result.dev)}.`] : []),
    `The model is ${out} (${fileSize(size)}). To measure it and to use it:`,
    '',
    `  ${commandLine('tag', 'eval', out, ...files)}`,
    `  ${commandLine('tag', 'predict', out, example)}`,
  ].join('\n');
}
