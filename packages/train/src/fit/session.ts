import { OstinatoError } from '@ostinato/kernel';
import { defaultRandom, type RandomSource } from '@ostinato/tensor';
import type { Checkpoint, Position } from '../checkpoint/checkpoint.js';
import { EarlyStopping } from '../early-stopping.js';
import { CheckpointError } from '../errors.js';
import type { NamedArrays } from '../named-arrays.js';
import { ReduceOnPlateau } from '../schedules/reduce-on-plateau.js';
import type { FitOptions, Metrics, Monitor } from './options.js';

const watchLoss: Monitor = { metric: 'loss', mode: 'min' };

/** What a session needs of the options; it sees no batches. */
type SessionOptions = Omit<FitOptions<unknown>, 'batches' | 'loss'>;

/** Everything about a training that a checkpoint holds, and how it changes. */
export class Session {
  position: Position = { epoch: 0, batch: 0, step: 0 };
  readonly random: RandomSource;
  readonly #options: SessionOptions;
  readonly #monitor: Monitor;
  readonly #stopping: EarlyStopping | undefined;
  readonly #plateau: ReduceOnPlateau | undefined;
  #epochLoss = { sum: 0, count: 0 };
  #best: NamedArrays | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.random = options.random ?? defaultRandom();
    const { monitor, patience, schedule, optimizer, average, start } = options;
    if (patience !== undefined && !monitor) {
      throw new OstinatoError(
        "fit: patience needs a monitor, for example monitor: { metric: 'loss', mode: 'min' }",
      );
    }
    if (average?.isSwapped) {
      throw new OstinatoError(
        'fit: the model holds the averages, as after an earlier fit; call average.swap() to go on from the last weights, ' +
          'or average.dispose() to begin with the averages',
      );
    }
    this.#monitor = monitor ?? watchLoss;
    this.#stopping = monitor && new EarlyStopping({ ...monitor, patience });
    this.#plateau = schedule instanceof ReduceOnPlateau ? schedule : undefined;
    if (this.#plateau && this.#plateau.mode !== this.#monitor.mode) {
      throw new OstinatoError(
        `fit: the schedule waits for a ${this.#plateau.mode}, but ${this.#monitor.metric} is monitored for its ` +
          `${this.#monitor.mode}; give ReduceOnPlateau the mode of the monitor`,
      );
    }
    if (schedule) optimizer.rate = schedule instanceof ReduceOnPlateau ? schedule.schedule : schedule;
    if (start) this.#restore(start);
  }

  /** Whether patience is at its end. */
  get isExhausted(): boolean {
    return this.#stopping?.exhausted ?? false;
  }

  /** The best monitored value so far. */
  get best(): number | undefined {
    return this.#stopping?.best;
  }

  /** The mean loss of the steps of this epoch. */
  get meanLoss(): number {
    return this.#epochLoss.sum / this.#epochLoss.count;
  }

  /** Whether the epoch has had a step. */
  get hasSteps(): boolean {
    return this.#epochLoss.count > 0;
  }

  /** Notes a finished step. */
  countStep(loss: number): void {
    const { average } = this.#options;
    const { epoch, batch, step } = this.position;
    this.#epochLoss = { sum: this.#epochLoss.sum + loss, count: this.#epochLoss.count + 1 };
    this.position = { epoch, batch: batch + 1, step: step + 1 };
    if (average?.every === 'step' && epoch >= average.from) average.update();
  }

  /** Measures the model at the end of an epoch, chooses the best, and goes on to the next. */
  async endEpoch(): Promise<{ loss: number; metrics: Metrics; improved: boolean | undefined }> {
    const { average } = this.#options;
    const { epoch, step } = this.position;
    const loss = this.meanLoss;
    if (average?.every === 'epoch' && epoch >= average.from) average.update();
    average?.swap();
    try {
      const metrics = await this.#measure(epoch);
      const value = this.#watched({ loss, ...metrics });
      this.#plateau?.update(value);
      const improved = this.#stopping?.update(value);
      if (improved) this.#best = await this.#options.model.state();
      this.position = { epoch: epoch + 1, batch: 0, step };
      this.#epochLoss = { sum: 0, count: 0 };
      return { loss, metrics, improved };
    } finally {
      average?.swap();
    }
  }

  /** Puts the weights that training was for into the model: the best ones, or the averages, or the last. */
  finish(): void {
    if (this.#best) this.#options.model.loadState(this.#best);
    else this.#options.average?.swap();
  }

  /** All that is needed to go on from here. */
  async checkpoint(): Promise<Checkpoint> {
    const { model, optimizer, average } = this.#options;
    return {
      weights: await model.state(),
      training: {
        optimizer: await optimizer.state(),
        random: this.random.state,
        position: this.position,
        epochLoss: this.#epochLoss,
        schedule: this.#plateau?.state,
        stopping: this.#stopping?.state,
        best: this.#best,
        average: await average?.state(),
      },
    };
  }

  #restore({ weights, training }: Checkpoint): void {
    if (!training) {
      throw new CheckpointError(
        'fit: the checkpoint holds a finished model and no training; load it with model.loadState(checkpoint.weights)',
      );
    }
    const { model, optimizer, average } = this.#options;
    model.loadState(weights);
    optimizer.loadState(training.optimizer);
    this.random.restore(training.random);
    this.position = training.position;
    this.#epochLoss = { ...training.epochLoss };
    this.#best = training.best;
    if (training.schedule) this.#plateau?.restore(training.schedule);
    if (training.stopping) this.#stopping?.restore(training.stopping);
    if (training.average) average?.loadState(training.average);
  }

  async #measure(epoch: number): Promise<Metrics> {
    const { model, evaluate } = this.#options;
    if (!evaluate) return {};
    model.train(false);
    try {
      return await evaluate(epoch);
    } finally {
      model.train(true);
    }
  }

  #watched(metrics: Metrics): number {
    const { metric } = this.#monitor;
    const value = metrics[metric];
    if (value !== undefined) return value;
    throw new OstinatoError(
      `fit: ${metric} is monitored, but evaluate returned no such number; there are ${Object.keys(metrics).join(', ')}`,
    );
  }
}
