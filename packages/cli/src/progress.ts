import { clock, count, percent } from './numbers.js';
import { type Colors, colorsFor, type Output, widthOf } from './terminal.js';

/** How far training is, after a step. */
export interface StepProgress {
  /** From 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Steps since training began, of `steps` in all. */
  readonly step: number;
  readonly steps: number;
  readonly loss: number;
}

/** What an epoch came to. */
export interface EpochProgress extends StepProgress {
  /** What is measured on the development part, a fraction; undefined where there is none. */
  readonly score: number | undefined;
}

/** What a training is made of, for people. */
export interface ProgressOptions {
  /** What is learnt from: `sentence`. */
  readonly example: string;
  readonly examplesPerEpoch: number;
  /** What is measured: `slot F1`. */
  readonly score: string;
}

/** Milliseconds between two drawings of the bar. */
const DRAWING = 100;
const ERASE = '\r\u001b[K';

/**
 * Shows training on a stream: a line for each epoch and, where the stream is a terminal, a bar below them with epoch, mean
 * loss, the last score, examples per second and the time left.
 */
export class TrainingProgress {
  readonly #stream: Output;
  readonly #colors: Colors;
  readonly #draws: boolean;
  readonly #options: ProgressOptions;
  readonly #begin: number;
  #drawnAt = Number.NEGATIVE_INFINITY;
  #firstStep: number | undefined;
  #losses = { epoch: 0, sum: 0, count: 0 };
  #score: number | undefined;

  constructor(stream: Output, options: ProgressOptions) {
    this.#stream = stream;
    this.#colors = colorsFor(stream);
    this.#draws = stream.isTTY === true && process.env.TERM !== 'dumb';
    this.#options = options;
    this.#begin = performance.now();
  }

  step(progress: StepProgress): void {
    this.#firstStep ??= progress.step - 1;
    const { epoch, loss } = progress;
    if (this.#losses.epoch !== epoch) this.#losses = { epoch, sum: 0, count: 0 };
    this.#losses.sum += loss;
    this.#losses.count++;
    if (!this.#draws || performance.now() - this.#drawnAt < DRAWING) return;
    this.#drawnAt = performance.now();
    this.#stream.write(ERASE + this.#bar({ ...progress, loss: this.#losses.sum / this.#losses.count }));
  }

  epoch(progress: EpochProgress): void {
    this.#score = progress.score ?? this.#score;
    this.erase();
    this.#stream.write(`${this.#parts(progress).join('  ')}\n`);
  }

  /** Makes room for other lines. */
  erase(): void {
    if (this.#draws) this.#stream.write(ERASE);
    this.#drawnAt = Number.NEGATIVE_INFINITY;
  }

  /** As much as fits in one line of the terminal, with a bar where the place is enough for one. */
  #bar(progress: StepProgress): string {
    const [head, ...rest] = this.#parts(progress) as [string, ...string[]];
    const room = widthOf(this.#stream) - 1;
    const size = Math.min(30, room - [head, ...rest].join('  ').length - 2);
    if (size < 5) return [head, ...rest].join('  ').slice(0, room);
    const done = Math.round((size * progress.step) / progress.steps);
    const bar = this.#colors.cyan('━'.repeat(done)) + this.#colors.dim('─'.repeat(size - done));
    return [head, bar, ...rest].join('  ');
  }

  #parts({ epoch, epochs, step, steps, loss }: StepProgress): string[] {
    const seconds = (performance.now() - this.#begin) / 1000;
    const stepsPerSecond = (step - (this.#firstStep ?? 0)) / Math.max(seconds, 1e-3);
    const { example, examplesPerEpoch, score } = this.#options;
    const examples = (stepsPerSecond * examplesPerEpoch * epochs) / steps;
    const width = String(epochs).length;
    return [
      `epoch ${String(epoch).padStart(width)}/${epochs}`,
      `loss ${loss.toFixed(4)}`,
      ...(this.#score === undefined ? [] : [`${score} ${percent(this.#score)}`]),
      `${count(examples)} ${example}s/s`,
      `${clock((steps - step) / stepsPerSecond)} left`,
    ];
  }
}
