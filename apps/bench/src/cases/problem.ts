import { raggedLengths } from './lengths.js';
import { type Speech, speechOf } from './speech.js';
import {
  type CtcTask,
  type DecodeTask,
  type FeaturesTask,
  gatesOf,
  type MatmulTask,
  parametersOf,
  type RecurrentTask,
  type TaggerTask,
  type Task,
} from './task.js';
import { uniformNumbers } from './uniform-numbers.js';

/** Arrays by name, row-major. */
export type NamedArrays = Readonly<Record<string, Float32Array>>;

/** Weights of one direction, gates in the order of the library under test here: LSTM i f g o, GRU reset update new. */
export interface DirectionWeights {
  /** [input, gates · hidden] */
  readonly weight: Float32Array;
  /** [hidden, gates · hidden] */
  readonly recurrentWeight: Float32Array;
  /** [gates · hidden] */
  readonly bias: Float32Array;
  /** [parameters, hidden]; empty where the cell has none. */
  readonly parameters: Float32Array;
}

/** The numbers of a product. */
export interface MatmulProblem {
  readonly task: MatmulTask;
  readonly a: Float32Array;
  readonly b: Float32Array;
}

/** The numbers of a recurrent layer. */
export interface RecurrentProblem {
  readonly task: RecurrentTask;
  /** [batch, time, input] */
  readonly x: Float32Array;
  /** [batch]; undefined where all rows are `time` long. */
  readonly lengths: Int32Array | undefined;
  /** One direction, or forwards and backwards. */
  readonly directions: readonly DirectionWeights[];
}

/** The tagger makes its numbers itself, from a seed. */
export interface TaggerProblem {
  readonly task: TaggerTask;
}

/** The numbers of a CTC loss. All rows have all steps. */
export interface CtcProblem {
  readonly task: CtcTask;
  /** [batch, time, classes] */
  readonly logits: Float32Array;
  /** [batch, symbols], classes from 1; the blank is 0. */
  readonly targets: Int32Array;
}

/** What a network said of a recording. */
export interface DecodeProblem {
  readonly task: DecodeTask;
  readonly speech: Speech;
}

/** A recording. */
export interface FeaturesProblem {
  readonly task: FeaturesTask;
  /** [time], from -1 to 1 */
  readonly samples: Float32Array;
}

/** A task with all numbers that go in: the same for every library. */
export type Problem =
  | MatmulProblem
  | RecurrentProblem
  | TaggerProblem
  | DecodeProblem
  | FeaturesProblem
  | CtcProblem;

/** Whether the problem is a recurrent layer. */
export function isRecurrent(problem: Problem): problem is RecurrentProblem {
  return problem.task.kind === 'recurrent';
}

/** Whether the problem is a CTC loss. */
export function isCtc(problem: Problem): problem is CtcProblem {
  return problem.task.kind === 'ctc';
}

/** Whether the problem is a product. */
export function isMatmul(problem: Problem): problem is MatmulProblem {
  return problem.task.kind === 'matmul';
}

/** Whether the problem is to decode a recording. */
export function isDecode(problem: Problem): problem is DecodeProblem {
  return problem.task.kind === 'decode';
}

/** Whether the problem is a recording. */
export function isFeatures(problem: Problem): problem is FeaturesProblem {
  return problem.task.kind === 'features';
}

/** The numbers of a task. */
export function problemOf(task: Task): Problem {
  switch (task.kind) {
    case 'matmul':
      return {
        task,
        a: uniformNumbers(task.rows * task.inner, 1, 1),
        b: uniformNumbers(task.inner * task.columns, 1, 2),
      };
    case 'recurrent':
      return {
        task,
        x: uniformNumbers(task.batch * task.time * task.input, 1, 3),
        lengths: task.ragged ? raggedLengths(task.batch, task.time) : undefined,
        directions: Array.from({ length: task.bidirectional ? 2 : 1 }, (_, index) =>
          weightsOf(task, 10 * (index + 1)),
        ),
      };
    case 'tagger':
      return { task };
    case 'decode':
      return { task, speech: speechOf(task) };
    case 'features':
      return { task, samples: uniformNumbers(Math.round(task.seconds * task.sampleRate), 0.5, 4) };
    case 'ctc':
      return {
        task,
        logits: uniformNumbers(task.batch * task.time * task.classes, 3, 4),
        targets: Int32Array.from(uniformNumbers(task.batch * task.symbols, 0.5, 5), (value) =>
          Math.min(task.classes - 1, 1 + Math.floor((value + 0.5) * (task.classes - 1))),
        ),
      };
  }
}

function weightsOf({ cell, input, hidden }: RecurrentTask, seed: number): DirectionWeights {
  const width = gatesOf[cell] * hidden;
  const scale = 1 / Math.sqrt(hidden);
  return {
    weight: uniformNumbers(input * width, scale, seed),
    recurrentWeight: uniformNumbers(hidden * width, scale, seed + 1),
    bias: uniformNumbers(width, scale, seed + 2),
    parameters: uniformNumbers(parametersOf[cell] * hidden, scale, seed + 3),
  };
}

/** Rows of a product, or steps of one sequence, that are checked at full size. */
const HEAD = 2;

/**
 * A small part of a problem whose result is part of the result of the whole: the first rows of a product; the first steps of the
 * first row of a layer, forwards. With it the full size is checked too. Undefined where there is no such part.
 */
export function headOf(problem: Problem): Problem | undefined {
  if (isMatmul(problem)) {
    const rows = Math.min(HEAD, problem.task.rows);
    return { ...problem, task: { ...problem.task, rows }, a: problem.a.slice(0, rows * problem.task.inner) };
  }
  if (!isRecurrent(problem)) return undefined;
  const { task } = problem;
  const time = Math.min(HEAD, problem.lengths?.[0] ?? task.time);
  return {
    task: { ...task, mode: 'forward', batch: 1, time, ragged: false, bidirectional: false },
    x: problem.x.slice(0, time * task.input),
    lengths: undefined,
    directions: problem.directions.slice(0, 1),
  };
}

/** The part of the whole output that `headOf` computes. */
export function headOfOutput(problem: Problem, output: Float32Array): Float32Array {
  const head = headOf(problem);
  if (!head) return new Float32Array();
  if (isMatmul(head)) return output.slice(0, head.task.rows * head.task.columns);
  if (!isRecurrent(head)) return new Float32Array();
  const { time, hidden } = head.task;
  const width = isRecurrent(problem) ? problem.directions.length * hidden : hidden;
  const part = new Float32Array(time * hidden);
  for (let step = 0; step < time; step++) {
    part.set(output.subarray(step * width, step * width + hidden), step * hidden);
  }
  return part;
}
