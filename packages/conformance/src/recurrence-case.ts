import type { CellProgram, RecurrenceArgs, RecurrenceGradArgs, View } from '@ostinato/kernel';
import type { TestCell } from './cells.js';
import { Numbers } from './numbers.js';
import { type ArrangementName, blankOperand, type Operand, offsetsOf, operand } from './operand.js';

/** Sizes, direction and layout of a recurrence. */
export interface Configuration {
  readonly T: number;
  readonly B: number;
  readonly H: number;
  readonly reverse?: boolean;
  /** Rows of different length, among them 0 and T. */
  readonly ragged?: boolean;
  /** How views that may be strided are arranged; contiguous by default. */
  readonly arrangement?: ArrangementName;
}

/** A recurrence with its numbers, not yet on any backend. */
export interface RecurrenceCase {
  readonly cell: CellProgram;
  readonly configuration: Configuration;
  readonly title: string;
  readonly reverse: boolean;
  readonly x: Operand;
  readonly R: Operand | undefined;
  readonly parameters: Operand | undefined;
  readonly lengths: Operand | undefined;
  /** Sentinels but for the slot that the first step reads. */
  readonly states: Operand;
  /** r of each step, or sentinels for it; undefined where there is no R, or where nobody wants it. */
  readonly products: Operand | undefined;
}

/** Lengths of B rows in turn T, 0, about half, T - 1, ... */
export function raggedLengths(T: number, B: number): number[] {
  const choices = B === 1 ? [Math.ceil(T / 2)] : [T, 0, Math.ceil(T / 2), Math.max(0, T - 1)];
  return Array.from({ length: B }, (_, row) => choices[row % choices.length]!);
}

/** What a configuration is called. */
export function titleOf(cell: CellProgram, { T, B, H, reverse, ragged, arrangement }: Configuration): string {
  return [
    `${cell.name} T=${T} B=${B} H=${H}`,
    reverse ? 'in reverse' : 'forward',
    ragged ? `lengths ${raggedLengths(T, B).join(' ')}` : 'full length',
    ...(arrangement ? [`views: ${arrangement}`] : []),
  ].join(', ');
}

/** The position of slot `slot` of `states` [S, T + 1, B, H] at state, row, unit, as a row-major index. */
export function stateIndex(
  { T, B, H }: Configuration,
  state: number,
  slot: number,
  row: number,
  unit: number,
): number {
  return ((state * (T + 1) + slot) * B + row) * H + unit;
}

/** Makes the numbers of a recurrence: weights that neither vanish nor explode, multiples of 2^-12. */
export function recurrenceCase(
  { program: cell, mixes }: TestCell,
  configuration: Configuration,
): RecurrenceCase {
  const { T, B, H, reverse = false, ragged = false, arrangement } = configuration;
  const { gates: G, states: S, parameters: P } = cell;
  const title = titleOf(cell, configuration);
  const numbers = new Numbers(`${title}${mixes ? '' : ' without R'}`);
  const strided = arrangement ? { arrangement } : {};
  const first = reverse ? T : 0;
  const states = blankOperand([S, T + 1, B, H], strided);
  const offsets = offsetsOf(states);
  for (let state = 0; state < S; state++) {
    for (let row = 0; row < B; row++) {
      for (let unit = 0; unit < H; unit++) {
        states.data[offsets[stateIndex(configuration, state, first, row, unit)]!] = numbers.grid(0.8);
      }
    }
  }
  return {
    cell,
    configuration,
    title,
    reverse,
    states,
    x: operand([T, B, G, H], () => numbers.grid(1.5), strided),
    products: mixes ? blankOperand([T, B, G, H], strided) : undefined,
    R: mixes ? operand([H, G, H], () => numbers.grid(1 / Math.sqrt(H)), strided) : undefined,
    parameters: P > 0 ? operand([P, H], () => numbers.grid(0.7), strided) : undefined,
    lengths: ragged
      ? operand([B], raggedLengths(T, B), {
          dtype: 'i32',
          ...(arrangement ? { arrangement: 'every second' } : {}),
        })
      : undefined,
  };
}

/** Operands by name, those that are there. */
export function present<Name extends string>(
  operands: Readonly<Record<Name, Operand | undefined>>,
): Record<string, Operand> {
  const entries = Object.entries(operands) as [string, Operand | undefined][];
  return Object.fromEntries(entries.filter((entry): entry is [string, Operand] => entry[1] !== undefined));
}

type Views = Readonly<Record<string, View>>;

/** The operands of the forward sweep. */
export function forwardOperands({
  x,
  R,
  parameters,
  lengths,
  states,
  products,
}: RecurrenceCase): Record<string, Operand> {
  return present({ x, R, parameters, lengths, states, products });
}

/** The arguments of `recurrence`. */
export function forwardArgs({ cell, reverse }: RecurrenceCase, views: Views): RecurrenceArgs {
  return {
    cell,
    reverse,
    x: views.x!,
    R: views.R ?? null,
    parameters: views.parameters ?? null,
    lengths: views.lengths ?? null,
    states: views.states!,
    products: views.products ?? null,
  };
}

/** What flows into the backward sweep. */
export interface Seeds {
  readonly dOutput: Operand | undefined;
  readonly dFinal: Operand | undefined;
}

/** Whether the kernel writes `dr`. */
export function hasProductGradient({ R, cell }: RecurrenceCase): boolean {
  return R !== undefined && !cell.sharedGradient;
}

/** The operands of the backward sweep, for a case as the forward sweep left it. */
export function backwardOperands(one: RecurrenceCase, seeds: Seeds): Record<string, Operand> {
  const { T, B, H, arrangement } = one.configuration;
  const { gates: G, states: S, parameters: P } = one.cell;
  const strided = arrangement ? { arrangement } : {};
  return present({
    ...forwardOperands(one),
    ...seeds,
    dx: blankOperand([T, B, G, H], strided),
    dr: hasProductGradient(one) ? blankOperand([T, B, G, H], strided) : undefined,
    dParameters: P > 0 ? blankOperand([P, H], strided) : undefined,
    dInitial: blankOperand([S, B, H], strided),
  });
}

/** The names of what the backward sweep writes. */
export function gradientNames(operands: Readonly<Record<string, Operand>>): string[] {
  return ['dx', 'dr', 'dParameters', 'dInitial'].filter((name) => operands[name]);
}

/** The arguments of `recurrenceGrad`. */
export function backwardArgs(one: RecurrenceCase, views: Views): RecurrenceGradArgs {
  return {
    ...forwardArgs(one, views),
    dOutput: views.dOutput ?? null,
    dFinal: views.dFinal ?? null,
    dx: views.dx!,
    dr: views.dr ?? null,
    dParameters: views.dParameters ?? null,
    dInitial: views.dInitial!,
  };
}
