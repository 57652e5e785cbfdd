import type { TaggerReport } from '@ostinato/tasks';
import { count, counted, percent } from './numbers.js';
import { table } from './table.js';
import type { Colors } from './terminal.js';

/** A report as a table: the whole first, then each slot, the most frequent first. */
export function renderReport(report: TaggerReport, colors: Colors): string {
  const overall: [string, string][] = [
    ['slot F1', percent(report.slotF1)],
    ['precision', percent(report.precision)],
    ['recall', percent(report.recall)],
    ['token accuracy', percent(report.tokenAccuracy)],
    ...(report.intentAccuracy === null
      ? []
      : [['intent accuracy', percent(report.intentAccuracy)] satisfies [string, string]]),
  ];
  const lines = [`${counted(report.sentences, 'sentence')}, in percent`, ''];
  lines.push(...table(overall).map((line, row) => (row === 0 ? colors.bold(line) : line)));

  const slots = Object.entries(report.bySlot).sort(
    ([nameA, a], [nameB, b]) => b.gold - a.gold || (nameA < nameB ? -1 : 1),
  );
  if (slots.length > 0) {
    const rows = slots.map(([name, { f1, precision, recall, gold }]) => {
      return [name, percent(f1), percent(precision), percent(recall), count(gold)];
    });
    const [head, ...body] = table([['slot', 'F1', 'precision', 'recall', 'count'], ...rows]);
    lines.push('', colors.bold(head!), ...body);
  }
  return lines.join('\n');
}

/** One line: what matters of a report. */
export function summarizeReport(report: TaggerReport): string {
  const { slotF1, precision, recall, intentAccuracy } = report;
  const intent = intentAccuracy === null ? '' : `, intent accuracy ${percent(intentAccuracy)}`;
  return `slot F1 ${percent(slotF1)} (precision ${percent(precision)}, recall ${percent(recall)})${intent}`;
}
