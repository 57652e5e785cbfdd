import type { Backend, NumberArray, View } from '@ostinato/kernel';
import type { ReferenceBackend } from '@ostinato/kernel/reference';
import { ConformanceError, describeOperand, difference, strayWrite } from './compare.js';
import { type Operand, offsetsOf, place, readBack } from './operand.js';
import type { Tolerance } from './tolerance.js';

/** One call that is made on the backend and on the oracle. */
export interface Trial<Name extends string = string> {
  /** What is computed, for messages. */
  readonly what: string;
  /** Views by name. The same operand under two names is one view. */
  readonly operands: Readonly<Record<Name, Operand>>;
  /** The views that the call writes. */
  readonly outs: readonly NoInfer<Name>[];
  readonly tolerance: Tolerance | Readonly<Partial<Record<NoInfer<Name>, Tolerance>>>;
  call(backend: Backend, views: Readonly<Record<NoInfer<Name>, View>>): void;
  /** The numbers of an output row by row, where they are known; else the oracle says what is right. */
  readonly expected?: Readonly<Partial<Record<NoInfer<Name>, ArrayLike<number>>>>;
}

/** Runs `use` with operands on a backend, then gives their storages back. */
export async function withOperands<Name extends string, Result>(
  backend: Backend,
  operands: Readonly<Record<Name, Operand>>,
  use: (views: Record<Name, View>) => Result | Promise<Result>,
): Promise<Result> {
  const placed = new Map<Operand, View>();
  try {
    const views = {} as Record<Name, View>;
    for (const [name, operand] of Object.entries(operands) as [Name, Operand][]) {
      let view = placed.get(operand);
      if (!view) {
        view = place(backend, operand);
        placed.set(operand, view);
      }
      views[name] = view;
    }
    return await use(views);
  } finally {
    for (const view of placed.values()) backend.free(view.storage);
  }
}

/** Makes the call on a backend and returns the whole storages of the outputs. */
export function compute<Name extends string>(
  backend: Backend,
  trial: Trial<Name>,
): Promise<Record<Name, NumberArray>> {
  return withOperands(backend, trial.operands, async (views) => {
    trial.call(backend, views);
    const results = {} as Record<Name, NumberArray>;
    for (const name of trial.outs) {
      results[name] = await readBack(backend, views[name], trial.operands[name].data.length);
    }
    return results;
  });
}

/** Makes the call on the oracle and returns the numbers of the outputs in float64, row by row. */
export function computeExactly<Name extends string>(
  oracle: ReferenceBackend,
  trial: Trial<Name>,
): Promise<Record<Name, ArrayLike<number>>> {
  return withOperands(oracle, trial.operands, (views) => {
    trial.call(oracle, views);
    const results = {} as Record<Name, ArrayLike<number>>;
    for (const name of trial.outs) results[name] = oracle.values(views[name]);
    return results;
  });
}

/** How far an output of a trial may lie from the expected numbers. */
export function toleranceOf<Name extends string>({ tolerance }: Trial<Name>, name: Name): Tolerance {
  const one = tolerance as Partial<Tolerance>;
  if (one.relative !== undefined) return one as Tolerance;
  return (tolerance as Readonly<Record<Name, Tolerance>>)[name];
}

/** The numbers of a view in the contents of its storage, row by row. */
export function valuesIn(operand: Operand, data: NumberArray): number[] {
  return Array.from(offsetsOf(operand), (at) => data[at]!);
}

/**
 * Holds the backend's results against the oracle's, and what lies around them against what was there.
 * @throws ConformanceError that shows the first wrong number and the views of the call
 */
export async function agree<Name extends string>(
  backend: Backend,
  oracle: ReferenceBackend,
  trial: Trial<Name>,
): Promise<void> {
  const got = await compute(backend, trial);
  const known = trial.expected;
  const expected = trial.outs.every((name) => known?.[name])
    ? (known as Record<Name, ArrayLike<number>>)
    : { ...(await computeExactly(oracle, trial)), ...known };
  for (const name of trial.outs) {
    const operand = trial.operands[name];
    const problem =
      difference(
        name,
        operand.shape,
        valuesIn(operand, got[name]),
        expected[name],
        toleranceOf(trial, name),
      ) ?? strayWrite(name, operand, got[name]);
    if (problem) throw new ConformanceError(`${trial.what}: ${problem}\n${describeOperands(trial.operands)}`);
  }
}

/** One line for each view of a call. */
export function describeOperands(operands: Readonly<Record<string, Operand>>): string {
  return Object.entries(operands)
    .map(([name, operand]) => `  ${name}: ${describeOperand(operand)}`)
    .join('\n');
}
