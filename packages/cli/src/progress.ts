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
  /** Slot F1 on the development part, a fraction; undefined where there is none. */
  readonly slotF1: number | undefined;
}

/**
 * Shows training on a stream: a line for each epoch and, where the stream is a terminal, a bar below them with epoch, mean
 * loss, the last slot F1, sentences per second and the time left.
 */
export class TrainingProgress {
  readonly #bar: ProgressBar;
  readonly #pace = new Pace();
  readonly #sentencesPerEpoch: number;
  #losses = { epoch: 0, sum: 0, count: 0 };
  #slotF1: number | undefined;

  constructor(stream: Output, { sentencesPerEpoch }: { sentencesPerEpoch: number }) {
    this.#bar = new ProgressBar(stream);
    this.#sentencesPerEpoch = sentencesPerEpoch;
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
    this.#slotF1 = progress.slotF1 ?? this.#slotF1;
    this.#bar.tell(this.#parts(progress, this.#pace.at(progress.step)));
  }

  /** Makes room for other lines. */
  erase(): void {
    this.#bar.erase();
  }

  #parts({ epoch, epochs, steps, loss }: StepProgress, pace: ReturnType<Pace['at']>): string[] {
    const sentences = (pace.perSecond * this.#sentencesPerEpoch * epochs) / steps;
    const width = String(epochs).length;
    return [
      `epoch ${String(epoch).padStart(width)}/${epochs}`,
      `loss ${loss.toFixed(4)}`,
      ...(this.#slotF1 === undefined ? [] : [`slot F1 ${percent(this.#slotF1)}`]),
      `${count(sentences)} sentences/s`,
      `${clock(pace.secondsLeft(steps))} left`,
    ];
  }
}
