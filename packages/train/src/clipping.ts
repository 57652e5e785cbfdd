import { defineProgram, type Expr, expr } from '@ostinato/kernel';
import {
  add,
  keep,
  mapTensors,
  noGrad,
  type Parameter,
  reduceTensors,
  sqrt,
  type Tensor,
  tensor,
  tidy,
} from '@ostinato/tensor';
import { assertNumber } from './check-options.js';

const squares = defineProgram({ inputs: 1 }, ({ x }) => [expr.square(x[0]!)]);
const limitNorm = defineProgram({ inputs: 2, scalars: 1 }, ({ x: [gradient, norm], a: [limit] }) => [
  expr.mul(gradient!, limitingFactor(norm!, limit!)),
]);
const limitElements = defineProgram({ inputs: 1, scalars: 1 }, ({ x, a: [limit] }) => [
  expr.minimum(limit!, expr.maximum(expr.neg(limit!), x[0]!)),
]);

/** What brings a norm down to a limit: min(1, limit / (norm + 1e-6)), as PyTorch's `clip_grad_norm_`. */
export function limitingFactor(norm: Expr, limit: Expr): Expr {
  return expr.minimum(1, expr.div(limit, expr.add(norm, 1e-6)));
}

/**
 * The Euclidean norm of the gradients of all parameters together, as a tensor of one number. Nothing is read back.
 */
export function gradientNorm(parameters: Iterable<Parameter>): Tensor {
  return tidy(() => noGrad(() => normOf(gradientsOf(parameters))));
}

/**
 * Scales all gradients by one factor, so that their norm together is at most `limit` (Pascanu et al. 2013).
 * @throws OstinatoError unless the limit is a number above 0
 */
export function clipNorm(parameters: Iterable<Parameter>, limit: number): void {
  assertLimit('clipNorm', limit);
  const all = [...parameters];
  const gradients = gradientsOf(all);
  if (gradients.length === 0) return;
  replaceGradients(
    all,
    (gradient, total) => mapTensors('clipNorm', limitNorm, [gradient, total!], [limit]),
    () => normOf(gradients),
  );
}

/**
 * Scales each gradient by a factor of its own, so that its norm is at most `limit`.
 * @throws OstinatoError unless the limit is a number above 0
 */
export function clipParameterNorm(parameters: Iterable<Parameter>, limit: number): void {
  assertLimit('clipParameterNorm', limit);
  replaceGradients(parameters, (gradient) =>
    mapTensors('clipParameterNorm', limitNorm, [gradient, normOf([gradient])], [limit]),
  );
}

/**
 * Brings each element of the gradients into [-limit, limit].
 * @throws OstinatoError unless the limit is a number above 0
 */
export function clipValue(parameters: Iterable<Parameter>, limit: number): void {
  assertLimit('clipValue', limit);
  replaceGradients(parameters, (gradient) => mapTensors('clipValue', limitElements, [gradient], [limit]));
}

function assertLimit(where: string, limit: number): void {
  assertNumber(where, 'limit', limit, limit > 0, 'above 0');
}

/** Gradients are replaced and not written in place: two parameters may share the memory of one. */
function replaceGradients(
  parameters: Iterable<Parameter>,
  replace: (gradient: Tensor, shared: Tensor | undefined) => Tensor,
  share?: () => Tensor,
): void {
  tidy(() =>
    noGrad(() => {
      const shared = share?.();
      for (const parameter of parameters) {
        const { gradient } = parameter;
        if (!gradient) continue;
        parameter.gradient = keep(replace(gradient, shared));
        gradient.dispose();
      }
    }),
  );
}

function gradientsOf(parameters: Iterable<Parameter>): Tensor[] {
  return [...parameters].flatMap(({ gradient }) => gradient ?? []);
}

function normOf(gradients: readonly Tensor[]): Tensor {
  if (gradients.length === 0) return tensor(0);
  const parts = gradients.map((gradient) => {
    const axes = gradient.shape.map((_, axis) => axis);
    return reduceTensors('gradientNorm', 'sum', squares, [gradient], [], axes, { shape: [] });
  });
  return sqrt(parts.reduce((sum, part) => add(sum, part)));
}
