import type { Backend, SoftmaxArgs } from '../backend.js';
import { div, exp, log, sub } from '../expr.js';
import { defineProgram, identity } from '../program.js';
import { broadcastView } from '../view.js';
import { withScratch } from './scratch.js';

const shiftedExp = defineProgram({ inputs: 2 }, ({ x }) => [exp(sub(x[0]!, x[1]!))]);
const softmaxOf = defineProgram({ inputs: 3 }, ({ x }) => [div(exp(sub(x[0]!, x[1]!)), x[2]!)]);
const logSoftmaxOf = defineProgram({ inputs: 3 }, ({ x }) => [sub(sub(x[0]!, x[1]!), log(x[2]!))]);

/** Softmax of x - max(x), which cannot overflow. */
export function softmax(backend: Backend, { x, out, logarithm }: SoftmaxArgs): void {
  const axis = x.shape.length - 1;
  const rows = x.shape.with(axis, 1);
  withScratch(backend, [rows, rows], (largest, sum) => {
    backend.reduce('max', identity, [x], [], [axis], largest!);
    const shift = broadcastView(largest!, x.shape);
    backend.reduce('sum', shiftedExp, [x, shift], [], [axis], sum!);
    backend.map(logarithm ? logSoftmaxOf : softmaxOf, [x, shift, broadcastView(sum!, x.shape)], [], [out]);
  });
}
