import {
  type FunctionBuilder,
  type FunctionReference,
  f32x4,
  i32,
  type Local,
  type ModuleBuilder,
  type Value,
  v128,
} from '../assembler.js';
import { features } from '../features.js';

/** Columns of a panel: the right factor is packed as [depth, panelWidth] blocks, one for each panel. */
export const panelWidth = 8;
/** Bytes of one row of a panel. */
export const panelRowBytes = panelWidth * 4;
/** Rows of the left factor that are multiplied together. */
export const tileRows = 4;

/** Steps along the depth that are written out one after the other. */
const unrolled = 4;

/** a · b + c, in one instruction where the engine has one. */
export function multiplyAdd(a: Value<'v128'>, b: Value<'v128'>, c: Value<'v128'>): Value<'v128'> {
  return features().relaxedSimd ? f32x4.relaxed_madd(a, b, c) : f32x4.add(c, f32x4.mul(a, b));
}

/** Shape of a register tile: at most eight vectors of sums, which with their factors fit sixteen registers. */
export interface TileShape {
  readonly rows: number;
  readonly panels: number;
  /** Whether the left factor lies packed as [depth, tileRows]; else each row lies contiguous. */
  readonly packed: boolean;
}

/**
 * A function that multiplies a few rows with a few panels. Its parameters: addresses of the left rows (one address where
 * they are packed), of the first panel, bytes from panel to panel, depth, addresses of the result's rows, and whether to add to
 * what is there. Every element is summed along the depth in the same order, whatever the shape of the tile.
 */
export function tileFunction(module: ModuleBuilder, shape: TileShape): FunctionReference {
  const lefts = shape.packed ? 1 : shape.rows;
  const parameters = new Array<'i32'>(lefts + 3 + shape.rows + 1).fill('i32');
  return module.function(undefined, { parameters }, (f, ...locals) => {
    const left = locals.slice(0, lefts);
    const [right, panelBytes, depth] = locals.slice(lefts) as [Local<'i32'>, Local<'i32'>, Local<'i32'>];
    const out = locals.slice(lefts + 3, lefts + 3 + shape.rows);
    writeTile(f, shape, { left, right, panelBytes, depth, out, accumulate: locals.at(-1)! });
  });
}

interface TileLocals {
  readonly left: readonly Local<'i32'>[];
  readonly right: Local<'i32'>;
  readonly panelBytes: Local<'i32'>;
  readonly depth: Local<'i32'>;
  readonly out: readonly Local<'i32'>[];
  readonly accumulate: Local<'i32'>;
}

function writeTile(f: FunctionBuilder, { rows, panels, packed }: TileShape, at: TileLocals): void {
  const panelAddresses = Array.from({ length: panels }, (_, panel) =>
    panel === 0 ? at.right : f.i32(i32.add(at.right, i32.mul(at.panelBytes, panel))),
  );
  const vectors = 2 * panels;
  const sums = at.out.map(() => Array.from({ length: vectors }, () => f.local('v128')));
  const outOffset = (vector: number): number => vector * 16;
  f.if(at.accumulate, () => {
    for (const [row, address] of at.out.entries()) {
      for (const [vector, sum] of sums[row]!.entries()) f.set(sum, v128.load(address, outOffset(vector)));
    }
  });
  const rowBytes = packed ? tileRows * 4 : 4;
  const step = (k: number): void => {
    const right = Array.from({ length: vectors }, (_, vector) =>
      f.v128(v128.load(panelAddresses[vector >> 1]!, k * panelRowBytes + (vector & 1) * 16)),
    );
    for (let row = 0; row < rows; row++) {
      const value = f.v128(
        packed
          ? v128.load32_splat(at.left[0]!, k * rowBytes + row * 4)
          : v128.load32_splat(at.left[row]!, k * rowBytes),
      );
      for (const [vector, sum] of sums[row]!.entries()) f.set(sum, multiplyAdd(value, right[vector]!, sum));
    }
  };
  const advance = (steps: number): void => {
    for (const address of at.left) f.increase(address, steps * rowBytes);
    for (const address of panelAddresses) f.increase(address, steps * panelRowBytes);
  };
  const k = f.local('i32');
  f.for(k, 0, i32.shr_u(at.depth, 2), 1, () => {
    for (let inner = 0; inner < unrolled; inner++) step(inner);
    advance(unrolled);
  });
  f.for(k, 0, i32.and(at.depth, unrolled - 1), 1, () => {
    step(0);
    advance(1);
  });
  for (const [row, address] of at.out.entries()) {
    for (const [vector, sum] of sums[row]!.entries()) f.do(v128.store(address, sum, outOffset(vector)));
  }
}
