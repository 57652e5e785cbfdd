import { duration } from '../report/format.js';
import type { Machine } from '../report/machine.js';
import { type Gap, gapsOf, type Row, rowsOf } from '../report/rows.js';
import type { Card } from './card.js';
import type { PartResult } from './part.js';
import type { Peak } from './peak.js';

/** On what was measured. */
export interface Where {
  readonly machine: Machine;
  /** `gpu`, or a software driver. */
  readonly driver: string;
  readonly card: Card | undefined;
  readonly peak: Peak | undefined;
  readonly commit: string | undefined;
}

/** What the JSON file has. */
export interface GpuReport {
  readonly where: Where;
  readonly parts: readonly {
    readonly name: string;
    readonly title: string;
    readonly seconds: number;
    /** Why nothing was measured. */
    readonly obstacle: string | null;
    /** What the time did not suffice for. */
    readonly skipped: readonly string[];
    readonly rows: readonly Row[];
    readonly gaps: readonly Gap[];
  }[];
}

/** The report for programs. */
export function reportOf(where: Where, parts: readonly PartResult[]): GpuReport {
  return {
    where,
    parts: parts.map(({ part: { name, title }, seconds, obstacle, skipped, results }) => ({
      name,
      title,
      seconds,
      obstacle: obstacle ?? null,
      skipped,
      rows: rowsOf(results),
      gaps: gapsOf(results),
    })),
  };
}

/** The report for people. */
export function textOf(where: Where, parts: readonly PartResult[]): string {
  return [whereText(where), ...parts.map(partText)].join('\n\n');
}

function whereText({ machine, driver, card, commit }: Where): string {
  const lines = [
    `WebGPU on ${machine.adapter}${driver === 'gpu' ? '' : ' (a software driver: its times say nothing about GPUs)'}`,
    card &&
      `Card: ${card.name}, driver ${card.driver}, up to ${card.mostClock} MHz and ${card.powerLimit} W, by nvidia-smi`,
    `Machine: ${machine.cpu}, ${machine.cores} cores, ${machine.system}, Node ${machine.node}`,
    `${machine.date}${commit ? `, commit ${commit}` : ''}. Medians of a step; (x) is times as long as ours.`,
  ];
  return lines.filter(Boolean).join('\n');
}

function partText({ part, results, seconds, obstacle, skipped }: PartResult): string {
  const lines = [`== ${part.title} (${duration(1000 * seconds)})`];
  if (obstacle) return [...lines, `skipped: ${obstacle}`].join('\n');
  if (results.length > 0) lines.push(part.render(results).trimEnd());
  if (skipped.length > 0) lines.push('skipped, because the time of this part was over:');
  return [...lines, ...skipped.map((name) => `  ${name}`)].join('\n');
}
