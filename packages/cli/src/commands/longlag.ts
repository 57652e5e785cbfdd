import { readDigits } from '@ostinato/data/node';
import {
  type LongLagCell,
  type LongLagResult,
  type LongLagRun,
  type LongLagSettings,
  type LongLagTask,
  longLagCells,
  longLagTasks,
  trainLongLag,
} from '@ostinato/tasks/longlag';
import { Argument, type Command, Option } from 'commander';
import { backendOption, startBackend, threadsOption } from '../backend.js';
import { Interrupted, UsageError } from '../errors.js';
import { Interruption } from '../interruption.js';
import { LongLagProgress } from '../longlag-progress.js';
import { clock, count, measured } from '../numbers.js';
import { numberIn } from '../options.js';

/** Settings of a training that have an option. */
const settingNames = ['hidden', 'batch', 'rate', 'steps'] as const;

interface LongLagCommandOptions extends Partial<LongLagSettings> {
  readonly cell: LongLagCell;
  readonly length?: number;
  readonly seed: number;
  readonly data?: string;
  readonly backend: string;
  readonly threads?: number;
  readonly json?: boolean;
}

/** `ostinato longlag NAME`: a classic benchmark of recurrent networks. */
export function addLongLag(parent: Command): void {
  const atLeastOne = numberIn({ whole: true, from: 1 });
  const tasks = [...longLagTasks.values()];
  const width = Math.max(...tasks.map(({ name }) => name.length));
  parent
    .command('longlag')
    .description('train a recurrent network on a classic task with long lags, and tell how well it does it')
    .addArgument(new Argument('<name>', 'the task').choices(tasks.map(({ name }) => name)))
    .addOption(
      new Option('--cell <name>', 'recurrent network').choices(Object.keys(longLagCells)).default('lstm'),
    )
    .option('--length <t>', 'T, how long it is; each task has its own default', atLeastOne)
    .option('--hidden <n>', 'units; what follows has defaults for each task and network', atLeastOne)
    .option('--batch <n>', 'sequences in a step', atLeastOne)
    .option('--rate <x>', 'learning rate of Adam at the start', numberIn({ above: 0 }))
    .option('--steps <n>', 'steps after which training ends, solved or not', atLeastOne)
    .option(
      '--seed <n>',
      'start of everything random',
      numberIn({ whole: true, from: 0, to: 2 ** 32 - 1 }),
      1,
    )
    .option('--data <folder>', 'where MNIST is, for the task mnist')
    .addOption(backendOption())
    .addOption(threadsOption())
    .option('--json', 'print one JSON object in the end, and nothing else on standard output')
    .addHelpText(
      'after',
      ['', 'Tasks:', ...tasks.map(({ name, about }) => `  ${name.padEnd(width)}  ${about}`)].join('\n'),
    )
    .action(longLag);
}

async function longLag(name: string, options: LongLagCommandOptions): Promise<void> {
  const task = longLagTasks.get(name)!;
  const { cell, length, seed, data } = options;
  if (task.needsDigits && data === undefined) {
    throw new UsageError(`longlag ${name}: it needs images; give the folder with MNIST as --data`);
  }
  const digits = task.needsDigits ? await readDigits(data!) : undefined;
  const problem = task.open({ length, seed, digits });
  await startBackend(options.backend, options.threads);
  const settings = { ...task.settings(cell, problem.length), ...chosen(options) };
  const result = await watch(task, { problem, cell, settings, seed });
  const text = options.json
    ? JSON.stringify(recordOf(task, { problem, cell, settings, seed }, result))
    : summaryOf(task, { problem, cell, settings, seed }, result);
  process.stdout.write(`${text}\n`);
  if (result.reason) throw new Interrupted(result.reason);
}

/** The settings that the command line gives. */
function chosen(options: LongLagCommandOptions): Partial<LongLagSettings> {
  const given = settingNames.filter((name) => options[name] !== undefined);
  return Object.fromEntries(given.map((name) => [name, options[name]]));
}

type Watched = LongLagResult & { readonly reason: Interruption['reason'] };

/** Trains, showing progress. Ctrl-C and SIGTERM end it after the step that is running; what was reached is measured. */
async function watch(task: LongLagTask, run: LongLagRun): Promise<Watched> {
  const { stderr } = process;
  const progress = new LongLagProgress(stderr, task.measure);
  const interruption = new Interruption(() => {
    progress.erase();
    stderr.write('Stopping after this step and measuring. Once more ends at once.\n');
  });
  try {
    for await (const event of trainLongLag({ ...run, signal: interruption.signal })) {
      if (event.kind === 'step') progress.step(event);
      else if (event.kind === 'look') progress.look(event);
      else {
        progress.erase();
        return { ...event, reason: interruption.reason };
      }
    }
  } finally {
    interruption.dispose();
  }
  throw new Error('the training ended without a result');
}

/** What `--json` prints. */
function recordOf(
  { name, measure }: LongLagTask,
  { problem, cell, settings, seed }: LongLagRun,
  { value, steps, seconds, details, solved, parameters }: LongLagResult,
): Record<string, unknown> {
  const { hidden, batch, rate } = settings;
  return {
    ...{ task: name, cell, length: problem.length, [measure]: value, baseline: problem.baseline },
    ...{ steps, seconds: Math.round(10 * seconds) / 10 },
    ...{ ...details, solved, seed, hidden, batch, rate, parameters },
  };
}

function summaryOf(
  { name, measure }: LongLagTask,
  { problem, cell }: LongLagRun,
  { value, steps, seconds, details, solved, parameters }: LongLagResult,
): string {
  const more = Object.entries(details).map(([detail, number]) => `, ${detail} ${count(number)}`);
  return (
    `${name}, length ${count(problem.length)}: ${measure} ${measured(value)}${more.join('')} ` +
    `(who remembers nothing: ${measured(problem.baseline)}).\n` +
    `${cell}, ${count(parameters)} parameters, ${solved ? 'solved' : 'not solved'} after ${count(steps)} steps, ` +
    `${clock(seconds)}.`
  );
}
