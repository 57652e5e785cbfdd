import {
  broadcastView,
  type CellProgram,
  DTypeError,
  fill,
  formatShape,
  type InnerProduct,
  identity,
  ProgramError,
  permuteView,
  reshapeView,
  runFused,
  ShapeError,
  sameShape,
  selectView,
  sliceView,
  type View,
} from '@ostinato/kernel';
import { assertFloat, commonBackend, outputSlot, record } from '../record.js';
import { isRecording } from '../tape.js';
import { alias, allocate, type Tensor } from '../tensor.js';
import { contiguous } from './core.js';

/** What a recurrence runs on. T steps, B rows, G gates, H units, S states, P per-unit parameters. */
export interface RecurrenceInputs {
  readonly cell: CellProgram;
  /** [T, B, G, H] input projections, bias included. */
  readonly x: Tensor;
  /** [H, G, H]; left out when units do not mix. */
  readonly R?: Tensor | undefined;
  /** [P, H] */
  readonly parameters?: Tensor | undefined;
  /** [B] i32 in [0, T]; steps past a row's length leave its states as they are. */
  readonly lengths?: Tensor | undefined;
  /** [S, B, H] states before the first step; zeros by default. */
  readonly initial?: Tensor | undefined;
  /** Walk from each row's end to its beginning. */
  readonly reverse?: boolean | undefined;
}

/** What comes out of a recurrence. */
export interface RecurrenceResult {
  /** [T, B, H]: the output state after each step. */
  readonly output: Tensor;
  /** [S, B, H]: all states after the last step. */
  readonly final: Tensor;
}

/**
 * Runs a cell over whole sequences: s_t = cell(x_t, s0_{t-1} · R, s_{t-1}, parameters). One kernel call forward, one back.
 * @throws ShapeError where the sizes of x, R, parameters, lengths and initial do not fit each other and the cell
 */
export function recurrence(inputs: RecurrenceInputs): RecurrenceResult {
  assertFits(inputs);
  const { cell, R, parameters, lengths, initial, reverse = false } = inputs;
  const x = contiguous(inputs.x);
  const operands = [x, R, parameters, initial];
  const given = operands.filter((operand) => operand !== undefined);
  const backend = commonBackend('recurrence', lengths ? [...given, lengths] : given);
  const [T, B, , H] = x.shape as [number, number, number, number];
  const states = allocate(backend, [cell.states, T + 1, B, H]);
  const first = selectView(states.view(), 1, reverse ? T : 0);
  if (initial) backend.map(identity, [initial.view('recurrence')], [], [first]);
  else backend.map(fill, [], [0], [first]);
  const views = {
    x: x.view(),
    R: R?.view() ?? null,
    parameters: parameters?.view() ?? null,
    lengths: lengths?.view() ?? null,
  };
  const node = record('recurrence', given, (dOutput, dFinal) => {
    if (isRecording()) {
      throw new ProgramError(
        'recurrence: second derivatives are not available through the fused kernel; run the cell with scan',
      );
    }
    const gradients = sendBack(saved!, cell, reverse, dOutput, dFinal);
    return operands.flatMap((operand, index) => (operand ? [gradients[index]] : []));
  });
  const products = R && node ? allocate(backend, x.shape) : undefined;
  runFused(backend, 'recurrence', {
    cell,
    ...views,
    reverse,
    states: states.view(),
    products: products?.view() ?? null,
  });

  const all = states.view();
  const output = sliceView(selectView(all, 0, cell.output), 0, reverse ? 0 : 1, reverse ? T : T + 1);
  const result = {
    output: alias(states, output, outputSlot(node)),
    final: alias(states, selectView(all, 1, reverse ? 0 : T), outputSlot(node)),
  };
  const saved = node && {
    x: node.save(x),
    states: node.save(states),
    products: products && node.save(products),
    R: R && node.save(R),
    parameters: parameters && node.save(parameters),
    lengths: lengths && node.save(lengths),
  };
  states.dispose();
  products?.dispose();
  if (x !== inputs.x) x.dispose();
  return result;
}

/** What the gradient needs of the forward pass. */
interface Saved {
  readonly x: Tensor;
  readonly states: Tensor;
  readonly products: Tensor | undefined;
  readonly R: Tensor | undefined;
  readonly parameters: Tensor | undefined;
  readonly lengths: Tensor | undefined;
}

