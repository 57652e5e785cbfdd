import { evaluate, runFused } from '@ostinato/kernel';
import type { ReferenceBackend } from '@ostinato/kernel/reference';
import { ensure } from '../check.js';
import { isClose } from '../compare.js';
import { Numbers } from '../numbers.js';
import { type Operand, offsetsOf } from '../operand.js';
import {
  forwardArgs,
  forwardOperands,
  hasProductGradient,
  type RecurrenceCase,
  type Seeds,
  stateIndex,
} from '../recurrence-case.js';
import type { Tolerance } from '../tolerance.js';
import { valuesIn, withOperands } from '../trial.js';

/** Exact in float32 when added to multiples of 2^-12; central differences err by its square, 2^-22. */
const STEP = 2 ** -11;
const SAMPLES = 8;

/** sum(dOutput · output) + sum(dFinal · final states) after the oracle's forward sweep, in float64. */
function lossOf(oracle: ReferenceBackend, one: RecurrenceCase, { dOutput, dFinal }: Seeds): Promise<number> {
  const { configuration, cell, reverse } = one;
  const { T, B, H } = configuration;
  const outputSeeds = valuesIn(dOutput!, dOutput!.data);
  const finalSeeds = valuesIn(dFinal!, dFinal!.data);
  return withOperands(oracle, forwardOperands(one), (views) => {
    runFused(oracle, 'recurrence', forwardArgs(one, views));
    const states = oracle.values(views.states!);
    let loss = 0;
    for (let row = 0; row < B; row++) {
      for (let unit = 0; unit < H; unit++) {
        for (let step = 0; step < T; step++) {
          const after = reverse ? step : step + 1;
          const output = states[stateIndex(configuration, cell.output, after, row, unit)]!;
          loss += outputSeeds[(step * B + row) * H + unit]! * output;
        }
        for (let state = 0; state < cell.states; state++) {
          const last = states[stateIndex(configuration, state, reverse ? 0 : T, row, unit)]!;
          loss += finalSeeds[(state * B + row) * H + unit]! * last;
        }
      }
    }
    return loss;
  });
}

/** dR = sum over steps and rows of what is multiplied, s0 before the step or the inner value, times dr. */
function weightGradient(one: RecurrenceCase, states: readonly number[], dr: readonly number[]): number[] {
  const { configuration, cell, reverse } = one;
  const { T, B, H } = configuration;
  const width = cell.gates * H;
  const border = (cell.gates - (cell.inner?.gates ?? 0)) * H;
  const gradient = new Array<number>(H * width).fill(0);
  const innerValue = innerValues(one, states);
  for (let step = 0; step < T; step++) {
    for (let row = 0; row < B; row++) {
      for (let from = 0; from < H; from++) {
        const state = states[stateIndex(configuration, 0, reverse ? step + 1 : step, row, from)]!;
        const value = innerValue(step, row, from);
        for (let to = 0; to < width; to++) {
          const left = to < border ? state : value;
          gradient[from * width + to]! += left * dr[(step * B + row) * width + to]!;
        }
      }
    }
  }
  return gradient;
}

/** What the inner product multiplies; 0 for cells that have none. */
function innerValues(
  { configuration, cell, reverse, x, products, parameters }: RecurrenceCase,
  states: readonly number[],
): (step: number, row: number, unit: number) => number {
  const { inner, gates } = cell;
  if (!inner) return () => 0;
  const { B, H } = configuration;
  const ofGates = (operand: Operand, step: number, row: number, unit: number): number[] => {
    const values = valuesIn(operand, operand.data);
    return Array.from({ length: gates }, (_, gate) => values[((step * B + row) * gates + gate) * H + unit]!);
  };
  const own = parameters ? valuesIn(parameters, parameters.data) : [];
  return (step, row, unit) => {
    const before = Array.from(
      { length: cell.states },
      (_, state) => states[stateIndex(configuration, state, reverse ? step + 1 : step, row, unit)]!,
    );
    const inputs = [
      ...ofGates(x, step, row, unit),
      ...ofGates(products!, step, row, unit),
      ...before,
      ...Array.from({ length: cell.parameters }, (_, index) => own[index * H + unit]!),
    ];
    return evaluate(inner.forward, { inputs, scalars: [] })[0]!;
  };
}

/** An input of the recurrence, the analytic gradient of each of its numbers, and the operand with one number shifted. */
interface Argument {
  readonly name: string;
  readonly source: Operand;
  /** Row-major indices in `source` that are inputs: for the states only the slot that the first step reads. */
  readonly positions: readonly number[];
  readonly gradient: readonly number[];
  replace(shifted: Operand): RecurrenceCase;
}

function argumentsOf(
  one: RecurrenceCase,
  gradients: Readonly<Record<string, readonly number[]>>,
): Argument[] {
  const { configuration, cell, reverse } = one;
  const { T, B, H } = configuration;
  const everything = (source: Operand): number[] => Array.from(offsetsOf(source), (_, index) => index);
  const initial = Array.from({ length: cell.states * B * H }, (_, index) =>
    stateIndex(
      configuration,
      Math.floor(index / (B * H)),
      reverse ? T : 0,
      Math.floor(index / H) % B,
      index % H,
    ),
  );
  const list: Argument[] = [
    {
      name: 'dx',
      source: one.x,
      positions: everything(one.x),
      gradient: gradients.dx!,
      replace: (x) => ({ ...one, x }),
    },
    {
      name: 'dInitial',
      source: one.states,
      positions: initial,
      gradient: gradients.dInitial!,
      replace: (shifted) => ({ ...one, states: shifted }),
    },
  ];
  if (one.R) {
    const dr = hasProductGradient(one) ? gradients.dr! : gradients.dx!;
    list.push({
      name: 'dR, made of states and dr,',
      source: one.R,
      positions: everything(one.R),
      gradient: weightGradient(one, valuesIn(one.states, one.states.data), dr),
      replace: (R) => ({ ...one, R }),
    });
  }
  if (one.parameters) {
    list.push({
      name: 'dParameters',
      source: one.parameters,
      positions: everything(one.parameters),
      gradient: gradients.dParameters!,
      replace: (parameters) => ({ ...one, parameters }),
    });
  }
  return list;
}

function shifted(source: Operand, index: number, by: number): Operand {
  const data = source.data.slice();
  data[offsetsOf(source)[index]!]! += by;
  return { ...source, data };
}

/**
 * Holds some numbers of each gradient against central differences of the oracle's forward sweep.
 * @throws ConformanceError that names the argument and the number
 */
export async function finiteDifferences(
  oracle: ReferenceBackend,
  one: RecurrenceCase,
  seeds: Seeds,
  gradients: Readonly<Record<string, readonly number[]>>,
  tolerance: Tolerance,
): Promise<void> {
  const numbers = new Numbers(`${one.title} slopes`);
  for (const { name, source, positions, gradient, replace } of argumentsOf(one, gradients)) {
    for (let sample = 0; sample < SAMPLES; sample++) {
      const chosen = numbers.integer(positions.length);
      const above = await lossOf(oracle, replace(shifted(source, positions[chosen]!, STEP)), seeds);
      const below = await lossOf(oracle, replace(shifted(source, positions[chosen]!, -STEP)), seeds);
      const slope = (above - below) / (2 * STEP);
      ensure(
        isClose(gradient[chosen]!, slope, tolerance),
        `${one.title}: ${name} at row-major index ${chosen} is ${gradient[chosen]}, ` +
          `but central differences of the forward sweep give ${slope}`,
      );
    }
  }
}
