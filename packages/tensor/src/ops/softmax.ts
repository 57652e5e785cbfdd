import { defineProgram, expr, formatShape, runFused, ShapeError } from '@ostinato/kernel';
import { assertFloat, commonBackend, outputSlot, record } from '../record.js';
import { tidy } from '../scope.js';
import { allocate, type Tensor } from '../tensor.js';
import { mapTensors, reduceTensors } from './core.js';
import { add, mul, square } from './elementwise.js';
import { mean, sum } from './reduce.js';

function lastAxis(name: string, x: Tensor): number {
  assertFloat(name, x);
  if (x.rank === 0 || x.shape.at(-1) === 0)
    throw new ShapeError(`${name}: needs a last axis to normalise, got shape ${formatShape(x.shape)}`);
  return x.rank - 1;
}

const product = defineProgram({ inputs: 2 }, ({ x }) => [expr.mul(x[0]!, x[1]!)]);
const softmaxGradient = defineProgram({ inputs: 3 }, ({ x: [y, g, total] }) => [
  expr.mul(y!, expr.sub(g!, total!)),
]);
const logSoftmaxGradient = defineProgram({ inputs: 3 }, ({ x: [y, g, total] }) => [
  expr.sub(g!, expr.mul(expr.exp(y!), total!)),
]);

/** exp(x) / sum(exp(x)) along the last axis, without overflow. */
export function softmax(x: Tensor): Tensor {
  const axis = lastAxis('softmax', x);
  const backend = commonBackend('softmax', [x]);
  const node = record('softmax', [x], (gradient) => {
    const total = reduceTensors('softmax backward', 'sum', product, [y!, gradient!], [], [axis]);
    return [mapTensors('softmax backward', softmaxGradient, [y!, gradient!, total])];
  });
  const out = allocate(backend, x.shape, 'f32', outputSlot(node));
  runFused(backend, 'softmax', { x: x.view('softmax'), out: out.view(), logarithm: false });
  const y = node?.saveOutput(out);
  return out;
}

/** log(softmax(x)) along the last axis, without underflow. */
export function logSoftmax(x: Tensor): Tensor {
  const axis = lastAxis('logSoftmax', x);
  const backend = commonBackend('logSoftmax', [x]);
  const node = record('logSoftmax', [x], (gradient) => {
    const total = sum(gradient!, axis, { keepDims: true });
    return [mapTensors('logSoftmax backward', logSoftmaxGradient, [y!, gradient!, total])];
  });
  const out = allocate(backend, x.shape, 'f32', outputSlot(node));
  runFused(backend, 'softmax', { x: x.view('logSoftmax'), out: out.view(), logarithm: true });
  const y = node?.saveOutput(out);
  return out;
}

const normGradient = defineProgram({ inputs: 5 }, ({ x: [g, y, inverse, meanG, meanGY] }) => [
  expr.mul(inverse!, expr.sub(expr.sub(g!, meanG!), expr.mul(y!, meanGY!))),
]);

/**
 * Layer normalisation along the last axis (Ba et al. 2016): (x - mean) / sqrt(variance + epsilon) · gain + bias.
 * @param x [..., D]
 * @param gain [D]
 * @param bias [D]
 */
export function layerNorm(x: Tensor, gain?: Tensor, bias?: Tensor, epsilon = 1e-5): Tensor {
  const width = x.shape.at(-1);
  for (const [what, operand] of Object.entries({ gain, bias })) {
    if (operand && (operand.rank !== 1 || operand.shape[0] !== width)) {
      throw new ShapeError(
        `layerNorm: ${what} must have shape [${width}], as the last axis of x ${formatShape(x.shape)}, got ${formatShape(operand.shape)}`,
      );
    }
  }
  return tidy(() => {
    const normalized = normalize(x, epsilon);
    const scaled = gain ? mul(normalized, gain) : normalized;
    return bias ? add(scaled, bias) : scaled;
  });
}

/** (x - mean) / sqrt(variance + epsilon) along the last axis. */
function normalize(x: Tensor, epsilon: number): Tensor {
  const axis = lastAxis('layerNorm', x);
  const backend = commonBackend('layerNorm', [x]);
  const node = record('layerNorm', [x], (dOut, dInverse) => {
    const parts: Tensor[] = [];
    if (dOut) {
      const meanG = mean(dOut, axis, { keepDims: true });
      const meanGY = mean(mul(dOut, y!), axis, { keepDims: true });
      parts.push(mapTensors('layerNorm backward', normGradient, [dOut, y!, savedInverse!, meanG, meanGY]));
    }
    // Only derivatives of derivatives come this way: d inverse / dx = -inverse² · y / D.
    if (dInverse) parts.push(mul(mul(mul(dInverse, square(savedInverse!)), y!), -1 / x.shape[axis]!));
    return [parts.reduce((total, part) => add(total, part))];
  });
  const out = allocate(backend, x.shape, 'f32', outputSlot(node));
  const inverse = allocate(backend, x.shape.with(axis, 1), 'f32', outputSlot(node));
  runFused(backend, 'layerNorm', {
    x: x.view('layerNorm'),
    epsilon,
    out: out.view(),
    inverseDeviation: inverse.view(),
  });
  const y = node?.saveOutput(out);
  const savedInverse = node?.saveOutput(inverse);
  inverse.dispose();
  return out;
}
