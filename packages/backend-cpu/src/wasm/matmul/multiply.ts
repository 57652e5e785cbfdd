import {
  call,
  type FunctionBuilder,
  type FunctionReference,
  f32,
  i32,
  type Local,
  type ModuleBuilder,
  select,
  type Value,
} from '../assembler.js';
import { panelRowBytes, panelWidth, tileFunction, tileRows } from './tiles.js';

/** Where the fields of a product's argument block lie, in bytes. Addresses and strides count bytes. */
export const productFields = {
  /** Address of the i32 addresses of the left rows. */
  leftStarts: 0,
  /** Added to each of them. */
  leftOffset: 4,
  /** From one step of the depth to the next. */
  leftStride: 8,
  /** Address of the i32 addresses of the result's rows. */
  outStarts: 12,
  outOffset: 16,
  outStride: 20,
  /** The packed right factor. */
  panels: 24,
  depth: 28,
  columns: 32,
  accumulate: 36,
} as const;

/** Bytes of a product's argument block. */
export const productBytes = 40;
/** Bytes of a tile of the result. */
const tileBytes = tileRows * panelRowBytes;

/** Bytes of scratch that a product of this depth needs: a tile, and rows of the left factor to pack. */
export function productScratchBytes(depth: number): number {
  return tileBytes + depth * tileRows * 4;
}

/** Bytes of a packed right factor. */
export function packedBytes(depth: number, columns: number): number {
  return Math.ceil(columns / panelWidth) * depth * panelRowBytes;
}

/** A product of rows [rowBegin, rowEnd) and panels [panelBegin, panelEnd). */
export type MultiplyFunction = FunctionReference<
  readonly ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
  undefined
>;

/**
 * Adds the function that multiplies rows with a packed matrix to a module. Its parameters: the argument block (see
 * `productFields`), scratch (see `productScratchBytes`), and which rows and which panels.
 */
export function multiplyFunction(module: ModuleBuilder): MultiplyFunction {
  const shapes = [
    [4, 1],
    [3, 1],
    [2, 2],
    [2, 1],
    [1, 4],
    [1, 1],
  ] as const;
  const tiles = new Map<string, FunctionReference>();
  for (const packed of [false, true]) {
    for (const [rows, panels] of shapes) {
      tiles.set(`${packed} ${rows} ${panels}`, tileFunction(module, { rows, panels, packed }));
    }
  }
  const parameters = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'] as const;
  return module.function(
    undefined,
    { parameters },
    (f, args, scratch, rowBegin, rowEnd, panelBegin, panelEnd) => {
      new MultiplyWriter(f, args, scratch, tiles).write(rowBegin, rowEnd, panelBegin, panelEnd);
    },
  );
}

/** Writes the body of the function. */
class MultiplyWriter {
  readonly #f: FunctionBuilder;
  readonly #tiles: ReadonlyMap<string, FunctionReference>;
  readonly #field: { readonly [Name in keyof typeof productFields]: Local<'i32'> };
  readonly #left: Local<'i32'>[];
  readonly #out: Local<'i32'>[];
  readonly #panelBytes: Local<'i32'>;
  readonly #tile: Local<'i32'>;
  readonly #leftPanel: Local<'i32'>;
  /** Panels from here on have fewer columns than `panelWidth`, or columns that are not neighbours. */
  readonly #wholePanels: Local<'i32'>;

  constructor(
    f: FunctionBuilder,
    args: Local<'i32'>,
    scratch: Local<'i32'>,
    tiles: ReadonlyMap<string, FunctionReference>,
  ) {
    this.#f = f;
    this.#tiles = tiles;
    const loaded = Object.entries(productFields).map(([name, offset]) => [
      name,
      f.i32(i32.load(args, offset)),
    ]);
    this.#field = Object.fromEntries(loaded);
    this.#tile = scratch;
    this.#leftPanel = f.i32(i32.add(scratch, tileBytes));
    const { depth, columns, outStride } = this.#field;
    this.#left = Array.from({ length: tileRows }, () => f.local('i32'));
    this.#out = Array.from({ length: tileRows }, () => f.local('i32'));
    this.#panelBytes = f.i32(i32.mul(depth, panelRowBytes));
    this.#wholePanels = f.i32(select(i32.eq(outStride, 4), i32.div_u(columns, panelWidth), i32.const(0)));
  }

