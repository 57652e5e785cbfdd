import { stat } from 'node:fs/promises';
import { flights, lectureSentences } from '@ostinato/data';
import { SequenceTagger, type TaggerOptions } from '@ostinato/tasks';
import type { Command } from 'commander';
import { backendOption, startBackend } from '../backend.js';
import { commandLine } from '../invocation.js';
import { taggers } from '../model-kind.js';
import { clock, counted, fileSize } from '../numbers.js';
import { numberIn } from '../options.js';
import { checkOutputPath } from '../output-path.js';
import { summarizeReport } from '../report.js';
import { renderPrediction } from '../tagged-text.js';
import { colorsFor, textWidthOf } from '../terminal.js';
import { trainWatched } from '../training.js';

/** Smaller than the defaults and quicker to learn, so that it takes a minute and not ten. */
const settings = {
  cell: 'lstm',
  hidden: 64,
  embed: 48,
  letters: 32,
  layers: 1,
  dropout: 0.4,
  wordDropout: 2,
  epochs: 12,
  batch: 16,
  rate: 5e-3,
  seed: 1,
} satisfies TaggerOptions;

interface StartOptions {
  readonly out: string;
  readonly epochs: number;
  readonly backend: string;
  readonly resume?: boolean;
}

/** `ostinato start`: a first model, from nothing, in a minute (L1, L3). */
export function addStart(parent: Command): void {
  parent
    .command('start')
    .description('see it work: train a tagger on flight requests, in under a minute')
    .option('--out <model>', 'file for the model', 'flights.ostinato')
    .option(
      '--epochs <n>',
      'times to go through the data',
      numberIn({ whole: true, from: 1 }),
      settings.epochs,
    )
    .addOption(backendOption())
    .option('--resume', 'go on where it was stopped')
    .action(start);
}

async function start({ out, epochs, backend, resume }: StartOptions): Promise<void> {
  const { stdout, stderr } = process;
  const colors = colorsFor(stdout);
  await startBackend(backend);
  await checkOutputPath(taggers, out, resume);
  const { train, dev, test } = flights();
  const tagger = resume ? await taggers.load(out) : SequenceTagger.create(train, { ...settings, epochs });
  stdout.write(
    `A bidirectional LSTM learns to find ${tagger.tags.filter((tag) => tag.startsWith('B-')).length} kinds of slots ` +
      `in requests for flights, from ${counted(train.length, 'sentence')}.\n\n`,
  );
  const resumeCommand = commandLine(
    'start',
    ...(out === 'flights.ostinato' ? [] : ['--out', out]),
    '--resume',
  );
  const { seconds } = await trainWatched({
    kind: taggers,
    model: tagger,
    train,
    dev,
    out,
    resumeCommand,
    stream: stderr,
  });

  const report = await tagger.evaluate(test);
  stdout.write(
    `\nLearnt in ${clock(seconds)}. On ${counted(test.length, 'sentence')} never seen, ` +
      `some with cities, dates and patterns never seen: ${colors.bold(summarizeReport(report))}.\n\n` +
      'Where Taipei stands in the journey is told by the verb alone:\n\n',
  );
  const look = { colors, width: textWidthOf(stdout), tags: tagger.tags };
  for (const prediction of await tagger.predict(lectureSentences.map(({ words }) => words))) {
    stdout.write(`${renderPrediction(prediction, look)}\n\n`);
  }
  const { size } = await stat(out);
  const example = 'Is there a flight from Paris to New York on Sunday morning?';
  stdout.write(
    `The model is ${out} (${fileSize(size)}). To use it:\n\n  ${commandLine('tag', 'predict', out, example)}\n`,
  );
}
