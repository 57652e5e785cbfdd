import { broadcastShapes, broadcastView, formatShape, identity, ShapeError } from '@ostinato/kernel';
import { assertFloat, commonBackend, outputSlot, record } from '../record.js';
import { tidy } from '../scope.js';
import { allocate, type Tensor } from '../tensor.js';
import { contiguous, reshape, sumTo } from './core.js';
import { swapAxes } from './shape.js';

/**
 * The matrix product a[..., M, K] · b[..., K, N] = [..., M, N]; leading axes broadcast.
 * @throws ShapeError when an operand has less than two axes, or the inner lengths differ
 */
export function matmul(a: Tensor, b: Tensor): Tensor {
  assertMatrices('matmul', a, b);
  if (a.rank === 2 || b.rank !== 2) return product(a, b);
  // Many rows times one matrix is one large product, forward and for both gradients.
  return tidy(() =>
    reshape(product(reshape(a, [-1, a.shape.at(-1)!]), b), [...a.shape.slice(0, -1), b.shape[1]!]),
  );
}

function assertMatrices(name: string, a: Tensor, b: Tensor): void {
  assertFloat(name, a, b);
  if (a.rank < 2 || b.rank < 2) {
    throw new ShapeError(
      `${name}: needs matrices, got ${formatShape(a.shape)} and ${formatShape(b.shape)}; add an axis with expandDims`,
    );
  }
  if (a.shape.at(-1) !== b.shape.at(-2)) {
    throw new ShapeError(
      `${name}: the last axis of ${formatShape(a.shape)} (${a.shape.at(-1)}) must be as long as ` +
        `the last but one of ${formatShape(b.shape)} (${b.shape.at(-2)})`,
    );
  }
}

/** @param ofGradients whether a factor is a gradient; then factors of its own gradients are, too */
function product(a: Tensor, b: Tensor, ofGradients = false): Tensor {
  const backend = commonBackend('matmul', [a, b]);
  const batch = broadcastShapes('matmul', a.shape.slice(0, -2), b.shape.slice(0, -2));
  const node = record('matmul', [a, b], (gradient) => [
    a.slot && sumTo(product(gradient!, swapAxes(savedB!, -1, -2), true), aShape),
    b.slot && sumTo(product(swapAxes(savedA!, -1, -2), gradient!, true), bShape),
  ]);
  const aShape = a.shape;
  const bShape = b.shape;
  const out = allocate(backend, [...batch, aShape.at(-2)!, bShape.at(-1)!], 'f32', outputSlot(node));
  backend.matmul(
    broadcastView(a.view('matmul'), [...batch, ...aShape.slice(-2)]),
    broadcastView(b.view('matmul'), [...batch, ...bShape.slice(-2)]),
    out.view(),
    { ofGradients },
  );
  const savedA = b.slot && node?.save(a);
  const savedB = a.slot && node?.save(b);
  return out;
}

/**
 * x · weight + bias in one pass over memory.
 * @param x [..., in]
 * @param weight [in, out]
 * @param bias [out]
 * @returns [..., out]
 */
export function linear(x: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  if (!bias) return matmul(x, weight);
  assertMatrices('linear', x, weight);
  const width = weight.shape[1]!;
  if (bias.rank !== 1 || bias.shape[0] !== width) {
    throw new ShapeError(
      `linear: bias ${formatShape(bias.shape)} must have shape [${width}], as weight ${formatShape(weight.shape)} says`,
    );
  }
  assertFloat('linear', bias);
  return tidy(() => {
    const rows = contiguous(reshape(x, [-1, x.shape.at(-1)!]));
    return reshape(affine(rows, weight, bias), [...x.shape.slice(0, -1), width]);
  });
}

function affine(x: Tensor, weight: Tensor, bias: Tensor): Tensor {
  const backend = commonBackend('linear', [x, weight, bias]);
  const node = record('linear', [x, weight, bias], (gradient) => [
    x.slot && product(gradient!, swapAxes(savedWeight!, 0, 1), true),
    weight.slot && product(swapAxes(savedX!, 0, 1), gradient!, true),
    bias.slot && sumTo(gradient!, [gradient!.shape[1]!]),
  ]);
  const shape = [x.shape[0]!, weight.shape[1]!];
  const out = allocate(backend, shape, 'f32', outputSlot(node));
  backend.map(identity, [broadcastView(bias.view('linear'), shape)], [], [out.view()]);
  backend.matmul(x.view('linear'), weight.view('linear'), out.view(), { accumulate: true });
  const savedX = weight.slot && node?.save(x);
  const savedWeight = x.slot && node?.save(weight);
  return out;
}
