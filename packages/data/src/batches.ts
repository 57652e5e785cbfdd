import { DataError } from './errors.js';
import { Random } from './random.js';

/** How a {@link BatchPlan} groups items. */
export interface BatchPlanOptions {
  /** Items per batch; the last batch of an epoch may be smaller. */
  size: number;
  /** `'length'` puts items of similar length together, which saves padding. Default: not. */
  bucketBy?: 'length';
  /** Whether each epoch has an order of its own. Default true. */
  shuffle?: boolean;
  /** Seed of the order, a whole number. Default 0. */
  seed?: number;
  /** Whether the items that do not fill a batch are left out (other ones in each epoch). Default false. */
  dropLast?: boolean;
}

/** What {@link batches} takes. */
export interface BatchOptions<Item> extends BatchPlanOptions {
  /** Length of an item, for `bucketBy: 'length'`. Default: that of the item, or of its `words`. */
  length?: (item: Item) => number;
  /** The epoch to begin with, from 0. Default 0. */
  epoch?: number;
  /** How many epochs; `Infinity` never ends. Default 1. */
  epochs?: number;
  /** Batches of the first epoch to leave out: those done before an interruption. Default 0. */
  skip?: number;
}

/** Batches per chunk that is sorted by length: large enough for little padding, small enough for new neighbours. */
const CHUNK = 50;

/**
 * Which items go into which batch, for any epoch. The order depends on seed and epoch alone, never on what was asked
 * before, so a training resumes at (epoch, batch) with exactly the batches it would have seen.
 *
 * @example
 * const plan = new BatchPlan(corpus.map(({ words }) => words.length), { size: 32, bucketBy: 'length', seed: 1 });
 * plan.epoch(3).slice(12);   // the rest of epoch 3 after 12 batches
 */
export class BatchPlan {
  readonly #lengths: ArrayLike<number>;
  readonly #options: Required<Omit<BatchPlanOptions, 'bucketBy'>> & { bucketBy?: 'length' };

  /**
   * @param lengths length of each item, `[N]`; only their number matters without `bucketBy`
   * @throws DataError for a size below 1 and for an unknown `bucketBy`
   */
  constructor(lengths: ArrayLike<number>, options: BatchPlanOptions) {
    requireSize(options.size);
    requireBucketBy(options.bucketBy);
    this.#lengths = lengths;
    this.#options = { shuffle: true, seed: 0, dropLast: false, ...options };
  }

  /** Number of batches in every epoch. */
  get batchesPerEpoch(): number {
    const { size, dropLast } = this.#options;
    return dropLast ? Math.floor(this.#lengths.length / size) : Math.ceil(this.#lengths.length / size);
  }

  /** The batches of an epoch (from 0), each a list of item indices; together every item once. */
  epoch(epoch: number): number[][] {
    const { size, seed, shuffle, dropLast, bucketBy } = this.#options;
    const random = new Random(seed, epoch);
    let order = Array.from({ length: this.#lengths.length }, (_, index) => index);
    if (shuffle) random.shuffle(order);
    if (dropLast) order = order.slice(0, this.batchesPerEpoch * size);
    if (bucketBy === undefined) return cut(order, size);
    const batches = lengthBuckets(this.#lengths, {
      size,
      order,
      chunk: shuffle ? CHUNK * size : order.length,
    });
    return shuffle ? random.shuffle(batches) : batches;
  }
}

/** How {@link lengthBuckets} groups. */
export interface LengthBucketOptions {
  /** Items per bucket. */
  size: number;
  /** The item indices to group, in their present order. Default: all. */
  order?: readonly number[];
  /** Items that are sorted together; a multiple of `size`. Default: all. */
  chunk?: number;
}

/**
 * Groups item indices by length: sorts them, chunk by chunk, and cuts them to buckets of `size`. Equal lengths keep
 * their order; only the last bucket may be smaller.
 *
 * @example lengthBuckets([9, 2, 8, 3], { size: 2 })   // [[1, 3], [2, 0]]
 */
export function lengthBuckets(lengths: ArrayLike<number>, options: LengthBucketOptions): number[][] {
  const { size, order = Array.from({ length: lengths.length }, (_, index) => index) } = options;
  requireSize(size);
  const { chunk = Math.ceil(order.length / size) * size } = options;
  if (chunk % size !== 0 && chunk < order.length) {
    throw new DataError(`lengthBuckets: chunk must be a multiple of size ${size}, got ${chunk}`);
  }
  return cut(order, Math.max(chunk, 1)).flatMap((indices) =>
    cut(
      indices.sort((a, b) => (lengths[a] as number) - (lengths[b] as number)),
      size,
    ),
  );
}

/**
 * Goes through items in batches, epoch after epoch. The same `(seed, epoch)` gives the same batches always, so that
 * `{ epoch: 3, skip: 12 }` goes on where an interrupted training stopped.
 *
 * @throws DataError, at the first batch, for options that make no sense and for items whose length is not known
 * @example
 * for (const batch of batches(corpus, { size: 32, bucketBy: 'length', seed: 1, epochs: 5 })) train(batch);
 */
export function* batches<Item>(
  items: readonly Item[],
  options: BatchOptions<Item>,
): Generator<Item[], void, undefined> {
  const { length = defaultLength, epoch: first = 0, epochs = 1, skip = 0, ...planOptions } = options;
  requireWhole('epoch', first);
  requireWhole('skip', skip);
  if (epochs !== Number.POSITIVE_INFINITY) requireWhole('epochs', epochs);
  requireBucketBy(options.bucketBy);
  const lengths =
    options.bucketBy === 'length' ? items.map((item) => length(item)) : { length: items.length };
  const plan = new BatchPlan(lengths, planOptions);
  for (let epoch = first; epoch < first + epochs; epoch++) {
    for (const indices of plan.epoch(epoch).slice(epoch === first ? skip : 0)) {
      yield indices.map((index) => items[index] as Item);
    }
  }
}

function defaultLength(item: unknown): number {
  const { length, words } = (item ?? {}) as { length?: unknown; words?: { length?: unknown } };
  const found = length ?? words?.length;
  if (typeof found === 'number') return found;
  throw new DataError(
    "batches: bucketBy 'length' needs the length of an item, and this one has neither 'length' nor 'words'; " +
      'pass length: (item) => ...',
  );
}

function cut<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

function requireBucketBy(bucketBy: unknown): void {
  if (bucketBy === undefined || bucketBy === 'length') return;
  throw new DataError(`batches: bucketBy must be 'length' or left out, got '${bucketBy}'`);
}

function requireWhole(name: string, value: number): void {
  if (Number.isInteger(value) && value >= 0) return;
  throw new DataError(`batches: ${name} must be a whole number from 0, got ${value}`);
}

function requireSize(size: number): void {
  if (!Number.isInteger(size) || size < 1) {
    throw new DataError(`batches: size must be a whole number from 1, got ${size}`);
  }
}
