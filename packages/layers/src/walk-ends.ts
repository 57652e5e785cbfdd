import { defineProgram, type Expr, expr } from '@ostinato/kernel';
import { mapTensors, pad, reduceTensors, reshape, select, slice, type Tensor, zeros } from '@ostinato/tensor';
import type { WalkedSteps } from './one-way-layer.js';

const { add, coordinate, equal, less, sub } = expr;

const chosen = (position: Expr, x: Expr, first: Expr, later: Expr): Expr =>
  add(x, expr.select(equal(coordinate(0), position), first, later));
const addAtPosition = defineProgram({ inputs: 3, scalars: 1 }, ({ x: [x, first, later], a: [position] }) => [
  chosen(position!, x!, first!, later!),
]);
const addAtEnd = defineProgram({ inputs: 4 }, ({ x: [x, first, later, length] }) => [
  chosen(sub(length!, 1), x!, first!, later!),
]);

/**
 * Adds something to the step that each row walks first, and something else to the others: what a network sees of the time before, where
 * the recurrence itself has to begin with zeros because it feeds something else back.
 * @param x [time, batch, n]
 * @param first [batch, n] or [1, n]
 * @param later the same; 0 by default
 */
export function addToFirstStep(
  x: Tensor,
  first: Tensor,
  { lengths, reverse }: WalkedSteps,
  later: Tensor = zeros([1, 1], { backend: x.backend }),
): Tensor {
  const operands = [x, first, later];
  return reverse && lengths
    ? mapTensors('first step', addAtEnd, [...operands, reshape(lengths, [-1, 1])])
    : mapTensors('first step', addAtPosition, operands, [reverse ? x.shape[0]! - 1 : 0]);
}

const atEnd = defineProgram({ inputs: 2 }, ({ x: [x, length] }) => [
  expr.select(equal(coordinate(0), sub(length!, 1)), x!, 0),
]);

/**
 * The step that each row walks last; 0 in rows without steps.
 * @param x [time, batch, n] with at least one step
 * @returns [batch, n]
 */
export function lastStep(x: Tensor, { lengths, reverse }: WalkedSteps): Tensor {
  if (reverse || !lengths) return select(x, 0, reverse ? 0 : -1);
  const rows = reshape(lengths, [1, -1, 1]);
  return reduceTensors('last step', 'sum', atEnd, [x, rows], [], [0], { shape: x.shape.slice(1) });
}

const beforeEnd = defineProgram({ inputs: 2 }, ({ x: [x, length] }) => [
  expr.select(less(coordinate(0), sub(length!, 1)), x!, 0),
]);

/**
 * At each step what stands at the step walked before it, and 0 at the first; past the lengths anything.
 * @param x [time, batch, n] with at least one step
 */
export function stepBefore(x: Tensor, { lengths, reverse }: WalkedSteps): Tensor {
  if (!reverse) return pad(slice(x, 0, 0, -1), 0, 1, 0);
  const later = pad(slice(x, 0, 1), 0, 0, 1);
  return lengths ? mapTensors('step before', beforeEnd, [later, reshape(lengths, [1, -1, 1])]) : later;
}

const whereWalked = defineProgram({ inputs: 3 }, ({ x: [after, before, length] }) => [
  expr.select(less(0, length!), after!, before!),
]);

/**
 * A state after a walk: that of before in rows without steps.
 * @param after [batch, n]
 * @param before [batch, n]
 */
export function keepWithoutSteps(
  after: Tensor,
  before: Tensor,
  { lengths }: Pick<WalkedSteps, 'lengths'>,
): Tensor {
  return lengths ? mapTensors('state', whereWalked, [after, before, reshape(lengths, [-1, 1])]) : after;
}
