import type { LayerNormArgs } from '@ostinato/kernel';
import type { KernelContext } from './context.js';
import { runRows } from './rows.js';

/**
 * Layer normalisation over the last axis, in two passes: the mean, then the mean of squared deviations from it. All numbers are taken
 * relative to the first of their row, so that a mean far from 0 costs no digits.
 */
export function layerNorm(
  context: KernelContext,
  { x, epsilon, out, inverseDeviation }: LayerNormArgs,
): void {
  runRows(context, {
    label: 'layerNorm',
    key: '',
    inputs: { x },
    outs: { out, inverseDeviation },
    columns: x.shape.at(-1)!,
    floats: { epsilon },
    combine: { addUp: 'sum' },
    statements: (element) => {
      const own = `${element('x', 'i')} - origin`;
      return `  let origin = ${element('x', 0)};
  let total = f32(max(u.columns, 1));
  var part = 0f;
  for (var i = lane; i < count; i += lanes) { part += ${own}; }
  let mean = addUp(local, lane, part) / total;
  part = 0f;
  for (var i = lane; i < count; i += lanes) {
    let deviation = ${own} - mean;
    part += deviation * deviation;
  }
  let inverse = inverseSqrt(addUp(local, lane, part) / total + u.epsilon);
  for (var i = lane; i < count; i += lanes) {
    ${element('out', 'i')} = (${own} - mean) * inverse;
  }
  if (lane == 0 && row < u.rows) { ${element('inverseDeviation', 0)} = inverse; }`;
    },
  });
}
