import { ArgumentBlock } from '../arguments.js';
import {
  call,
  type FunctionBuilder,
  f32,
  i32,
  type Local,
  type ModuleBuilder,
  shuffle32,
  type Value,
  v128,
} from '../assembler.js';
import { type KernelBody, shareOf, smaller } from '../kernel.js';
import { panelRowBytes, panelWidth } from './tiles.js';

/** The argument block of the packing kernel. */
export const packBlock = new ArgumentBlock([
  /** Address of the byte offsets of the columns. */
  'starts',
  /** Address of the matrix. */
  'source',
  /** Address of the byte offsets of the steps along the depth. */
  'steps',
  /** Whether the steps are neighbours. */
  'contiguous',
  'depth',
  'columns',
  'target',
] as const);

/** Packs a matrix [depth, columns] into panels, the last one filled up with zeros. Element (k, n) lies at source + steps[k] + starts[n]. */
export const packKernel: KernelBody = (f, args, part, parts, module) => {
  const pack = packFunction(module);
  const { starts, source, steps, contiguous, depth, columns, target } = packBlock.load(f, args);
  const panels = i32.div_u(i32.add(columns, panelWidth - 1), panelWidth);
  const { begin, end } = shareOf(f, panels, part, parts);
  const panelBytes = f.i32(i32.mul(depth, panelRowBytes));
  const panel = f.local('i32');
  f.for(panel, begin, end, 1, () => {
    const first = f.i32(i32.mul(panel, panelWidth));
    const width = f.i32(smaller(f, i32.sub(columns, first), i32.const(panelWidth)));
    const from = f.i32(i32.add(starts, i32.shl(first, 2)));
    const to = f.i32(i32.add(target, i32.mul(panel, panelBytes)));
    f.do(call(pack, from, source, steps, contiguous, depth, width, panelWidth, to));
  });
};

/**
 * Adds a function to a module that packs lines of a matrix, rows or columns, as a block [depth, width], and fills the block up with
 * zeros where there are fewer lines. Its parameters: the address of the byte offsets of the lines, what to add to each, the address
 * of the byte offsets of the steps, whether these are neighbours, depth, lines, width, and where to write.
 */
export function packFunction(module: ModuleBuilder) {
  const parameters = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'] as const;
  return module.function(
    undefined,
    { parameters },
    (f, starts, source, steps, contiguous, depth, lines, width, target) => {
      const rowBytes = f.i32(i32.shl(width, 2));
      const [line, k, step, to] = [f.local('i32'), f.local('i32'), f.local('i32'), f.local('i32')];
      const next = (): void => {
        f.increase(step, 4);
        f.increase(to, rowBytes);
      };
      /** Runs `body` for the steps from `from`; `step` is the address of the step's offset. */
      const eachStep = (from: Value<'i32'> | number, body: () => void): void => {
        f.for(k, from, depth, 1, () => {
          body();
          next();
        });
      };
      const restart = (): void => {
        f.set(step, steps);
        f.set(to, i32.add(target, i32.shl(line, 2)));
      };
      const addressOf = (place: number): Local<'i32'> =>
        f.i32(i32.add(i32.load(i32.add(starts, i32.shl(line, 2)), place * 4), source));

      f.set(line, 0);
      f.while(i32.le_s(i32.add(line, 4), lines), () => {
        const from = [0, 1, 2, 3].map(addressOf);
        const follows = (place: number) => i32.eq(from[place]!, i32.add(from[place - 1]!, 4));
        const one = (): void => {
          const offset = f.i32(i32.load(step));
          for (const [place, address] of from.entries())
            f.do(f32.store(to, f32.load(i32.add(address, offset)), place * 4));
        };
        restart();
        f.if(
          i32.and(i32.and(follows(1), follows(2)), follows(3)),
          () => eachStep(0, () => f.do(v128.store(to, v128.load(i32.add(from[0]!, i32.load(step)))))),
          () => {
            f.if(
              contiguous,
              () => {
                const at = from.map((address) => f.i32(i32.add(address, i32.load(steps))));
                f.for(k, 3, depth, 4, () => {
                  transpose4(
                    f,
                    at.map((address) => f.v128(v128.load(address))),
                  ).forEach((vector) => {
                    f.do(v128.store(to, vector));
                    next();
                  });
                  for (const address of at) f.increase(address, 16);
                });
                eachStep(i32.and(depth, ~3), one);
              },
              () => eachStep(0, one),
            );
          },
        );
        f.increase(line, 4);
      });
      f.while(i32.lt_s(line, lines), () => {
        const from = addressOf(0);
        restart();
        eachStep(0, () => f.do(f32.store(to, f32.load(i32.add(from, i32.load(step))))));
        f.increase(line, 1);
      });
      f.while(i32.lt_s(line, width), () => {
        restart();
        eachStep(0, () => f.do(f32.store(to, 0)));
        f.increase(line, 1);
      });
    },
  );
}

/** Four vectors as rows, turned into columns. */
function transpose4(f: FunctionBuilder, rows: readonly Local<'v128'>[]): Local<'v128'>[] {
  const [a, b, c, d] = rows as [Local<'v128'>, Local<'v128'>, Local<'v128'>, Local<'v128'>];
  const pairs = [
    shuffle32(a, b, [0, 4, 1, 5]),
    shuffle32(c, d, [0, 4, 1, 5]),
    shuffle32(a, b, [2, 6, 3, 7]),
    shuffle32(c, d, [2, 6, 3, 7]),
  ].map((vector) => f.v128(vector));
  const [low, lowRight, high, highRight] = pairs as typeof pairs &
    [Local<'v128'>, Local<'v128'>, Local<'v128'>, Local<'v128'>];
  return [
    shuffle32(low, lowRight, [0, 1, 4, 5]),
    shuffle32(low, lowRight, [2, 3, 6, 7]),
    shuffle32(high, highRight, [0, 1, 4, 5]),
    shuffle32(high, highRight, [2, 3, 6, 7]),
  ].map((vector) => f.v128(vector));
}
