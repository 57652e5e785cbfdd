import type { Row } from './rows.js';

/** A dot of the chart. */
export interface Dot {
  /** `LSTM (32,50,128,256)` */
  readonly what: string;
  readonly mode: 'forward' | 'training';
  /** `ostinato, 2 threads` */
  readonly who: string;
  readonly ratio: number;
}

const PLUS = 'M0,-1L0,1M-1,0L1,0';
const CROSS = 'M-.8,-.8L.8,.8M.8,-.8L-.8,.8';

/**
 * A colour for each library, which colour-blind people tell apart and that differ in grey (Okabe & Ito 2008), and a shape for
 * each backend and number of threads: always the same, whatever was measured.
 */
const marks: Readonly<Record<string, readonly [color: string, shape: string]>> = {
  'ostinato, 1 thread': ['#000000', 'circle'],
  'ostinato, 2 threads': ['#000000', 'square'],
  'ostinato without SIMD, 1 thread': ['#888888', 'circle'],
  'tensorflow.js wasm, 1 thread': ['#D55E00', 'triangle-up'],
  'tensorflow.js cpu, 1 thread': ['#D55E00', 'cross'],
  'jax-js wasm, 1 thread': ['#E69F00', 'diamond'],
  'onnxruntime-node native, 1 thread': ['#0072B2', 'triangle-down'],
  'onnxruntime-node native, 2 threads': ['#0072B2', 'triangle-right'],
  'pytorch, 1 thread': ['#009E73', PLUS],
  'pytorch, 2 threads': ['#009E73', CROSS],
  'ostinato webgpu': ['#000000', 'circle'],
  'tensorflow.js webgpu': ['#D55E00', 'triangle-up'],
  'jax-js webgpu': ['#E69F00', 'diamond'],
};
const OTHER_MARK = ['#666666', 'stroke'] as const;

const HEIGHT_OF_A_CASE = 22;

/** The dots: what was measured correctly and has a ratio, without the points of curves. */
export function dotsOf(rows: readonly Row[]): Dot[] {
  return rows.flatMap((row) => {
    const [, kind, mode] = /^(.+)-(forward|training)$/.exec(row.op) ?? [];
    if (!kind || !mode || row.ratioToOurs === null || row.check !== 'equal') return [];
    if (kind === 'tagger' || row.case.startsWith('scaling-')) return [];
    const ragged = row.case.endsWith('-ragged') ? ', ragged' : '';
    const backend = /^[a-z]+/.exec(row.backend)?.[0] ?? row.backend;
    const isOnGpu = backend === 'webgpu';
    const isPlain = row.backend.endsWith('without SIMD');
    const named = !isOnGpu && (row.library === 'ostinato' || row.library === 'pytorch');
    const library = isPlain
      ? `${row.library} without SIMD`
      : named
        ? row.library
        : `${row.library} ${backend}`;
    return [
      {
        what: `${nameOf(kind)} ${row.shape}${ragged}`,
        mode: mode as Dot['mode'],
        who: isOnGpu ? library : `${library}, ${row.threads === 1 ? '1 thread' : `${row.threads} threads`}`,
        ratio: row.ratioToOurs,
      },
    ];
  });
}

/** `lstm` as people write it. */
function nameOf(kind: string): string {
  return kind
    .replace(/lstm|gru/, (name) => name.toUpperCase())
    .replace(/^[a-z]/, (letter) => letter.toUpperCase());
}

/**
 * The chart as a specification for Vega-Lite: a line for each case, a dot for each library at its time as a multiple of ours (on the CPU at one
 * thread), on a logarithmic axis; forward on the left, training on the right.
 * @throws RangeError where nothing was measured that it could show
 */
export function chartSpec(rows: readonly Row[]): object {
  const dots = dotsOf(rows);
  if (dots.length === 0) {
    throw new RangeError(
      'chart: there is nothing to draw; it shows recurrent cases that were measured with ostinato and another library',
    );
  }
  const cases = [...new Set(dots.map(({ what }) => what))];
  const measured = new Set(dots.map(({ who }) => who));
  const known = Object.keys(marks).filter((who) => measured.has(who));
  const domain = [...known, ...[...measured].filter((who) => !(who in marks))];
  const ours = measured.has('ostinato webgpu') ? 'ostinato' : 'ostinato at 1 thread';
  const looks = domain.map((who) => marks[who] ?? OTHER_MARK);
  const legend = { title: null, orient: 'bottom', columns: 3, labelLimit: 300, symbolSize: 90 };
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    background: 'white',
    config: { font: 'sans-serif', axis: { labelLimit: 300, labelFontSize: 11, titleFontSize: 11 } },
    data: { values: dots },
    facet: { column: { field: 'mode', type: 'nominal', title: null, header: { labelFontSize: 13 } } },
    spec: {
      width: 330,
      height: cases.length * HEIGHT_OF_A_CASE,
      layer: [
        {
          mark: { type: 'rule', color: '#888888', strokeDash: [3, 3] },
          encoding: { x: { datum: 1, type: 'quantitative' } },
        },
        {
          mark: { type: 'point', filled: false, size: 60, strokeWidth: 1.8, opacity: 1 },
          encoding: {
            x: {
              field: 'ratio',
              type: 'quantitative',
              scale: { type: 'log' },
              title: `time, as a multiple of ${ours} (less is faster)`,
              axis: { tickCount: 5, format: '~g' },
            },
            y: { field: 'what', type: 'nominal', sort: cases, title: null, axis: { grid: true } },
            color: { field: 'who', scale: { domain, range: looks.map(([color]) => color) }, legend },
            shape: { field: 'who', scale: { domain, range: looks.map(([, shape]) => shape) }, legend },
          },
        },
      ],
    },
  };
}
