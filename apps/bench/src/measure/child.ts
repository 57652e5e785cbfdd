/** The process in which one library does one thing. Gets a job, answers, and ends. */
import { headOfOutput, problemOf } from '../cases/problem.js';
import { smallTask, type Task } from '../cases/task.js';
import { type Session, Unsupported } from '../libraries/library.js';
import { type Competitor, competitorOf } from '../libraries/list.js';
import { adapterNames } from '../webgpu/devices.js';
import { dispatchesOf } from '../webgpu/dispatches.js';
import { fingerprintOf } from './comparison.js';
import type { Answer, Job, Measured } from './job.js';
import { type Budget, sampleTimes } from './timing.js';

async function timed({ library, threads, task, budget }: Job & { kind: 'time' }): Promise<Measured> {
  const competitor = competitorOf(library);
  const session = await (await competitor.load())(threads);
  const small = await session.prepare(problemOf(smallTask(task)));
  await small.run(1);
  const smallResults = await small.results();
  await small.dispose();
  return { ...(await measure(competitor, session, task, budget)), small: smallResults };
}

async function measure(
  { backend }: Competitor,
  session: Session,
  task: Task,
  budget: Budget,
): Promise<Measured> {
  const problem = problemOf(task);
  const workload = await session.prepare(problem);
  let firstMs = await workload.run(1);
  const results = await workload.results();
  // On a GPU the first step compiles, for longer than it computes: the second tells how long one is.
  const dispatches =
    backend === 'webgpu'
      ? await dispatchesOf(async () => {
          firstMs = await workload.run(1);
        })
      : undefined;
  const samples = await sampleTimes(workload.run, firstMs, budget);
  const liveBytes = workload.liveBytes?.();
  const answer: Measured = {
    kind: 'measured',
    backend: session.backend,
    samples,
    small: {},
    head: results.output ? { output: headOfOutput(problem, results.output) } : {},
    fingerprints: Object.fromEntries(
      Object.entries(results).map(([name, values]) => [name, fingerprintOf(values)]),
    ),
    rssBytes: process.resourceUsage().maxRSS * 1024,
    liveBytes,
    dispatches,
    adapter: adapterNames(),
  };
  await workload.dispose();
  await session.close?.();
  return answer;
}

/** Import, start, first step and its numbers. What happened before, the start of Node and WebGPU for it, is the same for all. */
async function firstResult({ library, threads, task }: Job & { kind: 'first-result' }): Promise<Measured> {
  const problem = problemOf(task);
  const start = performance.now();
  const session = await (await competitorOf(library).load())(threads);
  const workload = await session.prepare(problem);
  await workload.run(1);
  const results = await workload.results();
  const milliseconds = performance.now() - start;
  return {
    kind: 'measured',
    backend: session.backend,
    samples: [milliseconds],
    small: {},
    head: results.output ? { output: headOfOutput(problem, results.output) } : {},
    fingerprints: {},
    rssBytes: process.resourceUsage().maxRSS * 1024,
    liveBytes: undefined,
    dispatches: undefined,
    adapter: adapterNames(),
  };
}

async function answerTo(job: Job): Promise<Answer> {
  if (competitorOf(job.library).backend === 'webgpu') (await import('../webgpu/provide.js')).provideWebGpu();
  switch (job.kind) {
    case 'time':
      return timed(job);
    case 'first-result':
      return firstResult(job);
    case 'results': {
      const session = await (await competitorOf(job.library).load())(1);
      const results = [];
      for (const problem of job.problems) {
        const workload = await session.prepare(problem);
        await workload.run(1);
        results.push(await workload.results());
      }
      return { kind: 'results', results };
    }
  }
}

// Who is interrupted is the program that started this one; it ends this process.
process.on('SIGINT', () => {});

process.once('message', async (job: Job) => {
  const answer = await answerTo(job).catch((error: unknown): Answer => {
    if (error instanceof Unsupported) return { kind: 'unsupported', reason: error.message };
    return { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
  });
  // Libraries may leave threads behind; the answer is all that counts.
  process.send!(answer, () => process.exit(0));
});
