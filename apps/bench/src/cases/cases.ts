import { BASELINE } from '../libraries/list.js';
import {
  type CellKind,
  type FeaturesTask,
  type MatmulTask,
  opOf,
  type RecurrentTask,
  shapeOf,
  type Task,
} from './task.js';

/** Something that is measured for every library. */
export interface BenchCase {
  readonly name: string;
  readonly task: Task;
  /** `time` of a step; or `first-result`: everything from the import to the first result, in a fresh process. */
  readonly measures: 'time' | 'first-result';
  /** Where the case is one point of a curve: which size changes. */
  readonly along?: 'T' | 'B' | 'H';
  /** Measured for these libraries only (their ids), to keep the run short. */
  readonly libraries?: readonly string[];
}

/** Sizes of a recurrent layer. */
export type Sizes = readonly [batch: number, time: number, input: number, hidden: number];

function recurrent(
  cell: CellKind,
  mode: RecurrentTask['mode'],
  [batch, time, input, hidden]: Sizes,
  { ragged = false, bidirectional = false }: Partial<RecurrentTask> = {},
): RecurrentTask {
  return { kind: 'recurrent', cell, mode, batch, time, input, hidden, ragged, bidirectional };
}

/** A name that can be typed: `lstm-training-32x50x128x256`. */
function timed(task: Task, prefix?: string): BenchCase {
  const sizes = shapeOf(task).replace(/[()]/g, '').replaceAll(',', 'x');
  const what =
    task.kind === 'recurrent'
      ? [task.bidirectional && 'bidirectional', task.cell, task.mode, sizes, task.ragged && 'ragged']
      : [opOf(task), sizes];
  return { name: [prefix, ...what].filter(Boolean).join('-'), task, measures: 'time' };
}

function matmul(rows: number, inner: number, columns: number): MatmulTask {
  return { kind: 'matmul', rows, inner, columns };
}

/** Training of an LSTM. */
export function lstmTraining(sizes: Sizes): BenchCase {
  return timed(recurrent('lstm', 'training', sizes));
}

/** Features of a recording. Nobody else is compared: the libraries here have none. */
function features(kind: FeaturesTask['features'], seconds: number, sampleRate: number): BenchCase {
  const task: FeaturesTask = { kind: 'features', features: kind, seconds, sampleRate };
  return { ...timed(task), libraries: [BASELINE.cpu] };
}

/** The product of two square matrices. */
export function squareMatmul(size: number): BenchCase {
  return timed(matmul(size, size, size));
}

/** Libraries that have CTC. */
const WITH_CTC = ['ostinato', 'ostinato-2', 'ostinato-plain', 'pytorch', 'pytorch-2', 'ostinato-webgpu'];

function ctc(time: number, batch: number, symbols: number, classes: number): BenchCase {
  return { ...timed({ kind: 'ctc', time, batch, symbols, classes }), libraries: WITH_CTC };
}

const modes = ['forward', 'training'] as const;
const builtIn = ['lstm', 'gru', 'elman'] as const;

/** Libraries that can train and are not too slow to draw a curve of. */
const SCALED = [
  'ostinato',
  'ostinato-2',
  'tfjs-wasm',
  'jax-wasm',
  'ostinato-webgpu',
  'tfjs-webgpu',
  'jax-webgpu',
];

function scaling(along: 'T' | 'B' | 'H', sizes: readonly Sizes[]): BenchCase[] {
  return sizes.map((size) => ({
    ...timed(recurrent('lstm', 'training', size), `scaling-${along}`),
    along,
    libraries: SCALED,
  }));
}

/** Decoding is no matter of backends, and no other library has it. */
function decode(frames: number, classes: number, vocabulary: number): BenchCase {
  const task = { kind: 'decode', frames, classes, beamWidth: 100, vocabulary } as const;
  return { ...timed(task), libraries: [BASELINE.cpu] };
}

function firstResult(sizes: Sizes): BenchCase {
  return {
    ...timed(recurrent('lstm', 'forward', sizes)),
    name: 'first-result',
    measures: 'first-result',
  };
}

const SIZES: readonly Sizes[] = [
  [16, 30, 100, 100],
  [32, 50, 128, 256],
  [1, 50, 128, 256],
  [64, 100, 512, 512],
];
const MIDDLE: Sizes = [32, 50, 128, 256];

/** Everything, in the order of the report. */
export function allCases(): BenchCase[] {
  return [
    timed(matmul(1536, 256, 1024)),
    ...SIZES.flatMap((sizes) =>
      builtIn.flatMap((cell) => modes.map((mode) => timed(recurrent(cell, mode, sizes)))),
    ),
    ...builtIn.flatMap((cell) => modes.map((mode) => timed(recurrent(cell, mode, MIDDLE, { ragged: true })))),
    ...modes.map((mode) => timed(recurrent('peephole', mode, MIDDLE))),
    ...modes.map((mode) => timed(recurrent('lstm', mode, MIDDLE, { bidirectional: true }))),
    timed({ kind: 'tagger', sentences: 3000, batch: 32, hidden: 128 }),
    decode(500, 30, 0),
    decode(500, 30, 1000),
    features('log-mel', 20, 8000),
    features('log-mel', 20, 16000),
    features('mfcc', 20, 16000),
    ctc(200, 32, 40, 30),
    ctc(1000, 16, 120, 60),
    firstResult([1, 1, 128, 256]),
    ...scaling(
      'T',
      [25, 50, 100, 200, 400].map((time) => [16, time, 128, 128]),
    ),
    ...scaling(
      'B',
      [4, 8, 16, 32, 64].map((batch) => [batch, 50, 128, 128]),
    ),
    ...scaling(
      'H',
      [32, 64, 128, 256, 512].map((hidden) => [16, 50, 128, hidden]),
    ),
  ];
}

/** A selection with small sizes: shows in a minute that everything runs. Its figures say little about speed. */
export function quickCases(): BenchCase[] {
  const small: Sizes = [4, 8, 24, 32];
  return [
    timed(matmul(192, 128, 256)),
    timed(recurrent('lstm', 'forward', small)),
    ...builtIn.map((cell) => timed(recurrent(cell, 'training', small))),
    timed(recurrent('lstm', 'training', small, { ragged: true })),
    timed(recurrent('peephole', 'training', small)),
    timed(recurrent('lstm', 'forward', small, { bidirectional: true })),
    timed({ kind: 'tagger', sentences: 200, batch: 8, hidden: 16 }),
    decode(50, 30, 100),
    features('mfcc', 2, 8000),
    ctc(40, 4, 8, 12),
    firstResult([1, 1, 32, 32]),
    ...scaling(
      'T',
      [8, 16, 32].map((time) => [4, time, 24, 32]),
    ).map((point) => ({ ...point, libraries: Object.values(BASELINE) })),
  ];
}

/** The cases whose name contains one of `parts`; all where there are none. */
export function matchingCases(
  cases: readonly BenchCase[],
  parts: readonly string[] | undefined,
): BenchCase[] {
  return cases.filter(({ name }) => parts?.some((part) => name.includes(part)) ?? true);
}
