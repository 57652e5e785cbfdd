import Table, { type HorizontalAlignment } from 'cli-table3';
import { duration, megabytes, significant } from './format.js';
import type { Growth } from './growth.js';
import type { Gap, Row } from './rows.js';

/** Lines above and below a table, and nothing between its columns: reads well, and copies well. */
const look = {
  chars: {
    top: '',
    'top-mid': '',
    'top-left': '',
    'top-right': '',
    bottom: '',
    'bottom-mid': '',
    'bottom-left': '',
    'bottom-right': '',
    left: '',
    'left-mid': '',
    mid: '',
    'mid-mid': '',
    right: '',
    'right-mid': '',
    middle: '  ',
  },
  style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
};

/** A table without lines, to be filled and printed. */
export function plainTable(head: string[], colAligns: HorizontalAlignment[]): Table.Table {
  return new Table({ ...look, head, colAligns });
}

/**
 * One line for each library, case by case in the order of `names`; dashes with their reason where there is no measurement. Where dispatches
 * were counted they stand in place of threads, of which a GPU knows nothing.
 */
export function renderRows(names: readonly string[], rows: readonly Row[], gaps: readonly Gap[]): string {
  const counted = rows.some(({ dispatches }) => dispatches !== null);
  const parallel = counted ? 'dispatches' : 'threads';
  return names
    .filter((name) => [...rows, ...gaps].some((each) => each.case === name))
    .map((name) => {
      const sounds = rows.some((row) => row.case === name && row.timesRealTime !== null);
      const rate = sounds ? 'x real time' : 'GFLOP/s';
      const table = plainTable(
        ['library', 'backend', parallel, 'median', 'quartiles', rate, 'x ours', 'results'],
        ['left', 'left', 'right', 'right', 'right', 'right', 'right', 'left'],
      );
      for (const row of rows.filter((each) => each.case === name)) table.push(cellsOf(row, row[parallel]));
      for (const gap of gaps.filter((each) => each.case === name)) {
        const reason = gap.kind === 'failed' ? `failed: ${gap.reason}` : gap.reason;
        table.push([gap.library, '-', counted ? '-' : gap.threads, '-', '-', '-', '-', reason]);
      }
      return `${name}\n${indented(table.toString())}\n`;
    })
    .join('\n');
}

function cellsOf(row: Row, parallel: number | null): (string | number)[] {
  return [
    row.library,
    row.backend,
    parallel ?? '',
    duration(row.ms),
    row.samples > 1 ? `${duration(row.msLowerQuartile)} - ${duration(row.msUpperQuartile)}` : 'one sample',
    rateOf(row),
    row.ratioToOurs === null ? '' : significant(row.ratioToOurs),
    row.check === 'equal' ? 'equal' : `DIFFERENT: ${row.check}`,
  ];
}

function rateOf({ gflops, timesRealTime }: Row): string {
  const rate = timesRealTime ?? gflops;
  return rate === null ? '' : significant(rate);
}

/** What is shown of a curve. */
const meaning = { time: 'time of a step', rss: 'memory of the process', live: 'memory of tensors' };

/** The exponents of the curves, with the values at both ends. */
export function renderGrowths(growths: readonly Growth[]): string {
  if (growths.length === 0) return '';
  const table = plainTable(
    ['growth of', 'with', 'library', 'backend', 'threads', 'exponent', 'from', 'to'],
    ['left', 'left', 'left', 'left', 'right', 'right', 'right', 'right'],
  );
  for (const { of, along, library, backend, threads, exponent, points } of growths) {
    const show = of === 'time' ? duration : megabytes;
    const at = ([size, value]: readonly [number, number]) => `${along} ${size}: ${show(value)}`;
    table.push([
      meaning[of],
      along,
      library,
      backend,
      threads,
      exponent.toFixed(2),
      at(points[0]!),
      at(points.at(-1)!),
    ]);
  }
  return `Growth (value = c · size^exponent)\n${indented(table.toString())}\n`;
}

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => `  ${line}`.trimEnd())
    .join('\n');
}