  write(
    rowBegin: Local<'i32'>,
    rowEnd: Local<'i32'>,
    panelBegin: Local<'i32'>,
    panelEnd: Local<'i32'>,
  ): void {
    const f = this.#f;
    const { leftStride } = this.#field;
    const row = f.local('i32');
    const count = f.local('i32');
    const whole = f.i32(select(i32.lt_s(panelEnd, this.#wholePanels), panelEnd, this.#wholePanels));
    f.for(row, rowBegin, rowEnd, tileRows, () => {
      f.set(count, i32.sub(rowEnd, row));
      f.if(i32.gt_s(count, tileRows), () => f.set(count, tileRows));
      this.#loadStarts(row, count);
      f.if(
        i32.eq(leftStride, 4),
        () => this.#byCount(count, false, panelBegin, whole, panelEnd),
        () => {
          this.#packLeft();
          this.#byCount(count, true, panelBegin, whole, panelEnd);
        },
      );
    });
  }

  /** The addresses of the rows of a tile; missing rows stand where the first one is, which does no harm. */
  #loadStarts(row: Local<'i32'>, count: Local<'i32'>): void {
    const f = this.#f;
    const { leftStarts, leftOffset, outStarts, outOffset } = this.#field;
    for (let index = 0; index < tileRows; index++) {
      const present = select(i32.gt_s(count, index), i32.const(index), i32.const(0));
      const place = f.i32(i32.shl(i32.add(row, present), 2));
      f.set(this.#left[index]!, i32.add(i32.load(i32.add(leftStarts, place)), leftOffset));
      f.set(this.#out[index]!, i32.add(i32.load(i32.add(outStarts, place)), outOffset));
    }
  }

  #packLeft(): void {
    const f = this.#f;
    const { depth, leftStride } = this.#field;
    const k = f.local('i32');
    const from = this.#left.map((address) => f.i32(address));
    const to = f.i32(this.#leftPanel);
    f.for(k, 0, depth, 1, () => {
      for (const [row, address] of from.entries()) {
        f.do(f32.store(to, f32.load(address), row * 4));
        f.increase(address, leftStride);
      }
      f.increase(to, tileRows * 4);
    });
  }

  #byCount(
    count: Local<'i32'>,
    packed: boolean,
    panelBegin: Local<'i32'>,
    whole: Local<'i32'>,
    panelEnd: Local<'i32'>,
  ): void {
    const f = this.#f;
    const widths: Record<number, readonly number[]> = { 4: [1], 3: [1], 2: [2, 1], 1: [4, 1] };
    for (let rows = tileRows; rows >= 1; rows--) {
      f.if(i32.eq(count, rows), () => {
        const panel = f.i32(panelBegin);
        for (const panels of widths[rows]!) {
          f.while(i32.le_s(i32.add(panel, panels), whole), () => {
            const offset = f.i32(i32.mul(panel, panelRowBytes));
            const out = this.#out.slice(0, rows).map((address) => i32.add(address, offset));
            f.do(this.#call(rows, panels, packed, panel, out, this.#field.accumulate));
            f.increase(panel, panels);
          });
        }
        f.while(i32.lt_s(panel, panelEnd), () => {
          this.#throughTile(rows, packed, panel);
          f.increase(panel, 1);
        });
      });
    }
  }

  #call(
    rows: number,
    panels: number,
    packed: boolean,
    panel: Local<'i32'>,
    out: readonly Value<'i32'>[],
    accumulate: Value<'i32'>,
  ) {
    const left = packed ? [this.#leftPanel] : this.#left.slice(0, rows);
    const right = i32.add(this.#field.panels, i32.mul(panel, this.#panelBytes));
    const operands = [...left, right, this.#panelBytes, this.#field.depth, ...out, accumulate];
    return call(this.#tiles.get(`${packed} ${rows} ${panels}`)!, ...operands) as ReturnType<typeof f32.store>;
  }

  /** A panel that does not fill its columns, or whose columns are not neighbours: by way of a tile in scratch. */
  #throughTile(rows: number, packed: boolean, panel: Local<'i32'>): void {
    const f = this.#f;
    const tile = this.#tile;
    const { columns, outStride, accumulate } = this.#field;
    const first = f.i32(i32.mul(panel, panelWidth));
    const width = f.i32(i32.sub(columns, first));
    f.if(i32.gt_s(width, panelWidth), () => f.set(width, panelWidth));
    const column = f.local('i32');
    const each = (move: (inTile: Value<'i32'>, inOut: Value<'i32'>, row: number) => void): void => {
      f.for(column, 0, width, 1, () => {
        const inTile = f.i32(i32.add(tile, i32.shl(column, 2)));
        const offset = f.i32(i32.mul(i32.add(first, column), outStride));
        for (let row = 0; row < rows; row++) move(inTile, i32.add(this.#out[row]!, offset), row);
      });
    };
    f.if(accumulate, () =>
      each((inTile, inOut, row) => f.do(f32.store(inTile, f32.load(inOut), row * panelRowBytes))),
    );
    const out = Array.from({ length: rows }, (_, row) => i32.add(tile, row * panelRowBytes));
    f.do(this.#call(rows, 1, packed, panel, out, accumulate));
    each((inTile, inOut, row) => f.do(f32.store(inOut, f32.load(inTile, row * panelRowBytes))));
  }
}
