import { ArgumentBlock } from '../arguments.js';
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
import { smaller } from '../kernel.js';
import { packFunction } from './pack.js';
import { panelRowBytes, panelWidth, type TileFunction, tileFunction, tileRows } from './tiles.js';

/**
 * The argument block of a product with a packed matrix. Element (m, k) of the left factor lies at
 * leftOffset + leftStarts[m] + leftSteps[k].
 */
export const multiplyBlock = new ArgumentBlock([
  /** Address of the byte offsets of the left rows. */
  'leftStarts',
  'leftOffset',
  /** Address of the byte offsets of the steps along the depth. */
  'leftSteps',
  /** Whether these steps are neighbours. */
  'leftContiguous',
  /** Address of the byte offsets of the result's rows. */
  'outStarts',
  'outOffset',
  /** Bytes from column to column. */
  'outStride',
  /** The packed right factor. */
  'panels',
  'depth',
  'columns',
  'accumulate',
] as const);

/** Rows of the left factor that are packed at a time: they stay in the second-level cache while the panels pass by. */
const rowBlock = 48;
/** Bytes of a tile of the result, and of the addresses of its rows. */
const tileBytes = 256;
const addressBytes = 64;

/** Bytes of scratch that a product of this depth needs: a tile, the addresses of its rows, and rows of the left factor to pack. */
export function productScratchBytes(depth: number): number {
  return tileBytes + addressBytes + depth * rowBlock * 4;
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

/** Panels that the few rows of a product with less than three rows are multiplied with at a time. */
const widePanels: Readonly<Record<number, number>> = { 1: 3, 2: 2 };

/**
 * Adds the function that multiplies rows with a packed matrix to a module. Its parameters: the argument block (see
 * `multiplyBlock`), scratch (see `productScratchBytes`), and which rows and which panels.
 */
export function multiplyFunction(module: ModuleBuilder): MultiplyFunction {
  const pack = packFunction(module);
  const single = Array.from({ length: tileRows() }, (_, index) =>
    tileFunction(module, { rows: index + 1, panels: 1 }),
  );
  const wide = Object.entries(widePanels).map(([rows, panels]) =>
    tileFunction(module, { rows: Number(rows), panels }),
  );
  const parameters = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'] as const;
  return module.function(
    undefined,
    { parameters },
    (f, args, scratch, rowBegin, rowEnd, panelBegin, panelEnd) => {
      new MultiplyWriter(f, args, scratch, { pack, single, wide }).write(
        rowBegin,
        rowEnd,
        panelBegin,
        panelEnd,
      );
    },
  );
}

interface Callees {
  readonly pack: ReturnType<typeof packFunction>;
  /** For each number of rows from 1, with one panel. */
  readonly single: readonly TileFunction[];
  /** For each number of rows from 1, with several panels. */
  readonly wide: readonly TileFunction[];
}

/** A run of tiles of one height: where they lie packed, and where the addresses of their rows stand. */
interface Tiles {
  readonly height: Value<'i32'> | number;
  readonly count: Value<'i32'> | number;
  readonly left: Local<'i32'>;
  readonly outStarts: Local<'i32'>;
}

/** Writes the body of the function. */
class MultiplyWriter {
  readonly #f: FunctionBuilder;
  readonly #callees: Callees;
  readonly #field: ReturnType<typeof multiplyBlock.load>;
  readonly #tile: Local<'i32'>;
  readonly #tileStarts: Local<'i32'>;
  readonly #leftBlock: Local<'i32'>;
  readonly #panelBytes: Local<'i32'>;
  /** Panels from here on have fewer columns than `panelWidth`, or columns that are not neighbours. */
  readonly #wholePanels: Local<'i32'>;

  constructor(f: FunctionBuilder, args: Local<'i32'>, scratch: Local<'i32'>, callees: Callees) {
    this.#f = f;
    this.#callees = callees;
    this.#field = multiplyBlock.load(f, args);
    const { depth, columns, outStride } = this.#field;
    this.#tile = scratch;
    this.#tileStarts = f.i32(i32.add(scratch, tileBytes));
    this.#leftBlock = f.i32(i32.add(scratch, tileBytes + addressBytes));
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
    const height = tileRows();
    for (let row = 0; row < height; row++)
      f.do(i32.store(this.#tileStarts, i32.add(this.#tile, row * panelRowBytes), row * 4));
    const whole = f.i32(smaller(f, panelEnd, this.#wholePanels));
    // Blocks of equal size, so that the last one is not a single row.
    const rows = f.i32(i32.sub(rowEnd, rowBegin));
    const blocks = i32.div_u(i32.add(rows, rowBlock - 1), rowBlock);
    f.if(i32.gt_s(rows, 0), () => {
      const even = i32.div_u(i32.add(rows, i32.sub(blocks, 1)), blocks);
      const block = f.i32(i32.mul(i32.div_u(i32.add(even, height - 1), height), height));
      const row = f.local('i32');
      f.for(row, rowBegin, rowEnd, block, () => {
        this.#writeBlock(row, f.i32(smaller(f, i32.sub(rowEnd, row), block)), panelBegin, whole, panelEnd);
      });
    });
  }

  /** A block of rows: full tiles, and at its end up to two lower ones. */
  #writeBlock(
    row: Local<'i32'>,
    rows: Local<'i32'>,
    panelBegin: Local<'i32'>,
    whole: Local<'i32'>,
    panelEnd: Local<'i32'>,
  ): void {
    const f = this.#f;
    const height = tileRows();
    const count = f.i32(i32.div_u(rows, height));
    const first = f.i32(i32.sub(rows, i32.mul(count, height)));
    const second = f.i32(0);
    // One or two rows keep the multipliers waiting for each other: they share with the tile before.
    f.if(i32.and(i32.and(i32.gt_s(first, 0), i32.lt_s(first, 3)), i32.gt_s(count, 0)), () => {
      f.increase(count, -1);
      f.set(second, i32.shr_u(i32.add(first, height), 1));
      f.set(first, i32.sub(i32.add(first, height), second));
    });
    const { leftStarts, outStarts } = this.#field;
    const leftRow = f.i32(i32.add(leftStarts, i32.shl(row, 2)));
    const outRow = f.i32(i32.add(outStarts, i32.shl(row, 2)));
    const left = f.i32(this.#leftBlock);
    const run = (tall: Value<'i32'> | number, many: Value<'i32'> | number): Tiles => {
      const tiles = { height: tall, count: many, left: f.i32(left), outStarts: f.i32(outRow) };
      const tile = f.local('i32');
      f.for(tile, 0, many, 1, () => {
        this.#packLeft(leftRow, tall, left);
        const bytes = f.i32(i32.shl(typeof tall === 'number' ? i32.const(tall) : tall, 2));
        f.increase(leftRow, bytes);
        f.increase(outRow, bytes);
        f.increase(left, i32.mul(this.#field.depth, bytes));
      });
      return tiles;
    };
    const full = run(height, count);
    const lower = [run(first, i32.gt_s(first, 0)), run(second, i32.gt_s(second, 0))];

    const panel = f.i32(panelBegin);
    f.if(i32.eqz(i32.or(count, second)), () => this.#writeWide(first, lower[0]!, panel, whole));
    f.while(i32.lt_s(panel, whole), () => {
      for (const tiles of [full, ...lower]) {
        f.if(tiles.count, () =>
          this.#callSingle(tiles, panel, tiles.outStarts, this.#outOffset(panel), tiles.count),
        );
      }
      f.increase(panel, 1);
    });
    f.while(i32.lt_s(panel, panelEnd), () => {
      for (const tiles of [full, ...lower]) this.#throughTile(tiles, panel);
      f.increase(panel, 1);
    });
  }

  #packLeft(starts: Local<'i32'>, rows: Value<'i32'> | number, target: Local<'i32'>): void {
    const { leftOffset, leftSteps, leftContiguous, depth } = this.#field;
    this.#f.do(
      call(this.#callees.pack, starts, leftOffset, leftSteps, leftContiguous, depth, rows, rows, target),
    );
  }

  /** One or two rows, with several panels at a time. */
  #writeWide(rows: Local<'i32'>, tiles: Tiles, panel: Local<'i32'>, whole: Local<'i32'>): void {
    const f = this.#f;
    for (const [index, callee] of this.#callees.wide.entries()) {
      const panels = widePanels[index + 1]!;
      f.if(i32.eq(rows, index + 1), () =>
        f.while(i32.le_s(i32.add(panel, panels), whole), () => {
          this.#call(callee, tiles.left, panel, tiles.outStarts, this.#outOffset(panel), 1);
          f.increase(panel, panels);
        }),
      );
    }
  }

  #outOffset(panel: Local<'i32'>): Value<'i32'> {
    return i32.add(this.#field.outOffset, i32.mul(panel, panelRowBytes));
  }

  /** `count` tiles with one panel, by the function for their height. */
  #callSingle(
    { height, left }: Tiles,
    panel: Local<'i32'>,
    outStarts: Local<'i32'>,
    outOffset: Value<'i32'>,
    count: Value<'i32'> | number,
  ): void {
    for (const [index, callee] of this.#callees.single.entries()) {
      const run = (): void => this.#call(callee, left, panel, outStarts, outOffset, count);
      if (typeof height !== 'number') this.#f.if(i32.eq(height, index + 1), run);
      else if (height === index + 1) run();
    }
  }

  #call(
    callee: TileFunction,
    left: Local<'i32'>,
    panel: Local<'i32'>,
    outStarts: Local<'i32'>,
    outOffset: Value<'i32'>,
    count: Value<'i32'> | number,
  ): void {
    const { panels, depth, accumulate } = this.#field;
    const right = i32.add(panels, i32.mul(panel, this.#panelBytes));
    const panelBytes = this.#panelBytes;
    this.#f.do(call(callee, left, right, panelBytes, depth, outStarts, outOffset, count, accumulate));
  }

  /** A panel that does not fill its columns, or whose columns are not neighbours: by way of a tile in scratch. */
  #throughTile(tiles: Tiles, panel: Local<'i32'>): void {
    const f = this.#f;
    const { depth, columns, outOffset, outStride, accumulate } = this.#field;
    const first = f.i32(i32.mul(panel, panelWidth));
    const width = f.i32(smaller(f, i32.sub(columns, first), i32.const(panelWidth)));
    const start = f.i32(i32.add(outOffset, i32.mul(first, outStride)));
    const height = f.i32(tiles.height);
    const outStarts = f.i32(tiles.outStarts);
    const left = f.i32(tiles.left);
    const [tile, row, column] = [f.local('i32'), f.local('i32'), f.local('i32')];
    const each = (move: (inTile: Value<'i32'>, inOut: Value<'i32'>) => void): void => {
      f.for(row, 0, height, 1, () => {
        const inTile = f.i32(i32.add(this.#tile, i32.mul(row, panelRowBytes)));
        const inOut = f.i32(i32.add(start, i32.load(i32.add(outStarts, i32.shl(row, 2)))));
        f.for(column, 0, width, 1, () => {
          move(inTile, inOut);
          f.increase(inTile, 4);
          f.increase(inOut, outStride);
        });
      });
    };
    f.for(tile, 0, tiles.count, 1, () => {
      f.if(accumulate, () => each((inTile, inOut) => f.do(f32.store(inTile, f32.load(inOut)))));
      this.#callSingle({ ...tiles, left }, panel, this.#tileStarts, i32.const(0), 1);
      each((inTile, inOut) => f.do(f32.store(inOut, f32.load(inTile))));
      f.increase(outStarts, i32.shl(height, 2));
      f.increase(left, i32.mul(depth, i32.shl(height, 2)));
    });
  }
}
