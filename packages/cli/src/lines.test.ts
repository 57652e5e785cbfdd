import { expect, test } from 'vitest';
import { lineBatches } from './lines.js';

async function batchesOf(chunks: readonly (string | Uint8Array)[], size?: number): Promise<string[][]> {
  async function* stream() {
    for (const chunk of chunks) yield typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk;
  }
  const batches: string[][] = [];
  for await (const batch of lineBatches(stream(), size === undefined ? {} : { size })) batches.push(batch);
  return batches;
}

test.each<[string, string[], string[][]]>([
  ['nothing', [], []],
  ['an empty text', [''], []],
  ['no newline at the end', ['a\nb'], [['a'], ['b']]],
  ['a newline at the end', ['a\nb\n'], [['a', 'b']]],
  ['empty lines', ['\n\na\n\n'], [['', '', 'a', '']]],
  ['lines of Windows and a byte order mark', ['\ufeffa\r\nb\r\n'], [['a', 'b']]],
  ['a byte order mark elsewhere', ['a\n\ufeffb\n'], [['a', '\ufeffb']]],
  ['lines over several chunks', ['a', 'b', '\nc', 'd\ne'], [['ab'], ['cd'], ['e']]],
])('%s', async (_, chunks, lines) => {
  expect(await batchesOf(chunks)).toEqual(lines);
});

test('never more lines at a time than asked for', async () => {
  expect(await batchesOf(['a\nb\nc\nd\ne\n'], 2)).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
});

test('a character over two chunks stays whole, also when the memory of a chunk is used again', async () => {
  const bytes = new TextEncoder().encode('台北\n');
  async function* stream() {
    const memory = new Uint8Array(1);
    for (const byte of bytes) {
      memory[0] = byte;
      yield memory;
    }
  }
  const lines: string[] = [];
  for await (const batch of lineBatches(stream())) lines.push(...batch);
  expect(lines).toEqual(['台北']);
});

test.each([
  ['within a batch', ['a\nb\n', new Uint8Array([0xff, 0x0a, 0x63, 0x0a])], 3],
  ['at the end', ['a\n', new Uint8Array([0xe5, 0x8f])], 2],
])('what is not UTF-8 is told with its line: %s', async (_, chunks, line) => {
  await expect(batchesOf(chunks)).rejects.toThrow(
    `standard input, line ${line}: not UTF-8; convert the text to UTF-8`,
  );
});
