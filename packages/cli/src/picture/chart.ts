import type { Config, TopLevelSpec } from 'vega-lite';
import { theme } from './theme.js';

/** A picture as a specification for Vega-Lite. */
export type Chart = TopLevelSpec;

/** What stands above a picture. */
export interface Heading {
  readonly title: string;
  /** A sentence or two that say what can be seen. */
  readonly caption: string;
}

/** Letters in a line of the caption. */
const CAPTION_WIDTH = 108;

/** The parts of a specification that all pictures share. */
export interface SharedParts {
  readonly $schema: string;
  readonly config: Config;
  readonly description: string;
  readonly title: { text: string; subtitle: string[] };
}

/** Theme, title and caption. */
export function heading({ title, caption }: Heading): SharedParts {
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    config: theme,
    description: `${title}. ${caption}`,
    title: { text: title, subtitle: wrapped(caption, CAPTION_WIDTH) },
  };
}

/** Breaks a text into lines between words. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}
