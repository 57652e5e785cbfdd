import picocolors from 'picocolors';

/** What of a stream decides how to write to it. */
export interface Output {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

/** Functions that colour text, or leave it alone. */
export type Colors = ReturnType<typeof picocolors.createColors>;

/** Colours where the stream is a terminal; `NO_COLOR` and `FORCE_COLOR` decide otherwise (no-color.org, force-color.org). */
export function colorsFor(stream: Output): Colors {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (NO_COLOR) return picocolors.createColors(false);
  if (FORCE_COLOR) return picocolors.createColors(FORCE_COLOR !== '0');
  return picocolors.createColors(stream.isTTY === true && TERM !== 'dumb');
}

/** Characters in a line: 80 where the stream does not know, as terminals without a size say 0. */
export function widthOf(stream: Output): number {
  return stream.columns && stream.columns > 0 ? stream.columns : 80;
}

/** Characters in a line of text: no limit where nobody looks at a terminal. */
export function textWidthOf(stream: Output): number {
  return stream.isTTY ? widthOf(stream) : Number.POSITIVE_INFINITY;
}
