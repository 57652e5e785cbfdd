import { type Backend, BackendError, OstinatoError } from '@ostinato/kernel';
import { add, backward, detach, keep, mul, noGrad, Tensor, tidy } from '@ostinato/tensor';
import { namedParametersOf, type ParameterSet } from '../parameters.js';
import type { Schedule } from '../schedules/schedule.js';
import { assertFinite } from './assert-finite.js';
import type { Entry } from './entry.js';
import { GradientLog } from './gradient-log.js';
import { checkedRate, checkedSettings, type OptimizerOptions, type OptimizerSettings } from './options.js';
import type { UpdateRule } from './rule.js';
import { type OptimizerState, restoreEntries, saveEntries } from './state.js';
import { Updater } from './updater.js';

/** Computes the loss of one batch: one number, as a tensor. */
export type LossFunction = () => Tensor;

/** What is known about a finished step. */
export interface StepReport {
  /** How many updates were made, this one included. */
  readonly step: number;
  /** `undefined` where gradients were computed elsewhere. */
  readonly loss: number | undefined;
  /** The Euclidean norm of all gradients together before clipping; `undefined` without guard and clipping by norm. */
  readonly gradientNorm: number | undefined;
  readonly rate: number;
}

/**
 * What all optimizers share: they compute the loss and its gradients, clip, and change the parameters in place.
 *
 * `step` frees everything that the computation made; a training loop never has to free anything.
 *
 * @example
 * const optimizer = new Adam(model, { rate: 1e-3, clipNorm: 5 });
 * for (const batch of batches) {
 *   const loss = optimizer.step(() => crossEntropy(model.forward(batch.tokens), batch.tags));
 *   console.log(await loss.item());
 * }
 */
export abstract class Optimizer {
  /** The learning rate, or how it follows from the number of updates made. Can be replaced at any time. */
  rate: number | Schedule;
  readonly #rule: UpdateRule;
  readonly #settings: OptimizerSettings;
  readonly #entries: readonly Entry[];
  readonly #updater: Updater;
  #log: GradientLog | undefined;
  #steps = 0;
  /** The losses since the last update; they live until the next one has been made. */
  #losses: Tensor[] = [];
  #finished: Tensor[] = [];
  #latest: { rate: number; hasLoss: boolean } = { rate: Number.NaN, hasLoss: false };

