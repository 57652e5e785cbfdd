import { type Band, bandsOf } from '../../picture/bands.js';
import { type Chart, heading } from '../../picture/chart.js';
import { colors } from '../../picture/theme.js';
import type { PathPlace, SurfaceResult } from './compute.js';

/** Bounds between the bands of colour. */
const levels = [0.001, 0.01, 0.03, 0.06, 0.08, 0.2, 0.4];
/** From low to high loss: light to dark, so that it is read in grey too ("Blues" of ColorBrewer, Harrower & Brewer 2003). */
const blues = ['#FFFFFF', '#F0F6FD', '#DEEBF7', '#C6DBEF', '#AFCFE8', '#8DBFDF', '#6BAED6', '#4292C6'];

const looks = {
  withoutClipping: { color: colors.vermilion, dash: [6, 3], shape: 'square' },
  withClipping: { color: colors.black, dash: [], shape: 'circle' },
} as const;

/** The loss as bands of colour over both weights, and the two paths of training on it. */
export function drawSurface(result: SurfaceResult): Chart {
  const { surface, withoutClipping, withClipping, clipNorm, steps } = result;
  return {
    ...heading({
      title: 'The error surface of one recurrent neuron, and two trainings on it',
      caption:
        `The loss after ${steps} steps over both weights has flat plains and a cliff. From the same start, gradient descent without clipping ` +
        `is thrown off the cliff onto a plain; with the gradient clipped to norm ${clipNorm} it turns back and reaches the valley.`,
    }),
    width: 540,
    height: 393,
    layer: [
      bandLayer(bandsOf(surface.w1, surface.w2, surface.loss, levels), surface),
      ...pathLayers(withoutClipping, surface, looks.withoutClipping),
      ...pathLayers(withClipping, surface, looks.withClipping),
      nameLayer(withoutClipping[0]!, surface, { text: 'start', color: colors.black, dx: 28 }),
      nameLayer(withoutClipping.at(-1)!, surface, {
        text: 'without clipping',
        ...looks.withoutClipping,
        dx: 0,
      }),
      nameLayer(withClipping.at(-1)!, surface, { text: 'with clipping', ...looks.withClipping, dx: 62 }),
    ],
  };
}

type Grid = SurfaceResult['surface'];

/** Channels of a place: the columns of the data that hold it. */
function position({ w1, w2 }: Grid, x = 'w1', y = 'w2') {
  const channel = (field: string, title: string, values: readonly number[]) => ({
    field,
    type: 'quantitative' as const,
    title,
    scale: { domain: [values[0]!, values.at(-1)!], nice: false, zero: false },
    axis: { grid: false, tickCount: 7 },
  });
  return {
    x: channel(x, 'w1, weight on the input (no unit)', w1),
    y: channel(y, 'w2, weight on the memory (no unit)', w2),
  };
}

function bandLayer(bands: readonly Band[], grid: Grid) {
  // A little higher than they are, so that no seam shows; the next row covers it.
  const values = bands.map((band) => ({ ...band, high: band.high + 0.3 * (band.high - band.low) }));
  return {
    data: { values },
    mark: { type: 'rect' as const, clip: true },
    encoding: {
      ...position(grid, 'left', 'low'),
      x2: { field: 'right' },
      y2: { field: 'high' },
      color: {
        field: 'level',
        type: 'ordinal' as const,
        title: ['loss', '(squared error)'],
        scale: { domain: blues.map((_, level) => level), range: [...blues] },
        sort: 'descending' as const,
        legend: {
          symbolType: 'square',
          symbolSize: 220,
          symbolStrokeColor: colors.gray,
          symbolStrokeWidth: 0.5,
          labelExpr: `[${['0', ...levels].map((level, at) => `'${level} to ${levels[at] ?? '0.49'}'`).join(', ')}][datum.value]`,
        },
      },
    },
  };
}

function pathLayers(
  places: readonly PathPlace[],
  grid: Grid,
  { color, dash, shape }: (typeof looks)[keyof typeof looks],
) {
  return [
    {
      data: { values: places.map((place, update) => ({ ...place, update })) },
      mark: { type: 'line' as const, color, strokeDash: [...dash], strokeWidth: 1.5, clip: true },
      encoding: { ...position(grid), order: { field: 'update', type: 'quantitative' as const } },
    },
    {
      data: { values: [...places] },
      mark: { type: 'point' as const, color, shape, filled: true, size: 18, opacity: 1, clip: true },
      encoding: position(grid),
    },
  ];
}

/** A name above the end of a path, `dx` pixels to the right. */
function nameLayer(
  place: PathPlace,
  grid: Grid,
  { text, color, dx }: { readonly text: string; readonly color: string; readonly dx: number },
) {
  const mark = { type: 'text' as const, text, color, dx, dy: -14, fontSize: 13, fontWeight: 600 as const };
  return { data: { values: [place] }, mark, encoding: position(grid) };
}
