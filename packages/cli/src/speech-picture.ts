import { basename } from 'node:path';
import { type AudioClip, SpeechFeatures } from '@ostinato/data';
import type { CtcRecognizer, Recognition, SymbolLattice } from '@ostinato/tasks';
import { type Chart, heading } from './picture/chart.js';
import { type Grid, stripsOf } from './picture/strips.js';
import { colors } from './picture/theme.js';

/** In pixels. */
const WIDTH = 760;
/** Columns at most, so that files stay small. */
const COLUMNS = 380;
/** Mel bands that are drawn. */
const BANDS = 40;
/** How many levels numbers are rounded to. */
const LEVELS = 16;
/** Symbols that are never likelier than this, and not on the path, are left out. */
const SEEN = 0.05;
/** What the blank is called in the lecture. */
const BLANK = 'φ';
/** What stands for the space between words. */
const SPACE = '(space)';

/** Waveform, log-mel, the probabilities of symbols at each step, and the path through them, over one axis of time. */
export function drawRecognition(
  file: string,
  clip: AudioClip,
  recognizer: CtcRecognizer,
  lattice: SymbolLattice,
  found: Recognition,
): Chart {
  const seconds = Math.max(clip.samples.length / clip.sampleRate, lattice.steps * lattice.secondsPerStep);
  return {
    ...heading({
      title: `${basename(file)}: ${found.text}`,
      caption:
        'From above: the waveform; how loud each band of frequencies is; how probable each symbol is at each step, and the path ' +
        'through them. Repeated symbols are merged, the blank of the first row is removed: what is left is the text.',
    }),
    spacing: 14,
    resolve: { scale: { color: 'independent', stroke: 'independent' } },
    vconcat: [
      waveform(clip, seconds),
      logMel(clip, recognizer, seconds),
      symbols(recognizer, lattice, found, seconds),
    ],
  };
}

const time = (field: string, seconds: number, title: string | null) => ({
  field,
  type: 'quantitative' as const,
  title,
  scale: { domain: [0, seconds], nice: false },
  axis: { grid: false, ...(title === null ? { labels: false } : {}) },
});

/** Drawn over its edges, so that no light comes through between neighbours. */
const RECTANGLE = { type: 'rect' as const, strokeWidth: 0.7 };

/** A level as a colour, of the area and of its edge. */
const levelIn = (scheme: 'viridis' | 'blues') => {
  const channel = {
    field: 'level',
    type: 'quantitative' as const,
    legend: null,
    scale: { scheme, domain: [0, LEVELS - 1] },
  };
  return { color: channel, stroke: channel };
};

/** The lowest and the highest sample of each column. */
function waveform({ samples, sampleRate }: AudioClip, seconds: number) {
  const each = Math.max(1, Math.ceil(samples.length / COLUMNS));
  const values = [];
  for (let from = 0; from < samples.length; from += each) {
    const part = samples.subarray(from, from + each);
    values.push({
      at: from / sampleRate,
      low: part.reduce((least, sample) => Math.min(least, sample)),
      high: part.reduce((most, sample) => Math.max(most, sample)),
    });
  }
  return {
    width: WIDTH,
    height: 70,
    data: { values },
    mark: { type: 'area' as const, color: colors.blue, interpolate: 'step-after' as const },
    encoding: {
      x: time('at', seconds, null),
      y: {
        field: 'low',
        type: 'quantitative' as const,
        title: 'sample',
        axis: { grid: false, tickCount: 3 },
      },
      y2: { field: 'high' },
    },
  };
}

function logMel(clip: AudioClip, recognizer: CtcRecognizer, seconds: number) {
  const features = new SpeechFeatures({
    sampleRate: recognizer.sampleRate,
    kind: 'logMel',
    bands: BANDS,
    normalization: 'none',
  });
  const { data, count, size } = features.compute(recognizer.input.samplesOf(clip));
  const grid: Grid = { rows: size, columns: count, at: (row, column) => data[column * size + row]! };
  return {
    width: WIDTH,
    height: 150,
    data: { values: stripsOf(grid, { columns: COLUMNS, step: features.options.frameStep, levels: LEVELS }) },
    mark: RECTANGLE,
    encoding: {
      x: time('from', seconds, null),
      x2: { field: 'to' },
      y: {
        field: 'row',
        type: 'quantitative' as const,
        title: 'mel band',
        axis: { grid: false },
        scale: { domain: [0, size], nice: false },
      },
      y2: { field: 'above' },
      ...levelIn('viridis'),
    },
  };
}

function symbols(
  recognizer: CtcRecognizer,
  { logProbabilities, steps, classes, secondsPerStep }: SymbolLattice,
  { symbols: path }: Recognition,
  seconds: number,
) {
  const labels = [BLANK, ...recognizer.symbols.map(labelOf)];
  const probability = (step: number, index: number) => Math.exp(logProbabilities[step * classes + index]!);
  const likeliest = labels.map((_, index) => {
    let most = 0;
    for (let step = 0; step < steps; step++) most = Math.max(most, probability(step, index));
    return most;
  });
  // In the order in which they are said, so that the path climbs down.
  const onPath = path.map(({ text }) => recognizer.symbols.indexOf(text) + 1);
  const indices = [
    ...new Set([0, ...onPath, ...[...labels.keys()].filter((index) => likeliest[index]! >= SEEN)]),
  ];
  const shown = indices.map((index) => labels[index]!);
  const grid: Grid = {
    rows: shown.length,
    columns: steps,
    at: (row, column) => probability(column, indices[row]!),
  };
  const rows = stripsOf(grid, { columns: COLUMNS, step: secondsPerStep, levels: LEVELS, range: [0, 1] })
    .filter(({ level }) => level > 0)
    .map(({ row, ...rest }) => ({ ...rest, name: shown[row]! }));
  const y = { field: 'name', type: 'nominal' as const, title: 'symbol', scale: { domain: shown } };
  return {
    width: WIDTH,
    height: { step: 18 },
    layer: [
      {
        data: { values: rows },
        mark: RECTANGLE,
        encoding: {
          x: time('from', seconds, 'time (s)'),
          x2: { field: 'to' },
          y,
          ...levelIn('blues'),
        },
      },
      {
        data: { values: pathPoints(path, steps * secondsPerStep) },
        mark: { type: 'line' as const, color: colors.vermilion, strokeWidth: 1.5 },
        encoding: {
          x: time('at', seconds, 'time (s)'),
          y,
          order: { field: 'order', type: 'quantitative' as const },
        },
      },
    ],
  };
}

/** What a symbol is called: one that looks like the blank, or like what stands for a space, stands in quotes. */
function labelOf(symbol: string): string {
  if (symbol === ' ') return SPACE;
  return symbol === BLANK || symbol === SPACE ? `'${symbol}'` : symbol;
}

/** The path as corners: at each symbol from its start to its end, at the blank between them. */
function pathPoints(
  path: Recognition['symbols'],
  end: number,
): { at: number; name: string; order: number }[] {
  const corners: { at: number; name: string }[] = [];
  const rest = (name: string, from: number, to: number) => {
    if (to > from) corners.push({ at: from, name }, { at: to, name });
  };
  let last = 0;
  for (const symbol of path) {
    rest(BLANK, last, symbol.start);
    rest(labelOf(symbol.text), symbol.start, symbol.end);
    last = symbol.end;
  }
  rest(BLANK, last, end);
  return corners.map((corner, order) => ({ ...corner, order }));
}
