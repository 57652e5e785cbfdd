import type { Backend, LayerNormArgs } from '../backend.js';
import { add, div, mul, sqrt, square, sub } from '../expr.js';
import { defineProgram } from '../program.js';
import { broadcastView } from '../view.js';
import { withScratch } from './scratch.js';

const scaled = defineProgram({ inputs: 1, scalars: 1 }, ({ x, a }) => [mul(x[0]!, a[0]!)]);
const squaredDeviation = defineProgram({ inputs: 2, scalars: 1 }, ({ x, a }) => [
  mul(square(sub(x[0]!, x[1]!)), a[0]!),
]);
const inverseRoot = defineProgram({ inputs: 1, scalars: 1 }, ({ x, a }) => [div(1, sqrt(add(x[0]!, a[0]!)))]);
const normalized = defineProgram({ inputs: 3 }, ({ x }) => [mul(sub(x[0]!, x[1]!), x[2]!)]);

/** Layer normalisation in two passes: mean first, then the mean of squared deviations from it. */
export function layerNorm(backend: Backend, { x, epsilon, out, inverseDeviation }: LayerNormArgs): void {
  const axis = x.shape.length - 1;
  const perElement = 1 / x.shape[axis]!;
  withScratch(backend, [x.shape.with(axis, 1)], (mean) => {
    backend.reduce('sum', scaled, [x], [perElement], [axis], mean!);
    const center = broadcastView(mean!, x.shape);
    backend.reduce('sum', squaredDeviation, [x, center], [perElement], [axis], inverseDeviation);
    backend.map(inverseRoot, [inverseDeviation], [epsilon], [inverseDeviation]);
    backend.map(normalized, [x, center, broadcastView(inverseDeviation, x.shape)], [], [out]);
  });
}
