import type { Backend, ProjectionArgs, ProjectionGradArgs } from '../backend.js';
import { add, coordinate, less, select } from '../expr.js';
import { defineProgram } from '../program.js';
import { broadcastView, permuteView, reshapeView, type View } from '../view.js';
import { clearPadding, lengthsBeside } from './padding.js';
import { withScratch } from './scratch.js';

/** A projection with zeros in place of the padding; what lies past the lengths is written back as it was. */
export function projection(backend: Backend, args: ProjectionArgs): void {
  const { x, weight, lengths, out, accumulate, ofGradients = false } = args;
  const weights = broadcastView(weight, [x.shape[0]!, ...weight.shape]);
  withScratch(backend, [x.shape, out.shape], (real, product) => {
    clearPadding(backend, x, lengths, real!);
    backend.matmul(real!, weights, product!, { ofGradients });
    const inputs = [product!, lengthsBeside(out, lengths), out];
    backend.map(accumulate ? addedSteps : projectedSteps, inputs, [], [out]);
  });
}
const projectedSteps = defineProgram({ inputs: 3 }, ({ x }) => [
  select(less(coordinate(0), x[1]!), x[0]!, x[2]!),
]);
const addedSteps = defineProgram({ inputs: 3 }, ({ x }) => [
  select(less(coordinate(0), x[1]!), add(x[0]!, x[2]!), x[2]!),
]);

/** One product over all steps and rows, with zeros in place of the padding. */
export function projectionGrad(backend: Backend, { x, gradient, lengths, out }: ProjectionGradArgs): void {
  withScratch(backend, [x.shape, gradient.shape], (left, right) => {
    clearPadding(backend, x, lengths, left!);
    clearPadding(backend, gradient, lengths, right!);
    const rows = x.shape[0]! * x.shape[1]!;
    const flat = (view: View): View => reshapeView(view, [rows, view.shape[2]!])!;
    backend.matmul(permuteView(flat(left!), [1, 0]), flat(right!), out, { ofGradients: true });
  });
}
