import type { AudioClip } from '@ostinato/data';
import { readWav } from '@ostinato/data/node';
import type { CtcRecognizer, Recognition } from '@ostinato/tasks';
import type { Command } from 'commander';
import { backendOption, startBackend, threadsOption } from '../backend.js';
import { addDecodingOptions, type DecodingOptions, decodingOf } from '../decoding-options.js';
import { CommandError, UsageError } from '../errors.js';
import { recognizers } from '../model-kind.js';
import { openModel } from '../open-model.js';
import { loadDrawing } from '../picture/drawing.js';
import { savePictureAs } from '../picture/save-picture.js';
import { print } from '../print.js';
import { printable } from '../printable.js';
import { tellResampling } from '../recordings.js';
import { drawRecognition } from '../speech-picture.js';
import { table } from '../table.js';
import { type Colors, colorsFor } from '../terminal.js';

interface PredictOptions extends DecodingOptions {
  readonly align?: boolean;
  readonly text?: string;
  readonly picture?: string;
  readonly backend: string;
  readonly threads?: number;
  readonly json?: boolean;
}

/** `ostinato speech predict MODEL FILE.wav...`: what is said in recordings. */
export function addSpeechPredict(parent: Command): void {
  const command = parent
    .command('predict')
    .description('write what is said in recordings')
    .argument('<model>', 'file that "speech train" wrote')
    .argument('<wav...>', 'WAV files')
    .option('--align', 'also tell when each symbol is said, and how sure that is')
    .option('--text <text>', 'align this text, which is known to be said, in place of what is recognised')
    .option(
      '--picture <file>',
      'draw waveform, log-mel, the probabilities of symbols and the path; .svg or .png, of one recording',
    );
  addDecodingOptions(command)
    .addOption(backendOption())
    .addOption(threadsOption())
    .option('--json', 'print one JSON object per recording, on a line of its own')
    .action(predict);
}

async function predict(model: string, files: readonly string[], options: PredictOptions): Promise<void> {
  const { align, text, picture, json } = options;
  if (text?.trim() === '') throw new UsageError('--text: there is nothing to align; give what is said');
  for (const [name, value] of Object.entries({ text, picture })) {
    if (value !== undefined && files.length > 1) {
      throw new UsageError(`--${name} is for one recording, but there are ${files.length}`);
    }
  }
  const draw = picture === undefined ? undefined : await drawing(picture);
  await startBackend(options.backend, options.threads);
  const recognizer = await openModel(recognizers, model);
  const decoding = await decodingOf(options);
  const colors = colorsFor(process.stdout);
  const recordings: { file: string; clip: AudioClip }[] = [];
  for (const file of files) recordings.push({ file, clip: await readWav(file) });
  tellResampling(recordings, recognizer.sampleRate);
  for (const { file, clip } of recordings) {
    const found =
      text === undefined
        ? (await recognizer.predict([clip], decoding))[0]!
        : await recognizer.align(clip, text);
    if (draw && picture !== undefined) {
      const chart = drawRecognition(file, clip, recognizer, await recognizer.lattice(clip), found);
      await savePictureAs(picture, await draw(chart));
    }
    const aligned = align || text !== undefined;
    await print(
      json
        ? JSON.stringify(answerOf(file, found, recognizer, aligned))
        : linesOf(file, found, files.length, aligned, colors),
    );
  }
  if (picture !== undefined && !json) await print(`\nPicture: ${picture}`);
}

/** What draws. Throws UsageError for a name that is no picture's, CommandError where what draws is not installed. */
async function drawing(path: string) {
  if (!/\.(svg|png)$/i.test(path)) {
    throw new UsageError(`--picture ${path}: give the file a name that ends in .svg or .png`);
  }
  const draw = await loadDrawing();
  if (typeof draw !== 'function') throw new CommandError(`--picture ${path}: ${draw.missing}`);
  return draw;
}

function answerOf(
  file: string,
  { text, words, symbols, alternatives }: Recognition,
  { settings }: CtcRecognizer,
  aligned: boolean,
): object {
  const times = settings.units === 'char' ? { words, symbols } : { words };
  return { file, text, ...(aligned ? times : {}), ...(alternatives.length > 1 ? { alternatives } : {}) };
}

function linesOf(
  file: string,
  { text, symbols, alternatives }: Recognition,
  files: number,
  aligned: boolean,
  colors: Colors,
): string {
  const line = files === 1 ? printable(text) : `${colors.cyan(printable(file))}  ${printable(text)}`;
  const others = alternatives.length > 1 ? alternatives : [];
  const lines = [
    line,
    ...others.map((other) => `  ${other.score.toFixed(2).padStart(8)}  ${printable(other.text)}`),
  ];
  if (!aligned) return lines.join('\n');
  const [head, ...rows] = table([
    ['symbol', 'from (s)', 'to (s)', 'confidence'],
    ...symbols.map(({ text, start, end, confidence }) => [
      text === ' ' ? '(blank)' : printable(text),
      start.toFixed(2),
      end.toFixed(2),
      confidence.toFixed(3),
    ]),
  ]);
  return [...lines, '', colors.bold(head!), ...rows, ''].join('\n');
}
