import { OstinatoError } from '@ostinato/kernel';
import type { Parameter } from '@ostinato/tensor';
import { assertNumber, assertOneOf } from '../check-options.js';
import type { Schedule } from '../schedules/schedule.js';

/** What every optimizer can be told. */
export interface OptimizerOptions {
  /** The learning rate, or a schedule: a function of the number of updates made. Each optimizer has its own default. */
  readonly rate?: number | Schedule | undefined;
  /** Weight decay: adds weightDecay · parameter to the gradient (AdamW: scales the parameter instead). 0 by default. */
  readonly weightDecay?: number | undefined;
  /** Which parameters decay; all by default. `(name) => !name.endsWith('bias')` spares biases. */
  readonly decays?: ((name: string, parameter: Parameter) => boolean) | undefined;
  /** Limits the Euclidean norm of all gradients together (Pascanu et al. 2013). */
  readonly clipNorm?: number | undefined;
  /** Limits the norm of each parameter's gradient. */
  readonly clipParameterNorm?: number | undefined;
  /** Limits each element of the gradients to [-clipValue, clipValue]. */
  readonly clipValue?: number | undefined;
  /** What becomes of the gradients of several parts of a batch; `mean` by default. */
  readonly accumulation?: 'mean' | 'sum' | undefined;
  /** Whether a step whose gradients are NaN or infinite leaves everything as it is, for `report` to tell; yes by default. */
  readonly guard?: boolean | undefined;
}

/** Options with defaults filled in. */
export interface OptimizerSettings {
  readonly rate: number | Schedule;
  readonly weightDecay: number;
  readonly decays: (name: string, parameter: Parameter) => boolean;
  readonly clipNorm: number | undefined;
  readonly clipParameterNorm: number | undefined;
  readonly clipValue: number | undefined;
  readonly accumulation: 'mean' | 'sum';
  readonly guard: boolean;
}

/** Fills in defaults. Throws OstinatoError for options that make no sense. */
export function checkedSettings(
  optimizer: string,
  options: OptimizerOptions,
  defaults: { readonly rate: number; readonly weightDecay?: number },
): OptimizerSettings {
  const { clipNorm, clipParameterNorm, clipValue, accumulation = 'mean', guard = true } = options;
  const { rate = defaults.rate, weightDecay = defaults.weightDecay ?? 0, decays = () => true } = options;
  if (typeof rate === 'number') assertNumber(optimizer, 'rate', rate, rate >= 0, '0 or more');
  assertOneOf(optimizer, 'accumulation', accumulation, ['mean', 'sum']);
  assertNumber(optimizer, 'weightDecay', weightDecay, weightDecay >= 0, '0 or more');
  const limits = Object.entries({ clipNorm, clipParameterNorm, clipValue }).filter(
    ([, limit]) => limit !== undefined,
  );
  for (const [name, limit] of limits) assertNumber(optimizer, name, limit!, limit! > 0, 'above 0');
  if (limits.length > 1) {
    throw new OstinatoError(
      `${optimizer}: ${limits.map(([name]) => name).join(' and ')} exclude each other; choose one`,
    );
  }
  return { rate, weightDecay, decays, clipNorm, clipParameterNorm, clipValue, accumulation, guard };
}

/** The rate of one update. Throws OstinatoError, naming the step, for what a schedule must not return. */
export function checkedRate(optimizer: string, step: number, rate: number): number {
  if (Number.isFinite(rate) && rate >= 0) return rate;
  throw new OstinatoError(
    `${optimizer}: the rate of step ${step} is ${rate}, expected a number, 0 or more; ` +
      'correct the schedule, or set optimizer.rate',
  );
}
