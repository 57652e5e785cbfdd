import { OstinatoError } from '@ostinato/kernel';
import { assertWhole } from '../check-options.js';
import type { Position } from '../checkpoint/checkpoint.js';
import { Breather } from './breather.js';
import type { FitEvent, FitOptions, StoppedEvent } from './options.js';
import { Session } from './session.js';

/**
 * Trains a model, telling what happens. It is a convenience over public parts (`optimizer.step`, `optimizer.report`,
 * `EarlyStopping`, `WeightAverage`); the loop inside is
 *
 *     for (const batch of batches(epoch)) {
 *       optimizer.step(() => loss(batch));
 *       const { step, loss, rate } = await optimizer.report();
 *     }
 *
 * with evaluation, best weights, checkpoints and stopping around it. Whoever reads the events sets the pace: leaving the loop
 * stops the training. The event loop gets a turn every 50 ms. At the end the model is switched to evaluation.
 *
 * @throws NonFiniteError, naming step and parameter, when the loss or a gradient becomes NaN or infinite;
 * OstinatoError for options that do not fit each other, for a checkpoint of another model, and for an epoch without batches
 * @example
 * for await (const event of fit({ model, optimizer, epochs: 5, batches, loss })) {
 *   if (event.kind === 'epoch') console.log(event.epoch, event.loss);
 * }
 */
export async function* fit<Batch>(options: FitOptions<Batch>): AsyncGenerator<FitEvent, void, undefined> {
  const run = new Run(options);
  options.model.train(true);
  try {
    yield* run.events();
  } finally {
    options.model.train(false);
  }
}

/** One call of `fit`. */
class Run<Batch> {
  readonly #options: FitOptions<Batch>;
  readonly #session: Session;
  readonly #begin = performance.now();
  readonly #breather = new Breather();
  #saved: Position | undefined;

  constructor(options: FitOptions<Batch>) {
    const { epochs, checkpoint: { everySteps = 1, everyEpochs = 1 } = {} } = options;
    assertWhole('fit', 'epochs', epochs, 0);
    assertWhole('fit', 'checkpoint.everySteps', everySteps, 1);
    assertWhole('fit', 'checkpoint.everyEpochs', everyEpochs, 1);
    this.#options = options;
    this.#session = new Session(options);
  }

  async *events(): AsyncGenerator<FitEvent, void, undefined> {
    const { epochs, checkpoint } = this.#options;
    const session = this.#session;
    while (session.position.epoch < epochs && !session.isExhausted) {
      const completed = yield* this.#epoch();
      if (!completed) {
        yield* this.#save();
        yield this.#stopped('aborted');
        return;
      }
      const { epoch, step } = session.position;
      const { currentRate: rate } = this.#options.optimizer;
      const result = await session.endEpoch();
      yield { kind: 'epoch', epoch, epochs, step, ...result, rate, elapsed: this.#elapsed };
      const isLast = epoch + 1 === epochs || session.isExhausted;
      if (isLast || (epoch + 1) % (checkpoint?.everyEpochs ?? 1) === 0) yield* this.#save();
    }
    session.finish();
    yield this.#stopped(session.isExhausted ? 'patience' : 'finished');
  }

  /** The steps of one epoch. Returns false when it was aborted. */
  async *#epoch(): AsyncGenerator<FitEvent, boolean, undefined> {
    const { batches, signal, checkpoint } = this.#options;
    const session = this.#session;
    const { epoch } = session.position;
    const source = batches(epoch);
    const stepsPerEpoch = this.#options.stepsPerEpoch ?? lengthOf(source);
    let skip = session.position.batch;
    const random = session.random.state;
    for await (const batch of source) {
      if (skip > 0) {
        // Making the batches that are skipped may have drawn random numbers.
        if (--skip === 0) session.random.restore(random);
        continue;
      }
      if (signal?.aborted) return false;
      yield await this.#step(batch, stepsPerEpoch);
      const every = checkpoint?.everySteps;
      if (every !== undefined && session.position.step % every === 0) yield* this.#save();
      await this.#breather.breathe();
    }
    if (skip > 0 || !session.hasSteps) {
      throw new OstinatoError(
        skip > 0
          ? `fit: the checkpoint is at batch ${session.position.batch} of epoch ${epoch}, which has only ` +
              `${session.position.batch - skip}; resume with the same data and batch size`
          : `fit: epoch ${epoch} has no batches`,
      );
    }
    return !signal?.aborted;
  }

  async #step(batch: Batch, stepsPerEpoch: number | undefined): Promise<FitEvent> {
    const { optimizer, loss: lossOf, epochs } = this.#options;
    optimizer.step(() => lossOf(batch));
    const { loss = Number.NaN, rate, gradientNorm } = await optimizer.report();
    this.#session.countStep(loss);
    const { epoch, batch: epochStep, step } = this.#session.position;
    const place = { epoch, epochs, epochStep, stepsPerEpoch, step };
    return { kind: 'step', ...place, loss, rate, gradientNorm, elapsed: this.#elapsed };
  }

  /** Saves a checkpoint, unless there is one of this very moment. */
  async *#save(): AsyncGenerator<FitEvent, void, undefined> {
    const { checkpoint } = this.#options;
    const { position } = this.#session;
    if (!checkpoint || this.#saved === position) return;
    await checkpoint.save(await this.#session.checkpoint());
    this.#saved = position;
    yield { kind: 'checkpoint', epoch: position.epoch, step: position.step };
  }

  #stopped(reason: StoppedEvent['reason']): StoppedEvent {
    const { best, position } = this.#session;
    return { kind: 'stopped', reason, best, step: position.step, elapsed: this.#elapsed };
  }

  get #elapsed(): number {
    return (performance.now() - this.#begin) / 1000;
  }
}

function lengthOf(source: object): number | undefined {
  return 'length' in source && typeof source.length === 'number' ? source.length : undefined;
}
