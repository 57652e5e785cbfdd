import type { LongLagLook, LongLagMeasure, LongLagStep } from '@ostinato/tasks/longlag';
import { clock, measured } from './numbers.js';
import { Pace, ProgressBar } from './progress-bar.js';
import type { Output } from './terminal.js';

/** Looks between two lines that stay. */
const LOOKS_A_LINE = 5;

/**
 * Shows the training of a task with long lags: now and then a line and, where the stream is a terminal, a bar below with step, loss,
 * the last measure, pace and the time left.
 */
export class LongLagProgress {
  readonly #bar: ProgressBar;
  readonly #pace = new Pace();
  readonly #measure: LongLagMeasure;
  #looks = 0;
  #value: number | undefined;

  constructor(stream: Output, measure: LongLagMeasure) {
    this.#bar = new ProgressBar(stream);
    this.#measure = measure;
  }

  step(step: LongLagStep): void {
    const pace = this.#pace.at(step.step);
    this.#bar.draw(step.step / step.steps, () => this.#parts(step, pace));
  }

  look(look: LongLagLook): void {
    this.#value = look.value;
    if (++this.#looks % LOOKS_A_LINE === 0) this.#bar.tell(this.#parts(look, this.#pace.at(look.step)));
  }

  /** Makes room for other lines. */
  erase(): void {
    this.#bar.erase();
  }

  #parts(
    { step, steps, loss }: Pick<LongLagStep, 'step' | 'steps' | 'loss'>,
    pace: ReturnType<Pace['at']>,
  ): string[] {
    return [
      `step ${String(step).padStart(String(steps).length)}/${steps}`,
      `loss ${loss.toFixed(4)}`,
      ...(this.#value === undefined ? [] : [`${this.#measure} ${measured(this.#value)}`]),
      `${pace.perSecond.toFixed(pace.perSecond < 10 ? 1 : 0)} steps/s`,
      `${clock(pace.secondsLeft(steps))} left`,
    ];
  }
}