  /** @throws OstinatoError when there are no parameters, two have one name, or an option makes no sense */
  protected constructor(
    model: ParameterSet,
    rule: UpdateRule,
    options: OptimizerOptions,
    defaults: { readonly rate: number; readonly weightDecay?: number },
  ) {
    this.#rule = rule;
    this.#settings = checkedSettings(rule.name, options, defaults);
    this.#updater = new Updater(rule, this.#settings);
    this.rate = this.#settings.rate;
    const { decays } = this.#settings;
    this.#entries = [...namedParametersOf(rule.name, model)].map(([name, parameter]) => ({
      name,
      parameter,
      decays: decays(name, parameter),
      moments: [],
      updates: 0,
      counters: {},
    }));
  }

  /** The optimizer's name: `Adam`. */
  get name(): string {
    return this.#rule.name;
  }

  /** How many updates were made. */
  get steps(): number {
    return this.#steps;
  }

  /** The rate that the next update uses. */
  get currentRate(): number {
    return typeof this.rate === 'number' ? this.rate : this.rate(this.#steps);
  }

  /**
   * Computes a loss and its gradients, and updates the parameters: `accumulate`, then `apply`.
   * @param loss computes the loss; a list stands for one batch in several parts, whose gradients are averaged (see `accumulation`)
   * @returns the loss before the update. It lives until the next step; use `detach(loss)` to keep it longer
   * @throws whatever `loss` throws; nothing is changed then. ShapeError when it is not one number
   */
  step(loss: LossFunction | readonly LossFunction[]): Tensor {
    try {
      for (const part of typeof loss === 'function' ? [loss] : loss) this.accumulate(part);
      this.apply();
    } catch (error) {
      this.clearGradients();
      throw error;
    }
    return this.#finished.at(-1)!;
  }

  /**
   * Computes a loss and adds its gradients to those of earlier calls, without an update: for batches that do not fit into
   * memory at once. `apply` makes the update.
   * @returns the loss of this part. It lives until the next update has been made
   */
  accumulate(loss: LossFunction): Tensor {
    const value = tidy(() => {
      const computed: unknown = loss();
      if (!(computed instanceof Tensor)) {
        const got =
          computed instanceof Promise ? 'a promise; await before the step, compute inside' : typeof computed;
        throw new OstinatoError(
          `${this.name}: the loss function must return the loss as a tensor, got ${got}`,
        );
      }
      backward(computed);
      return detach(computed);
    });
    this.#losses.push(keep(value));
    return value;
  }

  /**
   * Updates the parameters by their gradients and clears these. Several accumulated parts are averaged, so that the update
   * is that of one batch with the mean of the losses (`accumulation: 'sum'` adds them up). Parameters without a
   * gradient, and those with `trainable = false`, stay as they are.
   * @throws OstinatoError when no parameter has a gradient, or the rate is negative or not finite; nothing is changed then
   */
  apply(): void {
    for (const loss of this.#finished.splice(0)) loss.dispose();
    tidy(() => noGrad(() => this.#update()));
    this.#finished = this.#losses.splice(0);
  }

  /** Forgets accumulated gradients and losses without an update. */
  clearGradients(): void {
    for (const { parameter } of this.#entries) parameter.clearGradient();
    for (const loss of this.#losses.splice(0)) loss.dispose();
  }

  /**
   * Loss and gradient norm of the latest step, in one small read.
   * @throws NonFiniteError, naming step and parameter, when one of them is NaN or infinite. The guard has then left
   * parameters and moments as they were before that step
   */
  async report(): Promise<StepReport> {
    const step = this.#steps;
    const { rate, hasLoss } = this.#latest;
    if (!this.#log)
      throw new OstinatoError(
        `${this.name}: there is nothing to report before the first step (or after a move)`,
      );
    const { loss, squaredNorms } = await this.#log.read();
    if (this.#settings.guard) {
      const names = this.#entries.map(({ name }) => name);
      const clips = this.#settings.clipNorm !== undefined;
      assertFinite({ step, names, loss: hasLoss ? loss : undefined, squaredNorms, clips });
    }
    const norm = Math.sqrt(squaredNorms.reduce((sum, square) => sum + square, 0));
    return {
      step,
      loss: hasLoss ? loss : undefined,
      gradientNorm: this.#needsNorms ? norm : undefined,
      rate,
    };
  }

  /** Numbers to save, with which a new optimizer of the same kind goes on exactly. */
  async state(): Promise<OptimizerState> {
    return { name: this.name, steps: this.#steps, ...(await saveEntries(this.#entries, this.#rule)) };
  }

  /**
   * Goes on from saved numbers.
   * @throws OstinatoError that names what does not fit; nothing is changed then
   */
  loadState(state: OptimizerState): void {
    restoreEntries(this.#entries, this.#rule, state);
    this.#steps = state.steps;
    this.clearGradients();
  }

  /**
   * Moves what the optimizer remembers to another backend; move the model as well: `await model.to(backend)`. Gradients
   * that were accumulated and not applied are dropped.
   */
  async to(backend: Backend): Promise<this> {
    const state = await this.state();
    this.clearGradients();
    this.#release();
    restoreEntries(this.#entries, this.#rule, state, backend);
    return this;
  }

  /** Gives back the memory of everything that the optimizer remembers. It must not be used afterwards. */
  dispose(): void {
    this.clearGradients();
    this.#release();
    for (const entry of this.#entries) for (const moment of entry.moments.splice(0)) moment.dispose();
  }

  get #needsNorms(): boolean {
    const { clipNorm, clipParameterNorm, guard } = this.#settings;
    return guard || clipNorm !== undefined || clipParameterNorm !== undefined;
  }

  #release(): void {
    for (const loss of this.#finished.splice(0)) loss.dispose();
    this.#log?.dispose();
    this.#log = undefined;
  }

  #update(): void {
    const rate = checkedRate(this.name, this.#steps + 1, this.currentRate);
    const active = this.#entries.filter(({ parameter }) => parameter.trainable && parameter.gradient);
    if (active.length === 0) {
      throw new OstinatoError(
        `${this.name}: no parameter has a gradient; does the loss depend on the parameters of this optimizer?`,
      );
    }
    const parts = Math.max(1, this.#losses.length);
    const scale = this.#settings.accumulation === 'mean' ? 1 / parts : 1;
    const log = this.#openLog(active[0]!.parameter.backend);
    log.clear();
    for (const loss of this.#losses) log.addLoss(loss, scale);
    if (this.#needsNorms) {
      for (const [index, { parameter }] of this.#entries.entries()) {
        if (parameter.trainable && parameter.gradient) log.addNorm(index, parameter.gradient, scale);
      }
      log.close();
    }
    for (const [index, entry] of this.#entries.entries()) {
      const { parameter } = entry;
      if (parameter.trainable && parameter.gradient) {
        const gate = this.#needsNorms ? log.gate(index, parameter.shape) : undefined;
        this.#updater.update(entry, { rate, scale, gate });
      }
      parameter.clearGradient();
    }
    this.#steps++;
    this.#latest = { rate, hasLoss: this.#losses.length > 0 };
    // A batch in parts has one loss: what `step` returns.
    if (parts > 1)
      this.#losses.push(
        keep(
          mul(
            this.#losses.reduce((sum, part) => add(sum, part)),
            scale,
          ),
        ),
      );
  }

  #openLog(backend: Backend): GradientLog {
    if (this.#log && this.#log.backend !== backend) {
      throw new BackendError(
        `${this.name}: the parameters are on ${backend.name}, what the optimizer remembers is on ${this.#log.backend.name}; ` +
          'move both: await model.to(backend); await optimizer.to(backend)',
      );
    }
    this.#log ??= new GradientLog(backend, this.#entries.length, this.#settings);
    return this.#log;
  }
}
