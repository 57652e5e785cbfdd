import { clock, count, percent } from './numbers.js';
import { Pace, ProgressBar } from './progress-bar.js';
import type { Output } from './terminal.js';

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

/**
 * Shows training on a stream: a line for each epoch and, where the stream is a terminal, a bar below them with epoch, mean
 * loss, the last score, examples per second and the time left.
 */
export class TrainingProgress {
  readonly #bar: ProgressBar;
  readonly #pace = new Pace();
  readonly #options: ProgressOptions;
  #losses = { epoch: 0, sum: 0, count: 0 };
  #score: number | undefined;

  constructor(stream: Output, options: ProgressOptions) {
    this.#bar = new ProgressBar(stream);
    this.#options = options;
  }

  step(progress: StepProgress): void {
    const { epoch, loss, step, steps } = progress;
    if (this.#losses.epoch !== epoch) this.#losses = { epoch, sum: 0, count: 0 };
    this.#losses.sum += loss;
    this.#losses.count++;
    const { sum, count } = this.#losses;
    const pace = this.#pace.at(step);
    this.#bar.draw(step / steps, () => this.#parts({ ...progress, loss: sum / count }, pace));
  }

  epoch(progress: EpochProgress): void {
    this.#score = progress.score ?? this.#score;
    this.#bar.tell(this.#parts(progress, this.#pace.at(progress.step)));
  }

  /** Makes room for other lines. */
  erase(): void {
    this.#bar.erase();
  }

  #parts({ epoch, epochs, steps, loss }: StepProgress, pace: ReturnType<Pace['at']>): string[] {
    const { example, examplesPerEpoch, score } = this.#options;
    const examples = (pace.perSecond * examplesPerEpoch * epochs) / steps;
    const width = String(epochs).length;
    return [
      `epoch ${String(epoch).padStart(width)}/${epochs}`,
      `loss ${loss.toFixed(4)}`,
      ...(this.#score === undefined ? [] : [`${score} ${percent(this.#score)}`]),
      `${count(examples)} ${example}s/s`,
      `${clock(pace.secondsLeft(steps))} left`,
    ];
  }
}
