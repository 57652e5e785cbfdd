import type { BenchCase } from '../cases/cases.js';
import { headOf, type NamedArrays, problemOf } from '../cases/problem.js';
import { smallTask } from '../cases/task.js';
import { type Competitor, oracle } from '../libraries/list.js';
import { differenceOf } from './comparison.js';
import type { Answer, Measured } from './job.js';
import { type RunOptions, runJob } from './run-job.js';
import type { Budget } from './timing.js';

/** What the oracle says about a case. */
export interface Expected {
  readonly kind: 'expected';
  readonly small: NamedArrays;
  readonly head: NamedArrays;
}

/** What became of a case with a library. */
export type Outcome =
  | { readonly kind: 'measured'; readonly measured: Measured; readonly difference: string | undefined }
  | { readonly kind: 'unsupported'; readonly reason: string }
  | { readonly kind: 'failed'; readonly message: string };

/** Asks the oracle for the results of the small task, and of the part of the full one that it can do. */
export async function expect(
  benchCase: BenchCase,
  options: RunOptions,
): Promise<Expected | { readonly kind: 'failed'; readonly message: string }> {
  const head = headOf(problemOf(benchCase.task));
  const withSmall = benchCase.measures === 'time';
  const small = problemOf(smallTask(benchCase.task));
  const problems = [...(withSmall ? [small] : []), ...(head ? [head] : [])];
  const answer = await runJob({ kind: 'results', library: oracle.id, problems }, options);
  if (answer.kind !== 'results') {
    const why = answer.kind === 'failed' ? answer.message : answer.kind;
    return { kind: 'failed', message: `the oracle fails: ${why}` };
  }
  const results = [...answer.results];
  return {
    kind: 'expected',
    small: (withSmall && results.shift()) || {},
    head: (head && results.shift()) || {},
  };
}

/** Measures a case with a library, and holds its results against the oracle's. */
export async function measureCase(
  benchCase: BenchCase,
  { id: library, threads }: Competitor,
  expected: Expected,
  budget: Budget,
  options: RunOptions,
): Promise<Outcome> {
  const { task, measures } = benchCase;
  const answer =
    measures === 'time'
      ? await runJob({ kind: 'time', library, threads, task, budget }, options)
      : await freshProcesses(budget.samples, () =>
          runJob({ kind: 'first-result', library, threads, task }, options),
        );
  if (answer.kind === 'results') throw new Error(`${library} answered something else at ${benchCase.name}`);
  if (answer.kind !== 'measured') return answer;
  const difference =
    differenceOf(expected.small, answer.small) ?? differenceOf(prefix(expected.head), prefix(answer.head));
  return { kind: 'measured', measured: answer, difference };
}

/** Tells in messages which numbers are meant. */
function prefix(head: NamedArrays): NamedArrays {
  return Object.fromEntries(Object.entries(head).map(([name, values]) => [`full-size ${name}`, values]));
}

/** One sample from each of so many processes. */
async function freshProcesses(count: number, run: () => Promise<Answer>): Promise<Answer> {
  let last = await run();
  const samples: number[] = [];
  while (last.kind === 'measured') {
    samples.push(...last.samples);
    if (samples.length === count) return { ...last, samples };
    last = await run();
  }
  return last;
}