/** The gradients of x, R, parameters and initial, in this order. */
function sendBack(
  saved: Saved,
  cell: CellProgram,
  reverse: boolean,
  dOutput: Tensor | undefined,
  dFinal: Tensor | undefined,
): readonly (Tensor | undefined)[] {
  const { x, states, products, R, parameters, lengths } = saved;
  const { backend } = x;
  const [, B, , H] = x.shape as [number, number, number, number];
  const dx = allocate(backend, x.shape);
  const dr = R && !cell.sharedGradient ? allocate(backend, x.shape) : undefined;
  const dParameters = parameters && allocate(backend, parameters.shape);
  const dInitial = allocate(backend, [cell.states, B, H]);
  runFused(backend, 'recurrenceGrad', {
    cell,
    reverse,
    x: x.view(),
    R: R?.view() ?? null,
    parameters: parameters?.view() ?? null,
    lengths: lengths?.view() ?? null,
    states: states.view(),
    products: products?.view() ?? null,
    dOutput: dOutput ? contiguous(dOutput).view() : null,
    dFinal: dFinal ? contiguous(dFinal).view() : null,
    dx: dx.view(),
    dr: dr?.view() ?? null,
    dParameters: dParameters?.view() ?? null,
    dInitial: dInitial.view(),
  });
  const dR = R && recurrentGradient(saved, cell, dr ?? dx, reverse);
  return [dx, dR, dParameters, dInitial];
}

/** dR = Σ_t s0_{t-1}ᵀ · dr_t as one product over all steps and rows; for inner gates of the value that they multiply. */
function recurrentGradient(saved: Saved, cell: CellProgram, dr: Tensor, reverse: boolean): Tensor {
  const { backend } = dr;
  const [T, B, G, H] = dr.shape as [number, number, number, number];
  const dR = allocate(backend, [H, G, H]);
  const border = G - (cell.inner?.gates ?? 0);
  const product = (left: View, begin: number, end: number): void => {
    const width = (end - begin) * H;
    const gradient = reshapeView(sliceView(dr.view(), 2, begin, end), [T, B, width])!;
    const out = reshapeView(sliceView(dR.view(), 1, begin, end), [H, width])!;
    const lengths = saved.lengths?.view();
    if (lengths) runFused(backend, 'projectionGrad', { x: left, gradient, lengths, out });
    else {
      const flat = (view: View, size: number): View => reshapeView(view, [T * B, size])!;
      backend.matmul(permuteView(flat(left, H), [1, 0]), flat(gradient, width), out, { ofGradients: true });
    }
  };
  const before = sliceView(saved.states.view(), 1, reverse ? 1 : 0, reverse ? T + 1 : T);
  product(selectView(before, 0, 0), 0, border);
  if (cell.inner) {
    const value = innerValue(saved, cell.inner, before);
    product(value.view(), border, G);
    value.dispose();
  }
  return dR;
}

/**
 * What a cell multiplied within its steps, [T, B, H].
 * @param before [S, T, B, H], the states before each step
 */
function innerValue({ x, products, parameters }: Saved, { forward }: InnerProduct, before: View): Tensor {
  const { backend } = x;
  const [T, B, , H] = x.shape as [number, number, number, number];
  const split = (view: View, axis: number): View[] =>
    Array.from({ length: view.shape[axis]! }, (_, index) => selectView(view, axis, index));
  const own = parameters ? split(parameters.view(), 0).map((view) => broadcastView(view, [T, B, H])) : [];
  const inputs = [...split(x.view(), 2), ...split(products!.view(), 2), ...split(before, 0), ...own];
  const value = allocate(backend, [T, B, H]);
  backend.map(forward, inputs, [], [value.view()]);
  return value;
}

function assertFits({ cell, x, R, parameters, lengths, initial }: RecurrenceInputs): void {
  const where = `recurrence (${cell.name})`;
  assertFloat(where, x, R, parameters, initial);
  const expectShape = (what: string, tensor: Tensor | undefined, shape: readonly number[]): void => {
    if (tensor && !sameShape(tensor.shape, shape)) {
      throw new ShapeError(
        `${where}: ${what} must have shape ${formatShape(shape)}, got ${formatShape(tensor.shape)}`,
      );
    }
  };
  if (x.rank !== 4 || x.shape[2] !== cell.gates) {
    throw new ShapeError(
      `${where}: x must have shape [time, batch, ${cell.gates} gates, units], got ${formatShape(x.shape)}`,
    );
  }
  const [, B, G, H] = x.shape as [number, number, number, number];
  expectShape('R', R, [H, G, H]);
  expectShape('parameters', parameters, [cell.parameters, H]);
  expectShape('lengths', lengths, [B]);
  expectShape('initial', initial, [cell.states, B, H]);
  if (lengths && lengths.dtype !== 'i32')
    throw new DTypeError(`${where}: lengths must be i32, got ${lengths.dtype}`);
  if (cell.parameters > 0 && !parameters) {
    throw new ShapeError(
      `${where}: the cell needs parameters of shape ${formatShape([cell.parameters, H])}, none were given`,
    );
  }
}
