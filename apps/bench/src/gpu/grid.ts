import type { BenchCase } from '../cases/cases.js';
import { isBaseline } from '../libraries/list.js';
import type { Result } from '../measure/measure-all.js';
import { spreadOf } from '../measure/statistics.js';
import { duration, significant } from '../report/format.js';
import { plainTable } from '../report/table.js';

/**
 * A line for each case and a column for each library: the median, and how many times as long as ours. `!` marks wrong results, a dash
 * what was not measured; what failed stands below with its message.
 */
export function renderGrid(cases: readonly BenchCase[], results: readonly Result[]): string {
  const ids = [...new Set(results.map(({ competitor }) => competitor.id))];
  const table = plainTable(['', ...ids], ['left', ...ids.map(() => 'right' as const)]);
  for (const { name } of cases) {
    const own = results.filter(({ benchCase }) => benchCase.name === name);
    if (own.length > 0) table.push([name, ...ids.map((id) => cell(id, own))]);
  }
  return [table.toString(), ...results.flatMap(complaint)].join('\n');
}

function cell(id: string, results: readonly Result[]): string {
  const median = medianOf(results, ({ competitor }) => competitor.id === id);
  if (median === undefined) return '-';
  const ours = medianOf(results, ({ competitor }) => isBaseline(competitor));
  const isOurs = results.some(({ competitor }) => competitor.id === id && isBaseline(competitor));
  const ratio = isOurs || ours === undefined ? '' : ` (${significant(median / ours)} x)`;
  const isWrong = results.some((each) => each.competitor.id === id && complaint(each).length > 0);
  return `${isWrong ? '! ' : ''}${duration(median)}${ratio}`;
}

function medianOf(results: readonly Result[], which: (result: Result) => boolean): number | undefined {
  const outcome = results.find(which)?.outcome;
  return outcome?.kind === 'measured' ? spreadOf(outcome.measured.samples).median : undefined;
}

/** What is wrong with a result. */
function complaint({ benchCase, competitor, outcome }: Result): string[] {
  const what = `${benchCase.name} with ${competitor.id}`;
  switch (outcome.kind) {
    case 'measured':
      return outcome.difference ? [`! ${what} is DIFFERENT: ${outcome.difference}`] : [];
    case 'failed':
      return [`${what} failed: ${outcome.message}`];
    case 'unsupported':
      return [`${what}: ${outcome.reason}`];
  }
}
