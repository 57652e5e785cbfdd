import { expect, test } from 'vitest';
import { curvesPanel } from './curves.js';

interface Label {
  readonly name: string;
  readonly left: number;
  readonly top: number;
}

/** Where the names of some curves stand in a panel of 100 by 100 pixels, x and y from 0 to 10. */
function labelsOf(curves: Record<string, [x: number, y: number][]>): Label[] {
  const axis = { title: 'axis', domain: [0, 10] } as const;
  const panel = curvesPanel({
    x: axis,
    y: axis,
    width: 100,
    height: 100,
    curves: Object.entries(curves).map(([name, points]) => ({
      name,
      points: points.map(([x, y]) => ({ x, y })),
    })),
  });
  return panel.layer[2]!.data.values as Label[];
}

test('a name stands beside the end of its curve', () => {
  expect(
    labelsOf({
      a: [
        [0, 0],
        [10, 7.5],
      ],
    }),
  ).toEqual([{ name: 'a', left: 110, top: 25 }]);
});

test('names that would overlap are moved apart, and stay above the lower edge', () => {
  const labels = labelsOf({ low: [[10, 0]], middle: [[10, 0.1]], high: [[10, 0.2]] });
  const tops = Object.fromEntries(labels.map(({ name, top }) => [name, top]));
  expect(tops).toEqual({ low: 100, middle: 84, high: 68 });
});

test('names inside the picture are moved apart, too, and stay above the axis', () => {
  const labels = labelsOf({ low: [[8, 0]], equal: [[8, 0]], alone: [[9, 0]] });
  expect(labels.map(({ left, top }) => [left, top])).toEqual([
    [90, 76],
    [90, 92],
    [100, 92],
  ]);
});

test('the name of a curve that leaves the picture stands where it leaves', () => {
  const [label] = labelsOf({
    a: [
      [0, 5],
      [4, 1],
      [5, -3],
      [10, -8],
    ],
  });
  expect(label).toEqual({ name: 'a', left: 50, top: 90 });
});
