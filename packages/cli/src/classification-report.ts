import type { ClassifierReport } from '@ostinato/tasks';
import { count, counted, percent } from './numbers.js';
import { table } from './table.js';
import type { Colors } from './terminal.js';

/** Labels up to which who was taken for whom is shown: more would not fit a terminal. */
const MOST_COLUMNS = 12;

/** A report as tables: the whole first, then each label, the most frequent first, then who was taken for whom. */
export function renderClassification(report: ClassifierReport, colors: Colors): string {
  const lines = [`${counted(report.texts, 'text')}, in percent`, ''];
  const overall = table([
    ['accuracy', percent(report.accuracy)],
    ['macro F1', percent(report.macroF1)],
  ]);
  lines.push(...overall.map((line, row) => (row === 0 ? colors.bold(line) : line)));

  const labels = Object.entries(report.byLabel).sort(
    ([nameA, a], [nameB, b]) => b.gold - a.gold || (nameA < nameB ? -1 : 1),
  );
  const rows = labels.map(([name, { f1, precision, recall, gold }]) => {
    return [name, percent(f1), percent(precision), percent(recall), count(gold)];
  });
  const [head, ...body] = table([['label', 'F1', 'precision', 'recall', 'count'], ...rows]);
  lines.push('', colors.bold(head!), ...body);

  const { labels: names, counts } = report.confusion;
  if (names.length <= MOST_COLUMNS) {
    const [columns, ...taken] = table([
      ['right \\ given', ...names],
      ...counts.map((row, index) => [names[index]!, ...row.map(count)]),
    ]);
    lines.push('', colors.bold(columns!), ...taken);
  }
  return lines.join('\n');
}

/** One line: what matters of a report. */
export function summarizeClassification({ accuracy, macroF1 }: ClassifierReport): string {
  return `accuracy ${percent(accuracy)}, macro F1 ${percent(macroF1)}`;
}
