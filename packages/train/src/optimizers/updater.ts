import type { MapProgram, View } from '@ostinato/kernel';
import { full, keep } from '@ostinato/tensor';
import type { Entry } from './entry.js';
import type { OptimizerSettings } from './options.js';
import type { UpdateRule } from './rule.js';
import { updateProgram } from './update-program.js';

/** What one update goes by. */
interface UpdateNumbers {
  readonly rate: number;
  /** What gradients are multiplied by first. */
  readonly scale: number;
  /** The factor of the gradient, or -1 to leave everything as it is; in the parameter's shape. */
  readonly gate: View | undefined;
}

/** Changes parameters and what is remembered for them by a rule, in place: one kernel call for each parameter. */
export class Updater {
  readonly #programs = new Map<string, MapProgram>();

  constructor(
    readonly rule: UpdateRule,
    readonly settings: OptimizerSettings,
  ) {}

  /** One update of a parameter that has a gradient. */
  update(entry: Entry, { rate, scale, gate }: UpdateNumbers): void {
    const { rule } = this;
    const { parameter } = entry;
    const { backend, shape } = parameter;
    if (entry.moments.length === 0) {
      entry.moments = rule.moments.map(() => keep(full(shape, rule.initialMoment ?? 0, { backend })));
    }
    entry.updates++;
    const { weightDecay, clipValue } = this.settings;
    const views = [parameter.view(rule.name), ...entry.moments.map((moment) => moment.view(rule.name))];
    backend.map(
      this.#program(entry.decays && weightDecay !== 0, gate !== undefined),
      [views[0]!, parameter.gradient!.view(rule.name), ...views.slice(1), ...(gate ? [gate] : [])],
      [
        rate,
        scale,
        rule.decoupledDecay ? 1 - rate * weightDecay : weightDecay,
        clipValue ?? 0,
        ...rule.numbers(entry.updates, entry.counters),
      ],
      views,
    );
    parameter.markWritten();
  }

  #program(decays: boolean, gated: boolean): MapProgram {
    const key = `${decays},${gated}`;
    let program = this.#programs.get(key);
    if (!program) {
      const clipsValue = this.settings.clipValue !== undefined;
      program = updateProgram(this.rule, { clipsValue, decays, gated });
      this.#programs.set(key, program);
    }
    return program;
  }
}
