import { type Backend, OstinatoError } from '@ostinato/kernel';
import { summary } from '@ostinato/layers';
import type { FitEvent, Json } from '@ostinato/train';
import { type Checkpoint, nextTurn } from '@ostinato/train/inference';
import type { CommonDescription } from './description.js';
import type { FitRun } from './fit-run.js';
import type { TrainingSettings } from './options.js';
import type { TaskProgress } from './progress.js';
import type { TaskKind } from './task-kind.js';
import type { TaskNetwork } from './task-network.js';

/** How `fit` is run. */
export interface FitOptions<Example, Task> {
  /** Examples to measure on after each epoch. They do not influence the training. */
  readonly dev?: readonly Example[] | undefined;
  /** Stops after the step that is running, and saves. */
  readonly signal?: AbortSignal | undefined;
  /** Called after each epoch and when training is stopped, to write it to a file, say. A saved model goes on from there. */
  readonly save?: ((task: Task) => Promise<void>) | undefined;
}

/** What a model for a task consists of. */
export interface TaskParts<Settings, Network> {
  readonly kind: TaskKind;
  readonly settings: Settings;
  readonly network: Network;
}

/** What all models have in common: training that can be stopped and gone on with, files, backends. */
export abstract class Task<Example, Settings extends TrainingSettings, Network extends TaskNetwork> {
  readonly #parts: TaskParts<Settings, Network>;
  readonly #progress: TaskProgress = { start: undefined, epoch: 0, fingerprint: undefined };
  #isTraining = false;

  protected constructor(parts: TaskParts<Settings, Network>) {
    this.#parts = parts;
    parts.network.evaluate();
  }

  /** What it is built like and trained with. */
  get settings(): Settings {
    return this.#parts.settings;
  }
  /** Epochs trained so far. */
  get epoch(): number {
    return this.#progress.epoch;
  }
  /** Whether all epochs are done. */
  get finished(): boolean {
    return this.epoch >= this.settings.epochs;
  }

  /** The layers. */
  protected get network(): Network {
    return this.#parts.network;
  }

  /** Trains from where `run.progress` says. */
  protected abstract train(
    examples: readonly Example[],
    run: FitRun<Example>,
  ): AsyncGenerator<FitEvent, void, undefined>;

  /** Everything but weights, for a file: what `JSON.stringify` makes of it is read back. */
  protected abstract describe(epoch: number, fingerprint: number | undefined): object;

  /**
   * Trains, telling what happens. A model whose training was stopped, here or before it was saved, goes on to the very same
   * weights: after `signal` from the step that was running, after leaving the loop (`break`, an error) from the last event of
   * kind `checkpoint`, or from the beginning if there was none. Whenever the loop has ended, the weights are an average over the
   * last part of the training that is kept; while it runs, they are those of training.
   * @param examples the same as `create` got
   * @throws OstinatoError when it is finished already, or another `fit` is running; DataError, naming the example, for one that
   * cannot be used, or that has labels which `create` has not seen
   */
  async *fit(
    examples: readonly Example[],
    { dev, signal, save }: FitOptions<Example, this> = {},
  ): AsyncGenerator<FitEvent, void, undefined> {
    const { name } = this.#parts.kind;
    if (this.finished) {
      throw new OstinatoError(
        `${name}: all ${this.settings.epochs} epochs are done; create a new ${name} to train again`,
      );
    }
    this.#assertIdle('fit');
    this.#isTraining = true;
    try {
      const progress = this.#progress;
      yield* this.train(examples, { progress, dev, signal, save: async () => save?.(this) });
    } finally {
      this.#isTraining = false;
      this.#rest();
    }
  }

  /** Takes over the weights of the last checkpoint: those that the same model has when it is saved and loaded. */
  #rest(): void {
    const { start } = this.#progress;
    if (!start) return;
    this.network.loadState(this.weightsOf(start));
    if (this.finished || !start.training) this.#progress.start = undefined;
  }

  #assertIdle(what: string): void {
    if (!this.#isTraining) return;
    throw new OstinatoError(
      `${this.#parts.kind.name}: ${what} must wait until fit has ended; end its loop, or leave it with break`,
    );
  }

  /** Runs in evaluation, without dropout. */
  protected async evaluating<Result>(run: () => Promise<Result>): Promise<Result> {
    const wasTraining = this.network.training;
    this.network.evaluate();
    try {
      return await run();
    } finally {
      this.network.train(wasTraining);
    }
  }

  /**
   * Results for examples, a batch of similar lengths at a time, in evaluation.
   * @param lengths of each example; the results of those of length 0 are undefined
   * @param predict gives the results of the examples with these indices
   * @param size examples of a batch
   */
  protected inBatchesOf<Result>(
    size: number,
    lengths: readonly number[],
    predict: (indices: readonly number[]) => Promise<Result[]>,
  ): Promise<(Result | undefined)[]> {
    return this.evaluating(async () => {
      const order = lengths.map((_, index) => index).filter((index) => lengths[index]! > 0);
      order.sort((a, b) => lengths[a]! - lengths[b]!);
      const results: (Result | undefined)[] = lengths.map(() => undefined);
      for (let from = 0; from < order.length; from += size) {
        const indices = order.slice(from, from + size);
        const predictions = await predict(indices);
        indices.forEach((index, row) => {
          results[index] = predictions[row]!;
        });
        // Signals and timers get a turn between batches.
        await nextTurn();
      }
      return results;
    });
  }

  /** Runs the network once on something short, to be looked at. */
  protected abstract probe(): unknown;

  /** Layers, shapes and numbers of parameters, as a table. */
  summary(): string {
    return summary(this.network, () => this.probe());
  }

  /** Moves to another backend, on which it then computes. Throws OstinatoError while `fit` is running. */
  async to(backend: Backend): Promise<this> {
    this.#assertIdle('to');
    await this.network.to(backend);
    return this;
  }

  /** Gives its memory back; it cannot be used any more. Throws OstinatoError while `fit` is running. */
  dispose(): void {
    this.#assertIdle('dispose');
    this.#progress.start = undefined;
    this.network.dispose();
  }

  /**
   * Everything that makes this model; also where its training stopped, if it is not finished. While `fit` is running, that is
   * the last checkpoint.
   */
  async toCheckpoint(): Promise<Checkpoint> {
    const state: Checkpoint = this.#progress.start ?? { weights: await this.network.state() };
    const fingerprint = state.training && this.#progress.fingerprint;
    const metadata: Json = JSON.parse(JSON.stringify(this.describe(this.epoch, fingerprint)));
    return { ...state, metadata };
  }

  /** The weights of a checkpoint to work with: the averages, if the training has come to some. */
  protected weightsOf({ weights, training }: Checkpoint): Checkpoint['weights'] {
    const average = training?.average;
    return average && average.updates > 0 ? average.weights : weights;
  }

  /** Takes over weights and progress of a checkpoint whose description has been read. */
  protected resume(checkpoint: Checkpoint, { epoch, fingerprint }: CommonDescription<unknown>): this {
    const progress = this.#progress;
    progress.epoch = epoch;
    progress.fingerprint = fingerprint;
    progress.start = checkpoint.training && !this.finished ? checkpoint : undefined;
    this.network.loadState(this.weightsOf(checkpoint));
    return this;
  }

  /** The model as one file (safetensors). */
  async toBytes(): Promise<Uint8Array> {
    const { encodeCheckpoint } = await import('../later.js');
    return encodeCheckpoint(await this.toCheckpoint());
  }
}
