import type { BenchCase } from '../cases/cases.js';
import type { Competitor } from '../libraries/list.js';
import { competitorsFor, measureAll, type Plan, type Result } from '../measure/measure-all.js';

/** A part of the report: cases that are measured with some libraries, in a time of its own. */
export interface Part {
  readonly name: string;
  /** What it tells. */
  readonly title: string;
  /** Seconds that it may take. */
  readonly seconds: number;
  readonly cases: readonly BenchCase[];
  readonly competitors: readonly Competitor[];
  /** Makes ready what it needs; the reason where that is impossible. */
  prepare?(signal: AbortSignal): Promise<string | undefined>;
  render(results: readonly Result[]): string;
}

/** What became of a part. */
export interface PartResult {
  readonly part: Part;
  readonly results: readonly Result[];
  readonly seconds: number;
  /** Why nothing of it was measured. */
  readonly obstacle: string | undefined;
  /** What its time did not suffice for: `case with library`. */
  readonly skipped: readonly string[];
}

/** How all parts are measured. */
export type Conditions = Pick<Plan, 'budget' | 'run' | 'onStart'>;

/** Seconds below which nothing is begun: a process has to start, and to compile. */
const LEAST_SECONDS = 5;

/**
 * Measures a part in the time that it may take and that is left. What does not fit is left out, and named; a library that is being measured
 * when the time is over is ended.
 * @param secondsLeft for this part and all that come behind it
 */
export async function measurePart(
  part: Part,
  secondsLeft: number,
  { run, ...conditions }: Conditions,
): Promise<PartResult> {
  const start = performance.now();
  const seconds = Math.min(part.seconds, secondsLeft);
  const ended = (results: readonly Result[], obstacle?: string): PartResult => ({
    part,
    results,
    seconds: (performance.now() - start) / 1000,
    obstacle,
    skipped: obstacle ? [] : skippedOf(part, results),
  });
  if (run.signal?.aborted) return ended([], 'interrupted');
  if (seconds < LEAST_SECONDS) return ended([], 'no time is left');
  const time = AbortSignal.timeout(1000 * seconds);
  const signal = run.signal ? AbortSignal.any([run.signal, time]) : time;
  const obstacle = await part.prepare?.(signal);
  if (obstacle) return ended([], obstacle);
  const unavailable = new Map<string, string>();
  return ended(await measureAll({ ...part, ...conditions, unavailable, run: { ...run, signal } }));
}

function skippedOf({ cases, competitors }: Part, results: readonly Result[]): string[] {
  const done = new Set(results.map(({ benchCase, competitor }) => nameOf(benchCase, competitor)));
  return cases
    .flatMap((benchCase) => competitorsFor(benchCase, competitors).map((each) => nameOf(benchCase, each)))
    .filter((name) => !done.has(name));
}

function nameOf({ name }: BenchCase, { id }: Competitor): string {
  return `${name} with ${id}`;
}
