import { expect, test } from 'vitest';
import { heading, wrapped } from './chart.js';
import { curvesChart } from './curves.js';
import { type Draw, drawingPackages, loadDrawing } from './drawing.js';

/** Width and height of a PNG, from its header. */
function sizeOf(png: Uint8Array): [number, number] {
  expect([...png.subarray(0, 8)]).toEqual([137, 80, 78, 71, 13, 10, 26, 10]);
  const header = new DataView(png.buffer, png.byteOffset, 24);
  return [header.getUint32(16), header.getUint32(20)];
}

const axes = {
  x: { title: 'time (steps)', domain: [0, 10] },
  y: { title: 'value (no unit)', domain: [1e-3, 1], isLogarithmic: true },
} as const;
const falling = (base: number) => Array.from({ length: 11 }, (_, step) => ({ x: step, y: base ** step }));

test('what draws is told to be missing, and how to install it, where it is not installed', async () => {
  const missing = Object.assign(new Error("Cannot find package 'vega'"), { code: 'ERR_MODULE_NOT_FOUND' });
  expect(await loadDrawing(() => Promise.reject(missing))).toEqual({
    missing: expect.stringContaining(`npm install ${drawingPackages.join(' ')}`),
  });
  const broken = new SyntaxError('no module');
  await expect(loadDrawing(() => Promise.reject(broken))).rejects.toBe(broken);
});

test('draws curves with names, axes with units, title and caption, the same each time', async () => {
  const draw = (await loadDrawing()) as Draw;
  const chart = curvesChart(
    { title: 'Two curves', caption: 'One falls faster than the other.' },
    {
      ...axes,
      curves: [
        { name: 'slow', points: falling(0.9) },
        { name: 'fast', points: falling(0.1) },
      ],
    },
  );
  const picture = await draw(chart);
  for (const text of ['Two curves', 'One falls faster than the other.', 'time (steps)', 'slow', 'fast']) {
    expect(picture.svg).toContain(`>${text}</text>`);
  }
  expect(picture.svg).toMatch(/^<svg [^>]*width="(\d+)" height="(\d+)"/);
  const [, width, height] = /^<svg [^>]*width="(\d+)" height="(\d+)"/.exec(picture.svg)!;
  expect(sizeOf(picture.png)).toEqual([2 * Number(width), 2 * Number(height)]);
  const again = await draw(chart);
  expect(again.svg === picture.svg).toBe(true);
  expect(Buffer.compare(again.png, picture.png)).toBe(0);
});

test('refuses a chart whose parts contradict each other', async () => {
  const draw = (await loadDrawing()) as Draw;
  const bars = (range: string[]) => ({
    data: { values: [{ a: 1 }] },
    mark: 'bar' as const,
    encoding: { color: { field: 'a', type: 'nominal' as const, scale: { range } } },
  });
  await expect(
    draw({ ...heading({ title: 'T', caption: 'C' }), layer: [bars(['#000000']), bars(['#FFFFFF'])] }),
  ).rejects.toThrow(/chart cannot be drawn.*range/);
});

test('captions are broken between words', () => {
  expect(wrapped('one two three', 7)).toEqual(['one two', 'three']);
  expect(wrapped('extraordinary', 3)).toEqual(['extraordinary']);
});
