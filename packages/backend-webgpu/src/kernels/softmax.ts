import type { SoftmaxArgs } from '@ostinato/kernel';
import type { KernelContext } from './context.js';
import { runRows } from './rows.js';

/** Softmax over the last axis, or its logarithm: of x - max(x), which cannot overflow. `out` may be `x`. */
export function softmax(context: KernelContext, { x, out, logarithm }: SoftmaxArgs): void {
  const columns = x.shape.at(-1)!;
  if (columns === 0) return;
  runRows(context, {
    label: 'softmax',
    key: logarithm ? 'logarithm' : '',
    inputs: { x },
    outs: { out },
    columns,
    // They hand NaN on.
    helpers: logarithm ? ['expOf', 'logOf'] : ['expOf'],
    combine: { largestOf: 'max', addUp: 'sum' },
    statements: (element) => {
      const own = element('x', 'i');
      const result = logarithm ? `${own} - largest - logSum` : `expOf(${own} - largest) / sum`;
      return `  var most = ${element('x', 'min(lane, u.columns - 1)')};
  for (var i = lane + lanes; i < count; i += lanes) { most = max(most, ${own}); }
  let largest = largestOf(local, lane, most);
  var part = 0f;
  for (var i = lane; i < count; i += lanes) { part += expOf(${own} - largest); }
  let sum = addUp(local, lane, part);
${logarithm ? '  let logSum = logOf(sum);\n' : ''}  for (var i = lane; i < count; i += lanes) {
    ${element('out', 'i')} = ${result};
  }`;
    },
  });
}
