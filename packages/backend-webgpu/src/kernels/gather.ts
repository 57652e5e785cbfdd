import { type Kernels, sizeOf } from '@ostinato/kernel';
import { helperText } from '../wgsl/helpers.js';
import type { KernelContext } from './context.js';
import { walkIndices } from './indexed-rows.js';
import { fromBits, toBits, toBitsHelpers } from './numbers.js';
import { Operands } from './operands.js';
import { runElements } from './run.js';
import { indented } from './text.js';

const notANumber = 0x7fc00000;

/** Rows of a table by index; see `Kernels.gather`. An index outside the table gives NaN, or 0 in int32 tables. */
export function gather(
  context: KernelContext,
  ...[table, indices, out]: Parameters<Kernels['gather']>
): void {
  const count = sizeOf(out.shape);
  if (count === 0) return;
  const { loops, operands } = walkIndices({ table, indices, rows: out });
  runElements(
    context,
    {
      label: 'gather',
      key: '',
      operands: new Operands({ ...operands, rows: { ...operands.rows, write: true } }),
      numbers: {
        width: table.shape[1]!,
        tableRows: table.shape[0]!,
        missing: table.dtype === 'f32' ? notANumber : 0,
        ...loops.numbers,
      },
      code: (all) => {
        const bits = all.element('table', 'tableRow', 'column');
        return {
          module: helperText(toBitsHelpers([out])),
          body: `  let column = index % u.width;
  let position = index / u.width;
${indented(loops.coordinates('position'), '  ')}
  let tableRow = bitcast<i32>(${all.element('indices', ...loops.axes)});
  var bits = u32(u.missing);
  if (tableRow >= 0 && tableRow < u.tableRows) {
    bits = ${table.dtype === out.dtype ? bits : toBits(fromBits(bits, table), out)};
  }
  ${all.element('rows', ...loops.axes, 'column')} = bits;`,
        };
      },
    },
    count,
  );
}
