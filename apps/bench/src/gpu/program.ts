import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { folders } from '../folders.js';
import { bundleChild } from '../measure/bundle.js';
import type { Budget } from '../measure/timing.js';
import { machine } from '../report/machine.js';
import { driverNamed, driverNames } from '../webgpu/driver.js';
import { commit, nvidiaCard } from './card.js';
import { measurePart, type PartResult } from './part.js';
import { partsOf } from './parts.js';
import { type Peak, peakOf } from './peak.js';
import { reportOf, textOf, type Where } from './report.js';

interface Options {
  readonly driver: string;
  readonly quick: boolean;
  readonly seconds: number;
  readonly peak?: number;
  readonly part?: readonly string[];
  readonly out: string;
}

const THOROUGH: Budget = { samples: 7, sampleMs: 50, limitMs: 4_000 };
const QUICK: Budget = { samples: 3, sampleMs: 5, limitMs: 1_000 };

/** Seconds after which a library is given up in a case. */
const CASE_SECONDS = 60;
/** Seconds that are kept for the report. */
const REPORT_SECONDS = 3;

/** The command: what WebGPU does on the GPU of this machine. */
export function program(): Command {
  return new Command('gpu.sh')
    .description('Measures WebGPU on the GPU of this machine, in bounded time.')
    .addOption(new Option('--driver <name>', 'what WebGPU computes on').choices(driverNames).default('gpu'))
    .option('--quick', 'small sizes and few repeats: shows that everything runs', false)
    .option('--seconds <number>', 'time for everything; what does not fit is named as skipped', number, 480)
    .option('--peak <TFLOP/s>', 'what the card can do at best in float32, where it is not known', number)
    .option('--part <name...>', 'only these parts: forms, matmul, cudnn, peers')
    .option('--out <folder>', 'where gpu-report.json and gpu-report.txt are written', '.')
    .action(measure);
}

function number(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('It must be a number above 0.');
  return value;
}

async function measure(options: Options, command: Command): Promise<void> {
  const start = performance.now();
  const { quick } = options;
  const say = (text: string) => process.stderr.write(`${text}\n`);
  let driver: ReturnType<typeof driverNamed>;
  try {
    driver = driverNamed(options.driver, quick);
  } catch (error) {
    if (error instanceof RangeError) command.error(`error: ${error.message}`);
    throw error;
  }
  const card = driver.name === 'gpu' ? await nvidiaCard() : undefined;
  const peak: Peak | undefined = options.peak
    ? { teraflops: options.peak, source: '--peak' }
    : peakOf(`${driver.adapter} ${card?.name ?? ''}`);
  const where: Where = {
    machine: machine(driver.adapter),
    driver: driver.name,
    card,
    peak,
    commit: await commit(folders.app),
  };
  const parts = partsOf({ quick, peak }).filter(({ name }) => options.part?.includes(name) ?? true);
  if (parts.length === 0) command.error(`error: there is no part ${options.part?.join(' or ')}`);

  const interruption = new AbortController();
  process.once('SIGINT', () => interruption.abort());
  const program = await bundleChild();
  const done: PartResult[] = [];
  for (const part of parts) {
    const secondsLeft = options.seconds - (performance.now() - start) / 1000 - REPORT_SECONDS;
    say(`${part.name}: ${part.title}`);
    done.push(
      await measurePart(part, secondsLeft, {
        budget: quick ? QUICK : THOROUGH,
        run: {
          program,
          killMs: 1000 * CASE_SECONDS,
          environment: driver.environment,
          signal: interruption.signal,
        },
        onStart: ({ name }, { id }) => say(`  ${name} with ${id}`),
      }),
    );
    // After each part, so that it is there whatever happens to the next one.
    await write(options.out, where, done);
  }
  process.stdout.write(`${textOf(where, done)}\n`);
  if (done.some(isWrong)) process.exitCode = 1;
}

async function write(folder: string, where: Where, parts: readonly PartResult[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  const path = (name: string) => join(resolve(folder), name);
  await writeFile(path('gpu-report.json'), `${JSON.stringify(reportOf(where, parts), null, 2)}\n`);
  await writeFile(path('gpu-report.txt'), `${textOf(where, parts)}\n`);
}

/** Whether ours is wrong or fails. */
function isWrong({ results }: PartResult): boolean {
  return results.some(
    ({ competitor, outcome }) =>
      competitor.library === 'ostinato' && (outcome.kind !== 'measured' || outcome.difference !== undefined),
  );
}
