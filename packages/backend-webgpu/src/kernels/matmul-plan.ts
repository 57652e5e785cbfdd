import type { Product } from './matmul-product.js';

/**
 * How a product is shared among invocations. Each computes a tile of `rows` by `columns` numbers in registers.
 *
 * `registers`: a workgroup is `across` by `down` tiles, and each tile has `slices` invocations that take turns with the inner terms and
 * add up at the end. `shared`: a workgroup is a square of `side` by `side` tiles, and parts of a and b pass through its memory.
 */
export type Plan = RegisterPlan | SharedPlan;

/** See `Plan`. */
export interface RegisterPlan {
  readonly kind: 'registers';
  readonly rows: 1 | 4 | 8;
  readonly columns: 1 | 4;
  readonly across: number;
  readonly down: number;
  readonly slices: 1 | 4 | 16 | 64;
}

/** See `Plan`. */
export interface SharedPlan {
  readonly kind: 'shared';
  readonly rows: 4;
  readonly columns: 4;
  readonly side: 8 | 16;
}

/** Invocations of a workgroup of a register plan. */
export const registerInvocations = 64;

/**
 * Invocations that keep a device busy, as far as a product can be cut: cores of a processor take eight at a time, a GPU thousands, as
 * waiting for memory is hidden behind others' work.
 */
const enough = { software: 64, hardware: 8192 };

/** Workgroups that keep a GPU busy. */
const enoughGroups = 128;

/** The batch of a product. */
export function batchSize({ batch }: Product): number {
  return batch.reduce((size, { length }) => size * length, 1);
}

/**
 * Chooses a plan by sizes.
 * @param software whether the device is a processor: its workgroup memory is no faster than any other, and barriers cost much
 */
export function planOf(product: Product, software: boolean): Plan {
  const rows = product.rows < 4 ? 1 : 4;
  const columns = product.columns < 4 ? 1 : 4;
  const terms = product.inner * product.repeats;
  const batch = batchSize(product);
  // Invocations that meet at barriers have to know that they read the same lengths, which no buffer that is written promises.
  const fixedLengths = product.lengths?.view.storage !== product.out.view.storage;
  if (!software && rows === 4 && columns === 4 && terms >= 16 && fixedLengths) {
    for (const side of [16, 8] as const) {
      const square = 4 * side;
      const groups = batch * Math.ceil(product.rows / square) * Math.ceil(product.columns / square);
      if (groups >= enoughGroups) return { kind: 'shared', rows, columns, side };
    }
  }
  const across = Math.ceil(product.columns / columns);
  // A processor reads numbers one by one, so that tiles which read less for each product are worth more than many of them.
  const isTall =
    software && columns === 4 && batch * Math.floor(product.rows / 8) * across >= enough.software;
  const height = isTall ? 8 : rows;
  const down = Math.ceil(product.rows / height);
  const tiles = batch * down * across;
  let slices: RegisterPlan['slices'] = 1;
  for (const more of [4, 16, 64] as const) {
    // Each invocation should have a few steps of four terms.
    const wanted = tiles * slices < (software ? enough.software : enough.hardware);
    if (wanted && terms >= more * 8) slices = more;
  }
  return {
    kind: 'registers',
    rows: height,
    columns,
    ...rectangle(registerInvocations / slices, down, across),
    slices,
  };
}

/** `count` tiles as a rectangle that is not much larger than the result: the nearer to a square, the more is read only once. */
function rectangle(count: number, down: number, across: number): { across: number; down: number } {
  const most = (tiles: number): number => 2 ** Math.ceil(Math.log2(Math.max(1, tiles)));
  const height = Math.min(2 ** Math.floor(Math.log2(count) / 2), most(down));
  const width = Math.min(count / height, most(across));
  return { across: width, down: count / width };
}
