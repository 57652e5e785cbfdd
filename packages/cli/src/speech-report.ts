import type { RecognizerReport } from '@ostinato/tasks';
import { count, counted, percent } from './numbers.js';
import { table } from './table.js';
import type { Colors } from './terminal.js';

/** What the measurement of a recogniser came to. */
export interface TimedReport extends RecognizerReport {
  /** Seconds of work for a second of recording. */
  readonly realTimeFactor: number;
}

/** A report as tables: rates, and the edits of words and characters by kind. */
export function renderRecognition(report: TimedReport, colors: Colors): string {
  const { utterances, seconds, realTimeFactor, words, characters } = report;
  const rows = Object.entries({ word: words, character: characters }).map(([name, edits]) => [
    name,
    percent(edits.rate),
    count(edits.substitutions),
    count(edits.insertions),
    count(edits.deletions),
    count(edits.length),
  ]);
  const [head, ...body] = table([
    ['unit', 'errors (%)', 'substituted', 'inserted', 'deleted', 'said'],
    ...rows,
  ]);
  return [
    `${counted(utterances, 'recording')} of ${seconds.toFixed(1)} s, recognised in ${realTimeFactor.toFixed(4)} of that time`,
    '',
    colors.bold(head!),
    ...body,
  ].join('\n');
}

/** One line: what matters of a report. */
export function summarizeRecognition({ wer, cer }: RecognizerReport): string {
  return `word error rate ${percent(wer)}, character error rate ${percent(cer)}`;
}
