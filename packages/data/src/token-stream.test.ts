import { expect, it } from 'vitest';
import { TokenStream } from './token-stream.js';

const tokens = Int32Array.from({ length: 11 }, (_, index) => index + 1);

it('cuts a text into rows, and rows into windows that go on in each other', () => {
  const stream = new TokenStream(tokens, { start: 99, batch: 2, steps: 2 });
  expect([stream.length, stream.predicted]).toEqual([3, 10]);
  const rows = [...stream].map(({ inputs, targets, shape: [batch, time] }) => {
    expect(batch).toBe(2);
    return [0, 1].map((row) =>
      [inputs, targets].map((all) => [...all.subarray(row * time, (row + 1) * time)]),
    );
  });
  expect(rows).toEqual([
    [
      [
        [99, 1],
        [1, 2],
      ],
      [
        [5, 6],
        [6, 7],
      ],
    ],
    [
      [
        [2, 3],
        [3, 4],
      ],
      [
        [7, 8],
        [8, 9],
      ],
    ],
    [
      [[4], [5]],
      [[9], [10]],
    ],
  ]);
});

it('with one row predicts every token', () => {
  const windows = [...new TokenStream(tokens, { start: 0, batch: 1, steps: 4 })];
  expect(windows.flatMap(({ targets }) => [...targets])).toEqual([...tokens]);
  expect(windows.flatMap(({ inputs }) => [...inputs])).toEqual([0, ...tokens.subarray(0, 10)]);
});

it('refuses more rows than tokens', () => {
  expect(() => new TokenStream(tokens, { start: 0, batch: 12, steps: 2 })).toThrow(
    'TokenStream: 11 tokens do not fill 12 rows; give more text, or a smaller batch',
  );
  expect(() => new TokenStream(tokens, { start: 0, batch: 0, steps: 2 })).toThrow(
    'batch must be a whole number from 1',
  );
});
