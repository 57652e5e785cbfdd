import { stat } from 'node:fs/promises';
import type { Utterance } from '@ostinato/data';
import {
  CtcRecognizer,
  type RecognizerReport,
  type RecognizerSettings,
  recognizerDefaults,
  toneOptions,
} from '@ostinato/tasks';
import { type Command, Option } from 'commander';
import { backendOption, startBackend, threadsOption } from '../backend.js';
import { addDecodingOptions, type DecodingOptions, decodingOf, decodingWords } from '../decoding-options.js';
import { commandLine } from '../invocation.js';
import { recognizers } from '../model-kind.js';
import { clock, counted, fileSize } from '../numbers.js';
import { numberIn } from '../options.js';
import { checkOutputPath } from '../output-path.js';
import { tellResampling, tellUnknown, trainingRecordings } from '../recordings.js';
import { pick, settingOptions, unfinished } from '../settings.js';
import { summarizeRecognition } from '../speech-report.js';
import { type TrainingResult, trainWatched } from '../training.js';

interface TrainOptions extends RecognizerSettings, DecodingOptions {
  readonly train?: string;
  readonly dev?: string;
  readonly out: string;
  readonly backend: string;
  readonly threads?: number;
  readonly resume?: boolean;
  readonly json?: boolean;
}

const DEFAULT_OUT = 'speech.ostinato';

/** All settings have an option. */
const settingNames = Object.keys(recognizerDefaults) as (keyof RecognizerSettings)[];

/** `ostinato speech train`: learns to write what is said (L26). */
export function addSpeechTrain(parent: Command): void {
  const whole = (from: number, to?: number) =>
    numberIn({ whole: true, from, ...(to === undefined ? {} : { to }) });
  const setting = (name: keyof RecognizerSettings, flag: string, description: string): Option =>
    new Option(flag, description).default(recognizerDefaults[name]);
  const command = parent
    .command('train')
    .description(
      'learn from recordings and transcripts, embedded tones by default; Ctrl-C saves, --resume goes on',
    )
    .option('--train <manifest>', 'file with the path of a WAV file, a tab and its transcript on each line')
    .option('--dev <manifest>', 'such a file to measure word errors on after each epoch')
    .option('--out <model>', 'file for the model', DEFAULT_OUT)
    .addOption(setting('units', '--units <name>', 'what transcripts are cut into').choices(['char', 'word']))
    .addOption(
      setting(
        'sampleRate',
        '--sample-rate <hz>',
        'rate to listen at; 0: that of the first recording',
      ).argParser(whole(0)),
    )
    .addOption(setting('features', '--features <name>', 'what is heard').choices(['logMel', 'mfcc']))
    .addOption(setting('bands', '--bands <n>', 'mel bands').argParser(whole(1)))
    .addOption(setting('coefficients', '--coefficients <n>', 'coefficients of mfcc').argParser(whole(1)))
    .addOption(setting('deltas', '--deltas <n>', 'derivatives over time').argParser(whole(0, 2)))
    .addOption(
      setting('subsampling', '--subsampling <n>', 'frames, 10 ms apart, read as one step').argParser(
        whole(1),
      ),
    )
    .option('--no-bidirectional', 'read forwards only, to recognise while somebody speaks');
  for (const option of settingOptions(recognizers, recognizerDefaults)) command.addOption(option);
  command
    .addOption(
      setting(
        'hours',
        '--hours <x>',
        'hours of recordings to hear in all, however few there are, where --epochs is 0',
      ).argParser(numberIn({ above: 0 })),
    )
    .addOption(
      setting(
        'speedChange',
        '--speed-change <p>',
        'play recordings up to this part faster or slower',
      ).argParser(numberIn({ from: 0, below: 0.5 })),
    )
    .addOption(
      setting('gainChange', '--gain-change <db>', 'or louder or softer').argParser(
        numberIn({ from: 0, to: 60 }),
      ),
    )
    .addOption(
      setting('noiseBelow', '--noise-below <db>', 'add noise, so far below the recording; 0: none').argParser(
        numberIn({ from: 0 }),
      ),
    )
    .addOption(
      setting(
        'masks',
        '--masks <n>',
        'mask so many stretches of time, and of features, in each recording',
      ).argParser(whole(0)),
    );
  addDecodingOptions(command)
    .addOption(backendOption())
    .addOption(threadsOption())
    .option('--resume', 'go on where the training of this model stopped')
    .option('--json', 'print one JSON object in the end, and nothing else on standard output')
    .action(train);
}

