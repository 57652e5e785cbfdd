import type { BenchCase } from '../cases/cases.js';
import { type Competitor, isBaseline } from '../libraries/list.js';
import { fingerprintDifference } from './comparison.js';
import type { Measured } from './job.js';
import { expect, measureCase, type Outcome } from './measure-case.js';
import type { RunOptions } from './run-job.js';
import type { Budget } from './timing.js';

/** What became of a case with a library. */
export interface Result {
  readonly benchCase: BenchCase;
  readonly competitor: Competitor;
  readonly outcome: Outcome;
}

/** How everything is measured. */
export interface Plan {
  readonly cases: readonly BenchCase[];
  readonly competitors: readonly Competitor[];
  /** Why a library cannot be measured here at all. */
  readonly unavailable: ReadonlyMap<string, string>;
  readonly budget: Budget;
  readonly run: RunOptions;
  /** Called before each measurement. */
  readonly onStart?: (benchCase: BenchCase, competitor: Competitor) => void;
  /** Called after each measurement. */
  readonly onResult?: (result: Result) => void;
}

/** The libraries that a case is measured for. */
export function competitorsFor({ libraries }: BenchCase, competitors: readonly Competitor[]): Competitor[] {
  return competitors.filter(({ id }) => libraries?.includes(id) ?? true);
}

/**
 * Measures all cases, one library after the other within a case, so that a machine that changes its speed changes it for all. What fails is
 * a result as well. Stops early when `run.signal` is aborted, with what there is.
 */
export async function measureAll(plan: Plan): Promise<Result[]> {
  const results: Result[] = [];
  for (const benchCase of plan.cases) {
    if (plan.run.signal?.aborted) return results;
    const expected = await expect(benchCase, plan.run);
    let ours: Measured | undefined;
    for (const competitor of competitorsFor(benchCase, plan.competitors)) {
      if (plan.run.signal?.aborted) return results;
      plan.onStart?.(benchCase, competitor);
      const reason = plan.unavailable.get(competitor.id);
      const outcome: Outcome = reason
        ? { kind: 'unsupported', reason }
        : expected.kind === 'failed'
          ? expected
          : agreeing(await measureCase(benchCase, competitor, expected, plan.budget, plan.run), ours);
      if (plan.run.signal?.aborted) return results;
      if (outcome.kind === 'measured' && isBaseline(competitor)) ours = outcome.measured;
      const result = { benchCase, competitor, outcome };
      results.push(result);
      plan.onResult?.(result);
    }
  }
  return results;
}

/** Holds the full-size results of a library against ours, where there are some. */
function agreeing(outcome: Outcome, ours: Measured | undefined): Outcome {
  if (outcome.kind !== 'measured' || outcome.difference || !ours) return outcome;
  return {
    ...outcome,
    difference: fingerprintDifference(ours.fingerprints, outcome.measured.fingerprints),
  };
}
