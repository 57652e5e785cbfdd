import type { Config } from 'vega-lite';

/** Colours that colour-blind people tell apart (Okabe & Ito 2008). */
export const colors = {
  black: '#000000',
  orange: '#E69F00',
  skyBlue: '#56B4E9',
  green: '#009E73',
  yellow: '#F0E442',
  blue: '#0072B2',
  vermilion: '#D55E00',
  purple: '#CC79A7',
  gray: '#666666',
} as const;

/** How a curve looks: told apart by dashes and shapes too, for prints without colour. */
export interface Look {
  readonly color: string;
  /** Lengths of strokes and gaps in pixels; none for a line without gaps. */
  readonly dash: readonly number[];
  /** A symbol of Vega. */
  readonly shape: string;
}

/** The looks of curves, in the order in which they are given away. */
const looks: readonly Look[] = [
  { color: colors.black, dash: [], shape: 'circle' },
  { color: colors.vermilion, dash: [9, 4], shape: 'square' },
  { color: colors.blue, dash: [2, 3], shape: 'triangle-up' },
  { color: colors.green, dash: [10, 3, 2, 3], shape: 'diamond' },
  { color: colors.purple, dash: [5, 3], shape: 'cross' },
  { color: colors.orange, dash: [14, 4], shape: 'triangle-down' },
  { color: colors.skyBlue, dash: [6, 2, 2, 2, 2, 2], shape: 'triangle-right' },
];

/** The look of the curve with that number, counted from 0; after the last one they begin anew. */
export function lookOf(index: number): Look {
  return looks[index % looks.length]!;
}

/** The font of pictures; those after the first are for readers of an SVG who do not have it. */
export const font = { family: 'Source Sans 3', others: 'Helvetica, Arial, sans-serif' } as const;

/** What all pictures share. */
export const theme: Config = {
  font: `${font.family}, ${font.others}`,
  background: 'white',
  padding: 14,
  title: {
    anchor: 'start',
    frame: 'bounds',
    fontSize: 16,
    fontWeight: 600,
    subtitleFontSize: 13,
    subtitleColor: '#333333',
    subtitlePadding: 6,
    subtitleLineHeight: 17,
    lineHeight: 20,
    offset: 14,
  },
  axis: {
    labelFontSize: 12,
    titleFontSize: 13,
    titleFontWeight: 'normal',
    gridColor: '#DDDDDD',
    domainColor: '#333333',
    tickColor: '#333333',
    labelColor: '#111111',
    titleColor: '#111111',
    titlePadding: 8,
  },
  axisX: { labelFlush: false },
  axisY: { domain: false, ticks: false, labelPadding: 8 },
  header: { labelFontSize: 13, titleFontSize: 13, labelFontWeight: 600 },
  legend: {
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: 'normal',
    labelLimit: 400,
    titleLimit: 400,
  },
  view: { stroke: null },
  text: { fontSize: 12.5 },
};
