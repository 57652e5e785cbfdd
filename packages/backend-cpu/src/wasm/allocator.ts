/** A stretch of memory, lent or free. */
export interface Block {
  readonly address: number;
  /** A multiple of `grain`. */
  size: number;
  free: boolean;
  /** Where the block stands in its bin, while it is free. */
  place: number;
  before: Block | undefined;
  after: Block | undefined;
}

/** Addresses and sizes are multiples of this many bytes: a cache line. */
export const grain = 64;

/** How many blocks of a bin are tried before a larger one is split. */
const patience = 16;

/**
 * Lends stretches of a memory that can grow, but never shrink. Free neighbours are merged at once and blocks split as
 * needed: blocks that could only be lent again at their own size, as in a pool that leaves the rest to the garbage
 * collector, would make the memory grow with each new batch length. Free blocks stand in bins by size, four for each
 * power of two (two-level segregated fit, Masmano et al. 2004), so that both directions take a handful of steps.
 */
export class Allocator {
  readonly #bins: Block[][] = [];
  readonly #grow: (end: number) => boolean;
  #last: Block | undefined;
  /** Memory from here on was never lent. */
  #top: number;
  #freeBytes = 0;

  /**
   * @param start the first address to lend
   * @param grow makes sure that memory reaches to `end`, or says that it cannot
   */
  constructor(start: number, grow: (end: number) => boolean) {
    this.#top = roundUp(start);
    this.#grow = grow;
  }

  /** Bytes of free blocks, which were lent before. */
  get freeBytes(): number {
    return this.#freeBytes;
  }

  /** A block of at least `bytes`; undefined where memory does not suffice. */
  allocate(bytes: number): Block | undefined {
    const size = Math.max(grain, roundUp(bytes));
    const found = this.#find(size);
    if (!found) return this.#extend(size);
    this.#take(found);
    const rest = found.size - size;
    if (rest > 0) {
      found.size = size;
      const remainder = this.#insert(found.address + size, rest, found);
      this.#give(remainder);
    }
    return found;
  }

  /** Takes a block back. */
  release(block: Block): void {
    const { before, after } = block;
    let merged = block;
    if (before?.free) {
      this.#take(before);
      before.size += block.size;
      this.#unlink(block);
      merged = before;
    }
    if (after?.free) {
      this.#take(after);
      merged.size += after.size;
      this.#unlink(after);
    }
    this.#give(merged);
  }

  #find(size: number): Block | undefined {
    const own = binOf(size);
    const bin = this.#bins[own];
    if (bin) {
      const end = Math.max(0, bin.length - patience);
      for (let place = bin.length - 1; place >= end; place--) {
        if (bin[place]!.size >= size) return bin[place];
      }
    }
    for (let larger = own + 1; larger < this.#bins.length; larger++) {
      const block = this.#bins[larger]?.at(-1);
      if (block) return block;
    }
    return undefined;
  }

  /** A block at the end of what was lent so far, made of the last block if that is free. */
  #extend(size: number): Block | undefined {
    const last = this.#last?.free ? this.#last : undefined;
    const address = last ? last.address : this.#top;
    if (!this.#grow(address + size)) return undefined;
    this.#top = Math.max(this.#top, address + size);
    if (!last) return this.#insert(address, size, this.#last);
    this.#take(last);
    last.size = size;
    return last;
  }

  #insert(address: number, size: number, before: Block | undefined): Block {
    const after = before?.after;
    const block: Block = { address, size, free: false, place: -1, before, after };
    if (before) before.after = block;
    if (after) after.before = block;
    else this.#last = block;
    return block;
  }

  #unlink({ before, after }: Block): void {
    if (before) before.after = after;
    if (after) after.before = before;
    else this.#last = before;
  }

  #give(block: Block): void {
    const index = binOf(block.size);
    while (this.#bins.length <= index) this.#bins.push([]);
    block.place = this.#bins[index]!.push(block) - 1;
    block.free = true;
    this.#freeBytes += block.size;
  }

  #take(block: Block): void {
    const bin = this.#bins[binOf(block.size)]!;
    const moved = bin.pop()!;
    if (moved !== block) {
      bin[block.place] = moved;
      moved.place = block.place;
    }
    block.free = false;
    this.#freeBytes -= block.size;
  }
}

function roundUp(bytes: number): number {
  return Math.ceil(bytes / grain) * grain;
}

/** The bin of a size: one for each multiple of the grain up to four, then four for each power of two. */
function binOf(size: number): number {
  const grains = size / grain;
  if (grains < 4) return grains;
  const power = Math.floor(Math.log2(grains));
  return 4 * (power - 1) + (Math.floor(grains / 2 ** (power - 2)) - 4);
}
