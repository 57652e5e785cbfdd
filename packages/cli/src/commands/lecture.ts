import type { Command } from 'commander';
import { backendOption, startBackend } from '../backend.js';
import { CommandError, UsageError } from '../errors.js';
import { commandLine } from '../invocation.js';
import type { Experiment } from '../lecture/experiment.js';
import { experiments } from '../lecture/experiments.js';
import { nearest } from '../nearest.js';
import { type Draw, loadDrawing } from '../picture/drawing.js';
import { prepareFolder, savePicture } from '../picture/save-picture.js';
import { table } from '../table.js';
import { colorsFor } from '../terminal.js';

/** Where pictures go if nobody says otherwise. */
const FOLDER = 'lecture';

interface LectureOptions {
  readonly out?: string;
  readonly backend: string;
  readonly json?: boolean;
}

/** `ostinato lecture NAME`: an experiment of the lecture on recurrent networks (L3, L4, L11, L12, L19 to L21). */
export function addLecture(parent: Command): void {
  parent
    .command('lecture')
    .description('experiments of a lecture on recurrent networks, with pictures')
    .argument('[name]', `one of ${names().join(', ')}; or all. Without a name they are listed`)
    .option('--out <folder>', `folder for the pictures, as SVG and PNG (default: "${FOLDER}")`)
    .addOption(backendOption())
    .option('--json', 'print one JSON object for each experiment, in a line of its own')
    .action(lecture);
}

async function lecture(name: string | undefined, options: LectureOptions): Promise<void> {
  if (name === undefined) {
    process.stdout.write(options.json ? `${JSON.stringify(list())}\n` : listing());
    return;
  }
  const chosen = choose(name);
  const save = chosen.some(({ isDrawn }) => isDrawn) ? await openDrawing(options) : undefined;
  await startBackend(options.backend);
  const show = options.json ? showJson : showText;
  for (const [index, experiment] of chosen.entries()) {
    if (index > 0 && !options.json) process.stdout.write('\n\n');
    await show(experiment, save);
  }
}

/** Draws a chart and writes it; gives the paths. */
type SaveChart = (name: string, chart: Parameters<Draw>[0]) => Promise<string[]>;

/** What draws into the chosen folder; where it is not installed and nobody asked for pictures, a hint is all. */
async function openDrawing({ out }: LectureOptions): Promise<SaveChart | undefined> {
  const draw = await loadDrawing();
  if (typeof draw !== 'function') {
    if (out !== undefined) throw new CommandError(`--out ${out}: ${draw.missing}`);
    process.stderr.write(`hint: ${draw.missing}\n`);
    return undefined;
  }
  const folder = out ?? FOLDER;
  await prepareFolder(folder);
  return async (name, chart) => savePicture(folder, name, await draw(chart));
}

async function showText(experiment: Experiment, save: SaveChart | undefined): Promise<void> {
  const { stdout } = process;
  stdout.write(`${colorsFor(stdout).bold(`${experiment.item}: ${experiment.title}`)}\n\n`);
  const { text, chart } = await experiment.run();
  stdout.write(`${text}\n`);
  if (chart && save) {
    const paths = await save(experiment.name, chart);
    stdout.write(`\nPicture: ${paths.join(', ')}\n`);
  }
}

async function showJson({ name, item, run }: Experiment, save: SaveChart | undefined): Promise<void> {
  const { result, chart } = await run();
  const pictures = chart && save ? await save(name, chart) : [];
  process.stdout.write(`${JSON.stringify({ name, item, result, pictures })}\n`);
}

function choose(name: string): readonly Experiment[] {
  if (name === 'all') return experiments;
  const found = experiments.find((experiment) => experiment.name === name);
  if (found) return [found];
  const meant = nearest(name, [...names(), 'all']);
  const hint = meant ? `Did you mean ${meant}?` : `There are ${names().join(', ')}; or all.`;
  throw new UsageError(`lecture: there is no experiment ${JSON.stringify(name)}. ${hint}`);
}

function names(): string[] {
  return experiments.map(({ name }) => name);
}

function list(): object[] {
  return experiments.map(({ name, item, title }) => ({ name, item, title }));
}

function listing(): string {
  const lines = table(experiments.map(({ name, item }) => [name, item]));
  const rows = experiments.map(({ title }, row) => `  ${lines[row]}  ${title}`);
  const [first] = names();
  return [
    'Experiments of the lecture on recurrent networks:',
    '',
    ...rows,
    '',
    `Run one, ${commandLine('lecture', first!)}, or all of them, ${commandLine('lecture', 'all')}.`,
    '',
  ].join('\n');
}
