import { CommandError } from './errors.js';

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const BYTE_ORDER_MARK = '\ufeff';

/**
 * Lines of a stream of UTF-8, as soon as they are there and never more than `size` at a time, so that a stream of any length
 * can be read. Line ends (`\n`, `\r\n`) and a byte order mark are dropped.
 *
 * @param name what errors call the stream
 * @throws CommandError that names the line when it is not UTF-8, after all lines before it
 */
export async function* lineBatches(
  stream: AsyncIterable<Uint8Array>,
  { size = 64, name = 'standard input' }: { size?: number; name?: string } = {},
): AsyncGenerator<string[], void, undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let number = 0;
  const batch: string[] = [];
  const add = (bytes: Uint8Array): void => {
    number++;
    const end = bytes.at(-1) === CARRIAGE_RETURN ? -1 : bytes.length;
    const line = decoder.decode(bytes.subarray(0, end));
    batch.push(number === 1 && line.startsWith(BYTE_ORDER_MARK) ? line.slice(1) : line);
  };
  let rest: Uint8Array[] = [];
  try {
    for await (const chunk of stream) {
      let start = 0;
      for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
        add(joined([...rest, chunk.subarray(start, end)]));
        rest = [];
        start = end + 1;
        if (batch.length === size) yield batch.splice(0);
      }
      if (batch.length > 0) yield batch.splice(0);
      // A copy: the stream may use its memory again.
      if (start < chunk.length) rest.push(chunk.slice(start));
    }
    if (rest.length > 0) add(joined(rest));
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    if (batch.length > 0) yield batch;
    throw new CommandError(`${name}, line ${number}: not UTF-8; convert the text to UTF-8`, { cause });
  }
  if (batch.length > 0) yield batch;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return parts.length === 1 ? parts[0]! : new Uint8Array(Buffer.concat(parts));
}

/**
 * Lines of standard input, as soon as they are there. Who sits before a terminal is told what to do.
 * @param what what a line is: `a sentence`
 */
export function standardInput(what: string): AsyncIterable<string[]> {
  if (process.stdin.isTTY) process.stderr.write(`Type ${what} and Enter; Ctrl-D ends.\n`);
  return lineBatches(process.stdin);
}
