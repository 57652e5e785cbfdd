import { type Chart, type Heading, heading } from './chart.js';
import { lookOf } from './theme.js';

/** A point of a curve. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A curve of a chart. */
export interface Curve {
  readonly name: string;
  readonly points: readonly Point[];
}

/** An axis of a chart. */
export interface Axis {
  /** With the unit, if there is one. */
  readonly title: string;
  readonly domain: readonly [from: number, to: number];
  readonly isLogarithmic?: boolean;
  /** Where there are lines and numbers; found by itself where left out. */
  readonly ticks?: readonly number[];
}

/** Curves over one axis. */
export interface CurvesOptions {
  readonly x: Axis;
  readonly y: Axis;
  readonly curves: readonly Curve[];
  /** Above the curves, where there are several panels. */
  readonly title?: string;
  /** In pixels. */
  readonly width?: number;
  readonly height?: number;
}

/** Pixels between the lines of two labels. */
const LABEL_HEIGHT = 16;
/** Symbols along a curve. */
const SYMBOLS = 8;

/** A chart of curves. */
export function curvesChart(head: Heading, options: CurvesOptions): Chart {
  return { ...heading(head), ...curvesPanel(options) };
}

/** Curves that are named where they end, told apart by colour, dashes and symbols. What lies outside of the axes is cut off. */
export function curvesPanel(options: CurvesOptions) {
  const { x, y, curves, title, width = 560, height = 320 } = options;
  const names = curves.map(({ name }) => name);
  const looks = curves.map((_, index) => lookOf(index));
  const byName = <Value>(range: Value[]) => ({
    field: 'name',
    type: 'nominal' as const,
    scale: { domain: names, range },
    legend: null,
  });
  const color = byName(looks.map((look) => look.color));
  const position = { x: channel('x', x), y: channel('y', y) };
  const rows = (pointsOf: (curve: Curve, index: number) => readonly Point[]) =>
    curves.flatMap((curve, index) => pointsOf(curve, index).map((point) => ({ name: curve.name, ...point })));
  return {
    ...(title === undefined ? {} : { title: { text: title, anchor: 'middle' as const, fontSize: 13 } }),
    width,
    height,
    layer: [
      {
        data: { values: rows(({ points }) => points) },
        mark: { type: 'line' as const, clip: true, strokeWidth: 2 },
        encoding: { ...position, color, strokeDash: byName(looks.map(({ dash }) => [...dash])) },
      },
      {
        data: { values: rows((curve, index) => symbols(visible(curve, options), index)) },
        mark: { type: 'point' as const, filled: true, size: 60, opacity: 1 },
        encoding: { ...position, color, shape: byName(looks.map(({ shape }) => shape)) },
      },
      {
        data: { values: endLabels(options, { width, height }) },
        mark: {
          type: 'text' as const,
          align: 'left' as const,
          baseline: 'middle' as const,
          fontSize: 13,
          fontWeight: 600 as const,
        },
        encoding: {
          x: { field: 'left', type: 'quantitative' as const, scale: null },
          y: { field: 'top', type: 'quantitative' as const, scale: null },
          text: { field: 'name', type: 'nominal' as const },
          color,
        },
      },
    ],
  };
}

function channel(field: 'x' | 'y', { title, domain, isLogarithmic = false, ticks }: Axis) {
  return {
    field,
    type: 'quantitative' as const,
    title,
    scale: { type: isLogarithmic ? ('log' as const) : ('linear' as const), domain: [...domain], nice: false },
    axis: {
      ...(ticks ? { values: [...ticks] } : {}),
      ...(isLogarithmic ? { labelExpr: "datum.value === 1 ? '1' : format(datum.value, '.0e')" } : {}),
    },
  };
}

/** The points that lie within both axes. */
function visible({ points }: Curve, { x, y }: Pick<CurvesOptions, 'x' | 'y'>): readonly Point[] {
  const within = (value: number, { domain: [from, to] }: Axis) => value >= from && value <= to;
  return points.filter((point) => within(point.x, x) && within(point.y, y));
}

/** Some points of a curve, each curve's a little later than those of the one before, so that they do not cover each other. */
function symbols(points: readonly Point[], index: number): readonly Point[] {
  const stride = Math.max(1, Math.floor(points.length / SYMBOLS));
  const first = stride === 1 ? 0 : Math.floor(stride * ((0.15 + 0.13 * index) % 1));
  return points.filter((_, at) => at % stride === first);
}

/** The name of a curve, and where it stands, in pixels. */
interface Label {
  readonly name: string;
  readonly left: number;
  top: number;
}

/** Where the names of curves stand: beside the last points that can be seen, and apart where several end at one time. */
function endLabels(options: CurvesOptions, { width, height }: { width: number; height: number }): Label[] {
  const { x, y, curves } = options;
  const labels = curves.map((curve): Label => {
    const last = visible(curve, options).at(-1) ?? { x: x.domain[1], y: y.domain[0] };
    return { name: curve.name, left: width * share(last.x, x) + 10, top: height * (1 - share(last.y, y)) };
  });
  for (const left of new Set(labels.map((label) => label.left))) {
    const together = labels.filter((label) => label.left === left).sort((a, b) => a.top - b.top);
    for (const [at, label] of together.entries()) {
      if (at > 0) label.top = Math.max(label.top, together[at - 1]!.top + LABEL_HEIGHT);
    }
    // Back up from the lower edge, and from the axis where the names stand above it.
    let limit = left > width ? height : height - LABEL_HEIGHT / 2;
    for (const label of together.toReversed()) {
      label.top = Math.min(label.top, limit);
      limit = label.top - LABEL_HEIGHT;
    }
  }
  return labels;
}

/** How far along an axis a value lies, from 0 to 1. */
function share(value: number, { domain, isLogarithmic = false }: Axis): number {
  const [from, to, at] = [...domain, value].map((each) => (isLogarithmic ? Math.log(each) : each)) as [
    number,
    number,
    number,
  ];
  return (at - from) / (to - from);
}
