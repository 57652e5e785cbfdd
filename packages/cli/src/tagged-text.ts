import type { TaggedPrediction } from '@ostinato/tasks';
import stringWidth from 'string-width';
import { printable } from './printable.js';
import type { Colors } from './terminal.js';

/** Words that stand together: those of a slot, or a single one. */
interface Block {
  readonly text: string;
  /** Type of the slot; empty where there is none. */
  readonly type: string;
}

/** How predictions are shown. */
export interface RenderOptions {
  readonly colors: Colors;
  /** Characters in a line; longer sentences go on in the next pair of lines. Without a limit by default. */
  readonly width?: number;
  /** The tags that there are: neighbours in the alphabet get different colours. */
  readonly tags?: readonly string[];
}

const palette = ['cyan', 'yellow', 'green', 'magenta', 'blue', 'red'] as const;

/**
 * A sentence with the names of its slots below, and its intent:
 *
 *     i would like to arrive taipei      on november 2nd
 *                            destination    arrival_date
 */
export function renderPrediction(prediction: TaggedPrediction, options: RenderOptions): string {
  const { colors, width = Number.POSITIVE_INFINITY, tags = [] } = options;
  const types = [...new Set(tags.filter((tag) => tag !== 'O').map((tag) => tag.slice(2)))].sort();
  const paint = (text: string, type: string): string =>
    type === '' ? text : colors[palette[(types.indexOf(type) + 1) % palette.length]!](text);
  const rows: Block[][] = [[]];
  let used = 0;
  for (const block of blocksOf(prediction)) {
    const size = sizeOf(block);
    if (used > 0 && used + size > width) {
      rows.push([]);
      used = 0;
    }
    rows.at(-1)!.push(block);
    used += size + 1;
  }
  const lines = rows[0]!.length === 0 ? [] : rows.flatMap((row) => renderRow(row, paint));
  if (prediction.intent !== null) lines.push(colors.dim(`intent: ${prediction.intent}`));
  return lines.join('\n');
}

function blocksOf({ tokens, spans }: TaggedPrediction): Block[] {
  const blocks: Block[] = [];
  for (let index = 0; index < tokens.length; ) {
    const span = spans.find(({ start }) => start === index);
    blocks.push({ text: printable(span?.text ?? tokens[index]!), type: span?.type ?? '' });
    index = span?.end ?? index + 1;
  }
  return blocks;
}

function renderRow(row: readonly Block[], paint: (text: string, type: string) => string): string[] {
  const cell = (text: string, block: Block): string => {
    return paint(text, block.type) + ' '.repeat(sizeOf(block) - stringWidth(text));
  };
  const line = (textOf: (block: Block) => string): string =>
    row
      .map((block) => cell(textOf(block), block))
      .join(' ')
      .trimEnd();
  const words = line(({ text }) => text);
  return row.some(({ type }) => type !== '') ? [words, line(({ type }) => type)] : [words];
}

function sizeOf({ text, type }: Block): number {
  return Math.max(stringWidth(text), stringWidth(type));
}
