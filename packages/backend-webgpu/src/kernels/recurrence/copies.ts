import { sizeOf, type View } from '@ostinato/kernel';
import type { KernelContext } from '../context.js';
import { float32Format } from '../factor-format.js';
import { Operands } from '../operands.js';
import { runElements } from '../run.js';

/** Axes of what is copied; views with fewer get axes of length 1 in front. */
const axes = ['axis0', 'axis1', 'axis2'];

function threeAxes(view: View): View {
  const missing = axes.length - view.shape.length;
  const pad = new Array<number>(missing);
  return {
    ...view,
    shape: [...pad.fill(1), ...view.shape],
    strides: [...pad.fill(0), ...view.strides],
  };
}

/**
 * Copies a view of up to three axes to a float32 view of the same shape; whole numbers become float32 ones.
 * @param from null writes zeros
 * @param format what `to` holds, if it is not float32
 */
export function copy(
  context: KernelContext,
  label: string,
  from: View | null,
  to: View,
  format = float32Format,
): void {
  const operands = new Operands({
    source: from && { view: threeAxes(from), axes },
    copied: { view: threeAxes(to), axes, write: true, elements: format.type },
  });
  const [, length1, length2] = threeAxes(to).shape as [number, number, number];
  const kernel = {
    label,
    key: 'copy',
    operands,
    directives: format.directives,
    numbers: { length1, length2 },
    code(all: Operands) {
      const position = [
        'index / (u.length2 * u.length1)',
        'index / u.length2 % u.length1',
        'index % u.length2',
      ];
      const value = from ? `f32(${all.element('source', 'a', 'b', 'c')})` : '0f';
      return {
        module: format.helpers,
        body: `  let a = ${position[0]};
  let b = ${position[1]};
  let c = ${position[2]};
  ${all.element('copied', 'a', 'b', 'c')} = ${format.rounded(value)};`,
      };
    },
  };
  runElements(context, kernel, sizeOf(to.shape));
}

/** Rows that are added up before their sum goes to the total, so that many rows lose no digits. */
const block = 32;

/** out [P, H] = sums [P, B, H] added up over rows, always in the same order. */
export function sumRows(context: KernelContext, label: string, sums: View, out: View): void {
  const operands = new Operands({
    sums: { view: sums, axes: ['parameter', 'row', 'unit'] },
    out: { view: out, axes: ['parameter', 'unit'], write: true },
  });
  const [P, rows, units] = sums.shape as [number, number, number];
  const kernel = {
    label,
    key: 'rows',
    operands,
    numbers: { rows, units, block },
    code: (all: Operands) => ({
      body: `  let parameter = index / u.units;
  let unit = index % u.units;
  var total = 0f;
  for (var begin = 0; begin < u.rows; begin += u.block) {
    let end = min(begin + u.block, u.rows);
    var sum = 0f;
    for (var row = begin; row < end; row++) { sum += ${all.element('sums', 'parameter', 'row', 'unit')}; }
    total += sum;
  }
  ${all.element('out', 'parameter', 'unit')} = total;`,
    }),
  };
  runElements(context, kernel, P * units);
}
