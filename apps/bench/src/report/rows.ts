import { operationsOf } from '../cases/operations.js';
import { opOf, shapeOf } from '../cases/task.js';
import { isBaseline } from '../libraries/list.js';
import type { Result } from '../measure/measure-all.js';
import { spreadOf } from '../measure/statistics.js';

/** One measurement: what the JSON file has for each case and library that were measured. */
export interface Row {
  readonly case: string;
  readonly op: string;
  /**
   * `(batch,time,in,hidden)`, `rows x inner x columns`, `(batch,hidden)` of the tagger, `(time,batch,symbols,classes)` of CTC,
   * `(frames,classes,beam)` of decoding, or `(seconds,samples per second)` of features.
   */
  readonly shape: string;
  readonly library: string;
  readonly backend: string;
  readonly threads: number;
  /** Median milliseconds of a step. */
  readonly ms: number;
  /** Billions of operations per second, from the median; null where operations are not counted. */
  readonly gflops: number | null;
  /** Seconds of sound that are done in a second; null where the case has no sound. */
  readonly timesRealTime: number | null;
  /** How many times as long as ours at one thread, or ours on the GPU; null where that was not measured. */
  readonly ratioToOurs: number | null;
  readonly msLowerQuartile: number;
  readonly msUpperQuartile: number;
  readonly msMinimum: number;
  readonly msMaximum: number;
  readonly samples: number;
  /** Compute shaders that a step starts on the GPU; null on the CPU, and where they were not counted. */
  readonly dispatches: number | null;
  /** `equal` to the oracle within the tolerance, or what is not. */
  readonly check: string;
  /** The most bytes that the process had in memory, Node and library included. */
  readonly rssBytes: number;
  /** Bytes that tensors held at the end of the forward pass; null where the library does not count them. */
  readonly liveBytes: number | null;
}

/** A case that a library did not do. */
export interface Gap {
  readonly case: string;
  readonly library: string;
  readonly threads: number;
  /** `unsupported`: it has no such thing, or is not here; `failed`: it should have done it. */
  readonly kind: 'unsupported' | 'failed';
  readonly reason: string;
}

/** The measurements, in order. */
export function rowsOf(results: readonly Result[]): Row[] {
  const ours = new Map<string, number>();
  for (const { benchCase, competitor, outcome } of results) {
    if (isBaseline(competitor) && outcome.kind === 'measured') {
      ours.set(benchCase.name, spreadOf(outcome.measured.samples).median);
    }
  }
  return results.flatMap((result) => rowOf(result, ours.get(result.benchCase.name)));
}

function rowOf({ benchCase, competitor, outcome }: Result, ours: number | undefined): Row[] {
  if (outcome.kind !== 'measured') return [];
  const { task, name, measures } = benchCase;
  const { measured, difference } = outcome;
  const spread = spreadOf(measured.samples);
  const operations = measures === 'time' ? operationsOf(task) : undefined;
  return [
    {
      case: name,
      op: measures === 'time' ? opOf(task) : measures,
      shape: shapeOf(task),
      library: competitor.library,
      backend: measured.backend,
      threads: competitor.threads,
      ms: spread.median,
      gflops: operations === undefined ? null : operations / spread.median / 1e6,
      timesRealTime: task.kind === 'features' ? (1000 * task.seconds) / spread.median : null,
      ratioToOurs: ours === undefined ? null : spread.median / ours,
      msLowerQuartile: spread.lowerQuartile,
      msUpperQuartile: spread.upperQuartile,
      msMinimum: spread.minimum,
      msMaximum: spread.maximum,
      samples: measured.samples.length,
      dispatches: measured.dispatches ?? null,
      check: difference ?? 'equal',
      rssBytes: measured.rssBytes,
      liveBytes: measured.liveBytes ?? null,
    },
  ];
}

/** What was not measured, and why. */
export function gapsOf(results: readonly Result[]): Gap[] {
  return results.flatMap(({ benchCase, competitor, outcome }) => {
    if (outcome.kind === 'measured') return [];
    const reason = outcome.kind === 'failed' ? outcome.message : outcome.reason;
    const { library, threads } = competitor;
    return [{ case: benchCase.name, library, threads, kind: outcome.kind, reason }];
  });
}

/** What was computed on, in the words of the devices; undefined where they were no GPUs. Several only where libraries chose differently. */
export function adaptersOf(results: readonly Result[]): string | undefined {
  const adapters = results.flatMap(({ outcome }) =>
    outcome.kind === 'measured' && outcome.measured.adapter !== undefined ? [outcome.measured.adapter] : [],
  );
  return [...new Set(adapters)].join(' and ') || undefined;
}
