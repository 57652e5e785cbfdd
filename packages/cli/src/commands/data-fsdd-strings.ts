import {
  type DigitStringsProgress,
  type DigitStringsSummary,
  type WriteDigitStringsOptions,
  writeDigitStrings,
} from '@ostinato/data/node';
import type { Command } from 'commander';
import { Option } from 'commander';
import { eachTime } from '../decoding-options.js';
import { commandLine } from '../invocation.js';
import { clock, count, counted } from '../numbers.js';
import { numberIn } from '../options.js';
import { Pace, ProgressBar } from '../progress-bar.js';
import { table } from '../table.js';

interface StringsOptions {
  readonly from: string;
  readonly out: string;
  readonly count: number;
  readonly devCount: number;
  readonly holdOutSpeaker?: readonly string[];
  readonly seed: number;
  readonly json?: boolean;
}

/** `ostinato data fsdd-strings`: connected digits out of single ones. */
export function addDataFsddStrings(parent: Command): void {
  const atLeastOne = numberIn({ whole: true, from: 1 });
  parent
    .command('fsdd-strings')
    .description('make recordings of connected digits out of single ones (Free Spoken Digit Dataset)')
    .requiredOption('--from <folder>', 'folder with recordings DIGIT_SPEAKER_INDEX.wav')
    .requiredOption('--out <folder>', 'folder for train.tsv, dev.tsv and their recordings')
    .addOption(new Option('--count <n>', 'strings to learn from').argParser(atLeastOne).default(2000))
    .addOption(new Option('--dev-count <n>', 'strings of each other part').argParser(atLeastOne).default(200))
    .addOption(
      new Option(
        '--hold-out-speaker <name>',
        'who is only in heldout.tsv; may be given several times',
      ).argParser(eachTime),
    )
    .addOption(
      new Option('--seed <n>', 'start of everything random')
        .argParser(numberIn({ whole: true, from: 0, to: 2 ** 32 - 1 }))
        .default(0),
    )
    .option('--json', 'print one JSON object in the end, and nothing else on standard output')
    .action(make);
}

async function make(options: StringsOptions): Promise<void> {
  const { from, out, count, devCount, holdOutSpeaker, seed, json } = options;
  const progress = new WritingProgress();
  const settings: WriteDigitStringsOptions = {
    from,
    out,
    count,
    devCount,
    heldOutCount: devCount,
    seed,
    ...(holdOutSpeaker && { holdOutSpeakers: holdOutSpeaker }),
    onProgress: (step) => progress.show(step),
  };
  let summary: DigitStringsSummary;
  try {
    summary = await writeDigitStrings(settings);
  } finally {
    progress.erase();
  }
  process.stdout.write(`${json ? JSON.stringify(summary) : textOf(summary)}\n`);
}

/** A bar for reading, and one for each part that is written. */
class WritingProgress {
  readonly #bar = new ProgressBar(process.stderr);
  #doing: string | undefined;
  #pace = new Pace();

  show({ doing, done, total }: DigitStringsProgress): void {
    if (this.#doing !== doing) this.#pace = new Pace();
    this.#doing = doing;
    const pace = this.#pace.at(done);
    this.#bar.draw(done / total, () => [
      doing === 'reading' ? 'reading' : `writing ${doing}`,
      `${count(done)}/${count(total)}`,
      `${count(pace.perSecond)} recordings/s`,
      `${clock(pace.secondsLeft(total))} left`,
    ]);
  }

  erase(): void {
    this.#bar.erase();
  }
}

function textOf({ parts, resampled }: DigitStringsSummary): string {
  const rows = parts.map(({ manifest, strings, seconds, recordings, speakers }) => [
    manifest,
    count(strings),
    clock(seconds),
    count(recordings),
    speakers.join(' '),
  ]);
  const [train, dev] = parts.map(({ manifest }) => manifest);
  return [
    ...table([['manifest', 'strings', 'time', 'made of', 'speakers'], ...rows]),
    ...(resampled.length > 0 ? [`${counted(resampled.length, 'recording')} resampled.`] : []),
    '',
    'To learn from them:',
    '',
    `  ${commandLine('speech', 'train', '--train', train!, '--dev', dev!, '--units', 'word', '--out', 'digits.ostinato')}`,
  ].join('\n');
}
