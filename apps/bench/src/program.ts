import { writeFile } from 'node:fs/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import { allCases, type BenchCase, matchingCases, quickCases } from './cases/cases.js';
import { installPeers, unavailableReasons } from './libraries/available.js';
import { BASELINE, type Competitor, competitors } from './libraries/list.js';
import { bundleChild } from './measure/bundle.js';
import { competitorsFor, measureAll } from './measure/measure-all.js';
import type { Budget } from './measure/timing.js';
import { drawChart } from './report/draw-chart.js';
import { type Growth, growthsOf } from './report/growth.js';
import { machine } from './report/machine.js';
import { Progress } from './report/progress.js';
import { adaptersOf, type Gap, gapsOf, type Row, rowsOf } from './report/rows.js';
import { renderGrowths, renderRows } from './report/table.js';
import { type Driver, driverNamed, driverNames } from './webgpu/driver.js';

interface Options {
  readonly backend: keyof typeof BASELINE;
  readonly driver?: string;
  readonly json?: string;
  readonly chart?: string;
  readonly case?: readonly string[];
  readonly library?: readonly string[];
  readonly quick: boolean;
  readonly list: boolean;
  readonly limit: number;
}

/** What is measured with what. */
interface Choice {
  readonly cases: readonly BenchCase[];
  readonly competitors: readonly Competitor[];
}

const THOROUGH: Budget = { samples: 9, sampleMs: 100, limitMs: 20_000 };
const QUICK: Budget = { samples: 3, sampleMs: 10, limitMs: 2_000 };

/** The command. */
export function program(): Command {
  return new Command('bench')
    .description('Measures Ostinato and other libraries side by side.')
    .addOption(
      new Option('--backend <name>', 'where all libraries compute')
        .choices(Object.keys(BASELINE))
        .default('cpu'),
    )
    .addOption(
      new Option(
        '--driver <name>',
        'what WebGPU computes on (default: the GPU of this machine, else a software driver)',
      ).choices(driverNames),
    )
    .option('--case <name...>', 'only cases whose name contains one of these')
    .option('--library <name...>', 'only libraries whose name contains one of these')
    .option('--quick', 'small sizes and few repeats: shows that everything runs', false)
    .option('--json <file>', 'write all figures to a file')
    .option('--chart <file.svg>', 'draw the ratios to ours as a picture')
    .option('--limit <seconds>', 'longest time for a library in a case', seconds, 180)
    .option('--list', 'show the names of cases and libraries, and measure nothing', false)
    .action(bench);
}

function seconds(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('It must be a number of seconds above 0.');
  return value;
}

function choose({ backend, driver, case: parts, library, quick }: Options): Choice {
  if (driver && backend !== 'webgpu') {
    throw new InvalidArgumentError(`--driver ${driver} is for --backend webgpu only.`);
  }
  const cases = matchingCases(quick ? quickCases() : allCases(), parts);
  const chosen = competitors
    .filter((competitor) => competitor.backend === backend)
    .filter(({ id }) => library?.some((name) => id.includes(name)) ?? true);
  const missing =
    cases.length === 0
      ? `case contains "${parts?.join('" or "')}"`
      : `library contains "${library?.join('" or "')}"`;
  if (cases.length === 0 || chosen.length === 0) {
    throw new InvalidArgumentError(`The name of no ${missing}; --list shows all names.`);
  }
  return { cases, competitors: chosen };
}

async function bench(options: Options, command: Command): Promise<void> {
  const choice = chooseOrEnd(options, command);
  const { stdout, stderr } = process;
  if (options.list) {
    stdout.write(listOf(choice));
    return;
  }
  const driver = options.backend === 'webgpu' ? driverOrEnd(options, command) : undefined;
  const interruption = new AbortController();
  process.once('SIGINT', () => interruption.abort());
  const needsPeers = options.chart !== undefined || choice.competitors.some(({ peer }) => peer);
  if (needsPeers) await installPeers((text) => stderr.write(text));
  const total = choice.cases.reduce(
    (sum, benchCase) => sum + competitorsFor(benchCase, choice.competitors).length,
    0,
  );
  const progress = new Progress(stderr, total);
  const results = await measureAll({
    ...choice,
    unavailable: await unavailableReasons(choice.competitors),
    budget: options.quick ? QUICK : THOROUGH,
    run: {
      program: await bundleChild(),
      killMs: 1000 * options.limit,
      environment: driver?.environment,
      signal: interruption.signal,
    },
    onStart: ({ name }, { id }) => progress.begin(`${name} with ${id}`),
    onResult: () => progress.end(),
  });
  progress.close();
  const rows = rowsOf(results);
  const report = {
    machine: machine(adaptersOf(results)),
    rows,
    gaps: gapsOf(results),
    growth: growthsOf(choice.cases, rows),
  };
  stdout.write(textOf(choice, report));
  if (options.json) await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
  if (options.chart) await chart(rows, options.chart, command);
  if (interruption.signal.aborted) process.exitCode = 130;
  else if (wrong(report)) process.exitCode = 1;
}

async function chart(rows: readonly Row[], file: string, command: Command): Promise<void> {
  try {
    await drawChart(rows, file);
  } catch (error) {
    if (error instanceof RangeError) command.error(`error: ${error.message}`);
    throw error;
  }
}

function chooseOrEnd(options: Options, command: Command): Choice {
  try {
    return choose(options);
  } catch (error) {
    if (error instanceof InvalidArgumentError) command.error(`error: ${error.message}`);
    throw error;
  }
}

function driverOrEnd({ driver, quick }: Options, command: Command): Driver {
  try {
    return driverNamed(driver, quick);
  } catch (error) {
    if (error instanceof RangeError) command.error(`error: ${error.message}`);
    throw error;
  }
}

function listOf({ cases, competitors }: Choice): string {
  const names = (title: string, all: readonly string[]) =>
    `${title}\n${all.map((name) => `  ${name}\n`).join('')}`;
  return `${names(
    'Cases',
    cases.map(({ name }) => name),
  )}\n${names(
    'Libraries',
    competitors.map(({ id }) => id),
  )}`;
}

interface Report {
  readonly machine: ReturnType<typeof machine>;
  readonly rows: readonly Row[];
  readonly gaps: readonly Gap[];
  readonly growth: readonly Growth[];
}

function textOf({ cases }: Choice, { machine, rows, gaps, growth }: Report): string {
  const names = cases.map(({ name }) => name);
  const gpu = machine.adapter === null ? '' : `, WebGPU on ${machine.adapter}`;
  const where = `${machine.cpu}, ${machine.cores} cores, Node ${machine.node}${gpu}`;
  return [renderRows(names, rows, gaps), renderGrowths(growth), `Measured on: ${where}\n`]
    .filter(Boolean)
    .join('\n');
}

/** Whether we are wrong or fail; what becomes of others is only shown. */
function wrong({ rows, gaps }: Report): boolean {
  return (
    rows.some(({ library, check }) => library === 'ostinato' && check !== 'equal') ||
    gaps.some(({ library, kind }) => library === 'ostinato' && kind === 'failed')
  );
}