async function train(given: TrainOptions, command: Command): Promise<void> {
  const options = given.train === undefined ? withToneOptions(given, command) : given;
  if (options.train !== undefined && options.dev === undefined && decodingWords(options).length > 0) {
    process.stderr.write(
      `hint: ${decodingWords(options)[0]} is for measuring, on --dev or later with speech eval; training does without.\n`,
    );
  }
  const { out } = options;
  await startBackend(options.backend, options.threads);
  await checkOutputPath(recognizers, out, options.resume);
  const decoding = await decodingOf(options);
  const { train: utterances, dev } = await trainingRecordings(options);
  const recognizer = options.resume
    ? await unfinished(recognizers, out, options, settingNames, command)
    : CtcRecognizer.create(utterances, pick(options, settingNames));
  // What cannot be decoded with is told now and not after the training.
  await recognizer.predict([], decoding);
  const { epochs } = recognizer.settings;
  if (recognizer.finished) {
    process.stderr.write(`${out} is trained already: ${epochs} of ${epochs} epochs are done.\n`);
  }
  tellResampling([...utterances, ...(dev ?? [])], recognizer.sampleRate);
  tellUnknown(dev ?? [], recognizer);
  const result = await trainWatched({
    kind: recognizers,
    model: recognizer,
    train: utterances,
    dev,
    out,
    resumeCommand: commandLine('speech', 'train', ...dataWords(options), ...resumeWords(options)),
    stream: process.stderr,
  });
  // With a beam and a language model it is measured once, in the end: that takes longer.
  const report =
    dev && decodingWords(options).length > 0 ? await recognizer.evaluate(dev, decoding) : result.dev;
  const { symbols, sampleRate } = recognizer;
  const text = options.json
    ? JSON.stringify({
        out,
        epochs,
        utterances: utterances.length,
        symbols,
        sampleRate,
        ...result,
        dev: report,
      })
    : await summary(options, utterances, symbols, { ...result, dev: report });
  process.stdout.write(`${text}\n`);
}

/** What the embedded tones take, each a word, where nothing else is chosen. */
function withToneOptions(given: TrainOptions, command: Command): TrainOptions {
  const settings = Object.entries({ ...toneOptions, units: 'word' });
  const open = settings.filter(([name]) => command.getOptionValueSource(name) !== 'cli');
  return { ...given, ...Object.fromEntries(open) };
}

/** The options that say what to learn from. */
function dataWords({ train, dev }: TrainOptions): string[] {
  return [...(train === undefined ? [] : ['--train', train]), ...(dev === undefined ? [] : ['--dev', dev])];
}

function resumeWords(options: TrainOptions): string[] {
  const { out, backend, threads, json } = options;
  return [
    ...(out === DEFAULT_OUT ? [] : ['--out', out]),
    ...decodingWords(options),
    ...(backend === 'cpu' ? [] : ['--backend', backend]),
    ...(threads === undefined ? [] : ['--threads', String(threads)]),
    ...(json ? ['--json'] : []),
    '--resume',
  ];
}

async function summary(
  options: TrainOptions,
  utterances: readonly Utterance[],
  symbols: readonly string[],
  result: TrainingResult<RecognizerReport>,
): Promise<string> {
  const { train, dev, out } = options;
  const { size } = await stat(out);
  const measured = dev ?? 'the development part';
  return [
    `Learnt ${counted(symbols.length, 'symbol')} from ${counted(utterances.length, 'recording')} in ${clock(result.seconds)}.`,
    ...(result.dev ? [`On ${measured}: ${summarizeRecognition(result.dev)}.`] : []),
    `The model is ${out} (${fileSize(size)}). To measure it and to use it:`,
    '',
    `  ${commandLine('speech', 'eval', out, ...(train === undefined ? [] : [dev ?? train]), ...decodingWords(options))}`,
    `  ${commandLine('speech', 'predict', out, 'RECORDING.wav')}`,
  ].join('\n');
}
