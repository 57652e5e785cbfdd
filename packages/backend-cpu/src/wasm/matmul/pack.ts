import { f32, i32, type Local, v128 } from '../assembler.js';
import { type KernelBody, shareOf, smaller } from '../kernel.js';
import { panelRowBytes, panelWidth } from './tiles.js';

/** Where the fields of the packing kernel's argument block lie, in bytes. Addresses and strides count bytes. */
export const packFields = {
  source: 0,
  depthStride: 4,
  columnStride: 8,
  depth: 12,
  columns: 16,
  target: 20,
} as const;
/** Bytes of the argument block. */
export const packBytes = 24;

/** Packs a matrix [depth, columns] with any strides into panels, the last one filled up with zeros. */
export const packKernel: KernelBody = (f, args, part, parts) => {
  const field = Object.fromEntries(
    Object.entries(packFields).map(([name, offset]) => [name, f.i32(i32.load(args, offset))]),
  ) as { readonly [Name in keyof typeof packFields]: Local<'i32'> };
  const { source, depthStride, columnStride, depth, columns, target } = field;
  const panels = i32.div_u(i32.add(columns, panelWidth - 1), panelWidth);
  const { begin, end } = shareOf(f, panels, part, parts);
  const panel = f.local('i32');
  const k = f.local('i32');
  f.for(panel, begin, end, 1, () => {
    const first = f.i32(i32.mul(panel, panelWidth));
    const width = f.i32(smaller(f, i32.sub(columns, first), i32.const(panelWidth)));
    const from = f.i32(i32.add(source, i32.mul(first, columnStride)));
    const to = f.i32(i32.add(target, i32.mul(i32.mul(panel, depth), panelRowBytes)));
    const whole = i32.eq(width, panelWidth);
    f.if(
      i32.and(whole, i32.eq(columnStride, 4)),
      () =>
        f.for(k, 0, depth, 1, () => {
          f.do(v128.store(to, v128.load(from)));
          f.do(v128.store(to, v128.load(from, 16), 16));
          f.increase(from, depthStride);
          f.increase(to, panelRowBytes);
        }),
      () => {
        const column = f.local('i32');
        f.for(column, 0, panelWidth, 1, () => {
          const read = f.i32(i32.add(from, i32.mul(column, columnStride)));
          const write = f.i32(i32.add(to, i32.shl(column, 2)));
          f.if(
            i32.lt_s(column, width),
            () =>
              f.for(k, 0, depth, 1, () => {
                f.do(f32.store(write, f32.load(read)));
                f.increase(read, depthStride);
                f.increase(write, panelRowBytes);
              }),
            () =>
              f.for(k, 0, depth, 1, () => {
                f.do(f32.store(write, 0));
                f.increase(write, panelRowBytes);
              }),
          );
        });
      },
    );
  });
};
