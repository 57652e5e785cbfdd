import { clock, count } from './numbers.js';
import { Pace, ProgressBar } from './progress-bar.js';
import type { Output } from './terminal.js';

/** How far the training of a language model is, after a step. */
export interface LanguageStep {
  /** From 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Steps since training began, of `steps` in all. */
  readonly step: number;
  readonly steps: number;
  /** Mean over the tokens of the epoch so far. */
  readonly loss: number;
}

/** What an epoch came to. */
export interface LanguageEpoch {
  /** From 1. */
  readonly epoch: number;
  /** On the text that is learnt from, while it was learnt. */
  readonly perplexity: number;
  /** On the development part; null where there is none. */
  readonly dev: number | null;
  readonly wordsPerSecond: number;
}

/**
 * Shows the training of a language model: a line for each epoch and, where the stream is a terminal, a bar below with epoch, perplexity,
 * words per second and the time left.
 */
export class LanguageProgress {
  readonly #bar: ProgressBar;
  readonly #pace = new Pace();
  readonly #wordsPerStep: number;
  #dev: number | null = null;
  #last: LanguageStep | undefined;

  constructor(stream: Output, { wordsPerStep }: { wordsPerStep: number }) {
    this.#bar = new ProgressBar(stream);
    this.#wordsPerStep = wordsPerStep;
  }

  step(step: LanguageStep): void {
    this.#last = step;
    const pace = this.#pace.at(step.step);
    this.#bar.draw(step.step / step.steps, () => this.#parts(step, Math.exp(step.loss), pace));
  }

  /** Tells the end of an epoch, and what it came to. */
  epoch(loss: number, dev: number | null): LanguageEpoch {
    this.#dev = dev;
    const last = this.#last!;
    const pace = this.#pace.at(last.step);
    const perplexity = Math.exp(loss);
    this.#bar.tell(this.#parts(last, perplexity, pace));
    return {
      epoch: last.epoch,
      perplexity,
      dev,
      wordsPerSecond: Math.round(pace.perSecond * this.#wordsPerStep),
    };
  }

  /** Tells where training was stopped. */
  stopped(): void {
    const last = this.#last;
    if (!last) return;
    const stepsPerEpoch = last.steps / last.epochs;
    const within = last.step - (last.epoch - 1) * stepsPerEpoch;
    const [epoch, ...rest] = this.#parts(last, Math.exp(last.loss), this.#pace.at(last.step));
    this.#bar.tell([epoch!, `step ${count(within)} of ${count(stepsPerEpoch)}`, ...rest]);
  }

  /** Makes room for other lines. */
  erase(): void {
    this.#bar.erase();
  }

  #parts({ epoch, epochs, steps }: LanguageStep, perplexity: number, pace: ReturnType<Pace['at']>): string[] {
    return [
      `epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}`,
      `perplexity ${perplexity.toFixed(1)}`,
      ...(this.#dev === null ? [] : [`dev ${this.#dev.toFixed(1)}`]),
      `${count(pace.perSecond * this.#wordsPerStep)} words/s`,
      `${clock(pace.secondsLeft(steps))} left`,
    ];
  }
}
