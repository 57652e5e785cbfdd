/** Cells that are compared; `peephole` is the one that a user writes. */
export type CellKind = 'lstm' | 'gru' | 'elman' | 'peephole';

/** The product of [rows, inner] and [inner, columns]. */
export interface MatmulTask {
  readonly kind: 'matmul';
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
}

/** A recurrent layer over a batch of sequences. */
export interface RecurrentTask {
  readonly kind: 'recurrent';
  readonly cell: CellKind;
  /**
   * `training` is forward, mean of squares of the output, and the gradients of all weights, input projection included;
   * no optimizer, and no gradient of the input.
   */
  readonly mode: 'forward' | 'training';
  readonly batch: number;
  readonly time: number;
  readonly input: number;
  readonly hidden: number;
  /** Whether rows have different lengths, half of `time` in the mean. */
  readonly ragged: boolean;
  readonly bidirectional: boolean;
}

/** Training steps of the slot tagger on the embedded flights. */
export interface TaggerTask {
  readonly kind: 'tagger';
  readonly sentences: number;
  readonly batch: number;
  readonly hidden: number;
}

/** The CTC loss of a batch, and its gradient by the logits. */
export interface CtcTask {
  readonly kind: 'ctc';
  readonly time: number;
  readonly batch: number;
  /** Of each target. */
  readonly symbols: number;
  readonly classes: number;
}

/** Reading the output of CTC by prefix beam search. */
export interface DecodeTask {
  readonly kind: 'decode';
  readonly frames: number;
  readonly classes: number;
  readonly beamWidth: number;
  /** Words that a language model chooses from; 0 where there is none. */
  readonly vocabulary: number;
}

/** The features of a recording, out of its samples. */
export interface FeaturesTask {
  readonly kind: 'features';
  /** `mfcc` with both slopes, 39 numbers a frame; or 40 bands. */
  readonly features: 'log-mel' | 'mfcc';
  readonly seconds: number;
  readonly sampleRate: number;
}

/** What a library is asked to compute. */
export type Task = MatmulTask | RecurrentTask | TaggerTask | DecodeTask | FeaturesTask | CtcTask;

/** Units per gate of a cell. */
export const gatesOf: Record<CellKind, number> = { lstm: 4, gru: 3, elman: 1, peephole: 4 };

/** Per-unit parameters of a cell: the new gate's recurrent bias, or three peepholes. */
export const parametersOf: Record<CellKind, number> = { lstm: 0, gru: 1, elman: 0, peephole: 3 };

/** Sizes of a task as people write them: `(32,50,128,256)`. */
export function shapeOf(task: Task): string {
  switch (task.kind) {
    case 'matmul':
      return `${task.rows}x${task.inner}x${task.columns}`;
    case 'recurrent':
      return `(${task.batch},${task.time},${task.input},${task.hidden})`;
    case 'tagger':
      return `(${task.batch},${task.hidden})`;
    case 'decode':
      return `(${task.frames},${task.classes},${task.beamWidth})`;
    case 'features':
      return `(${task.seconds},${task.sampleRate})`;
    case 'ctc':
      return `(${task.time},${task.batch},${task.symbols},${task.classes})`;
  }
}

/** What a task does, in one word for rows: `lstm-training`. */
export function opOf(task: Task): string {
  switch (task.kind) {
    case 'matmul':
    case 'ctc':
      return task.kind;
    case 'tagger':
      return 'tagger-training';
    case 'features':
      return `features-${task.features}`;
    case 'decode':
      return task.vocabulary > 0 ? 'decode-words' : 'decode';
    case 'recurrent':
      return recurrentOp(task);
  }
}

function recurrentOp(task: RecurrentTask): string {
  const direction = task.bidirectional ? 'bidirectional-' : '';
  return `${direction}${task.cell}-${task.mode}`;
}

/**
 * The same kind of work with sizes that the float64 reference backend can do in no time, and that are no multiples of
 * anything that kernels are tiled by.
 */
export function smallTask(task: Task): Task {
  switch (task.kind) {
    case 'matmul':
      return { ...task, rows: 5, inner: 7, columns: 9 };
    case 'recurrent':
      return { ...task, batch: 3, time: 5, input: 4, hidden: 6 };
    case 'tagger':
      return { ...task, sentences: 6, batch: 3, hidden: 5 };
    case 'decode':
      return { ...task, frames: 20, classes: 7, beamWidth: 9, vocabulary: Math.min(5, task.vocabulary) };
    case 'features':
      return { ...task, seconds: 0.1 };
    case 'ctc':
      return { ...task, time: 9, batch: 3, symbols: 4, classes: 5 };
  }
}
