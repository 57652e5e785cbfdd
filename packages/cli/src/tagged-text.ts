import { fnv1a } from '@ostinato/data';
import type { TaggedPrediction } from '@ostinato/tasks';
import stringWidth from 'string-width';
import type { Colors } from './colors.js';

/** Words that stand together: those of a slot, or a single one. */
interface Block {
  readonly text: string;
  /** Type of the slot; empty where there is none. */
  readonly type: string;
}

const palette = ['cyan', 'yellow', 'green', 'magenta', 'blue', 'red'] as const;

/**
 * A sentence with the names of its slots below, and its intent:
 *
 *     i would like to arrive taipei      on november 2nd
 *                            destination    arrival_date
 *
 * @param width characters in a line; longer sentences go on in the next pair of lines
 */
export function renderPrediction(prediction: TaggedPrediction, colors: Colors, width: number): string {
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
  const lines = rows[0]!.length === 0 ? [] : rows.flatMap((row) => renderRow(row, colors));
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

function renderRow(row: readonly Block[], colors: Colors): string[] {
  const cell = (text: string, block: Block): string => {
    const paint = block.type === '' ? String : colors[palette[fnv1a(block.type) % palette.length]!];
    return paint(text) + ' '.repeat(sizeOf(block) - stringWidth(text));
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

/** Text without characters that a terminal would obey instead of showing. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '\ufffd');
}
