import {
  type FunctionBuilder,
  f32x4,
  i32,
  type Label,
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
/** Steps along the depth that are written out one after the other. */
const unrolled = 8;

/**
 * Rows of the left factor that are multiplied together: as many as sixteen vector registers hold sums for. With a separate
 * multiplication each product needs a register of its own, so that six rows fit only where the engine multiplies and adds at once.
 */
export function tileRows(): number {
  return features().relaxedSimd ? 6 : 4;
}

/** a · b + c, in one instruction where the engine has one. */
function multiplyAdd(a: Value<'v128'>, b: Value<'v128'>, c: Value<'v128'>): Value<'v128'> {
  return features().relaxedSimd ? f32x4.relaxed_madd(a, b, c) : f32x4.add(c, f32x4.mul(a, b));
}

/** Shape of a register tile. */
export interface TileShape {
  readonly rows: number;
  readonly panels: number;
}

/** A function that multiplies tiles of the left factor with panels of the right one. */
export type TileFunction = ReturnType<typeof tileFunction>;

/**
 * Adds a function to a module that multiplies `count` tiles of one shape, which lie behind each other, with the same panels. Its
 * parameters: addresses of the first tile of the left factor (packed as [depth, rows]) and of the first panel, bytes from panel to
 * panel, depth, the address of the i32 addresses of the result's rows, what to add to each of them, `count`, and whether to add to
 * what is there. Every element is summed along the depth in the same order, whatever the shape of the tile.
 */
export function tileFunction(module: ModuleBuilder, { rows, panels }: TileShape) {
  const parameters = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'] as const;
  return module.function(
    undefined,
    { parameters },
    (f, left, right, panelBytes, depth, outStarts, outOffset, count, accumulate) => {
      const sums = Array.from({ length: rows }, () =>
        Array.from({ length: 2 * panels }, () => f.local('v128')),
      );
      const each = (use: (sum: Local<'v128'>, address: Local<'i32'>, offset: number) => void): void => {
        for (const [row, own] of sums.entries()) {
          const address = f.i32(i32.add(i32.load(outStarts, row * 4), outOffset));
          for (const [vector, sum] of own.entries()) use(sum, address, vector * 16);
        }
      };
      const allBytes = f.i32(i32.mul(depth, panelRowBytes));
      const wholeBytes = f.i32(i32.and(allBytes, -unrolled * panelRowBytes));
      const at = Array.from({ length: panels }, () => f.local('i32'));
      const tile = f.local('i32');
      f.for(tile, 0, count, 1, () => {
        f.if(
          accumulate,
          () => each((sum, address, offset) => f.set(sum, v128.load(address, offset))),
          () => {
            for (const sum of sums.flat()) f.set(sum, f32x4.const(0, 0, 0, 0));
          },
        );
        for (const [panel, address] of at.entries())
          f.set(address, i32.add(right, i32.mul(panelBytes, panel)));
        writeSteps(f, sums, left, at, f.i32(i32.add(at[0]!, wholeBytes)), unrolled);
        writeSteps(f, sums, left, at, f.i32(i32.add(right, allBytes)), 1);
        each((sum, address, offset) => f.do(v128.store(address, sum, offset)));
        f.increase(outStarts, rows * 4);
      });
    },
  );
}

/** Adds up products, `steps` at a time, until the first panel's address has reached `end`. */
function writeSteps(
  f: FunctionBuilder,
  sums: readonly (readonly Local<'v128'>[])[],
  left: Local<'i32'>,
  panels: readonly Local<'i32'>[],
  end: Local<'i32'>,
  steps: number,
): void {
  const leftBytes = sums.length * 4;
  const step = (k: number): void => {
    const right = sums[0]!.map((_, vector) =>
      f.v128(v128.load(panels[vector >> 1]!, k * panelRowBytes + (vector & 1) * 16)),
    );
    for (const [row, own] of sums.entries()) {
      const value = f.v128(v128.load32_splat(left, row * 4));
      for (const [vector, sum] of own.entries()) f.set(sum, multiplyAdd(value, right[vector]!, sum));
    }
    f.increase(left, leftBytes);
  };
  f.block((exit) => {
    f.while(i32.ne(panels[0]!, end), () => {
      for (let k = 0; k < steps; k++) {
        if (k > 0) endBasicBlock(f, exit, panels[0]!, k);
        step(k);
      }
      for (const address of panels) f.increase(address, steps * panelRowBytes);
    });
  });
}

/**
 * A branch that is never taken, since no panel lies at an address that small. V8's optimizing compiler (Node 20) moves all loads of a
 * basic block to its start; with several steps in one block they need more registers than there are, at half the speed.
 */
function endBasicBlock(f: FunctionBuilder, exit: Label, address: Local<'i32'>, small: number): void {
  f.branch(exit, i32.eq(address, small));
}
