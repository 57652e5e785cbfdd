import type { RecurrenceArgs } from '@ostinato/kernel';

/** [T, B, G, H] of a recurrence, and S and P of its cell, and how many of its gates are inner ones. */
export interface Sizes {
  readonly T: number;
  readonly B: number;
  readonly G: number;
  readonly H: number;
  readonly S: number;
  readonly P: number;
  readonly I: number;
}

export function sizesOf({ x, cell }: RecurrenceArgs): Sizes {
  const [T, B, G, H] = x.shape as [number, number, number, number];
  return { T, B, G, H, S: cell.states, P: cell.parameters, I: cell.inner?.gates ?? 0 };
}

/** Some steps of a sequence, in the order in which a sweep takes them. */
export interface Chunk {
  readonly steps: number;
  /** The first one, and what leads from one to the next: 1 or -1. */
  readonly first: number;
  readonly direction: number;
}

/** Cuts the steps of a sweep into chunks of at most `most`. */
export function chunksOf(T: number, backwards: boolean, most: number): Chunk[] {
  const chunks: Chunk[] = [];
  for (let done = 0; done < T; done += most) {
    const steps = Math.min(most, T - done);
    chunks.push(
      backwards ? { steps, first: T - 1 - done, direction: -1 } : { steps, first: done, direction: 1 },
    );
  }
  return chunks;
}

/** How far the slots of `states` before and after step t lie from t. */
export function slotsOf(reverse: boolean): { before: number; after: number } {
  return reverse ? { before: 1, after: 0 } : { before: 0, after: 1 };
}

/** Multiply-adds of one row that a dispatch may take, so that it ends within some hundredths of a second. */
const mostWork = 2 ** 26;
/** What a step costs beside its product: barriers, and the way of numbers there and back. */
const overhead = 2 ** 12;

/** Steps of a whole-sequence dispatch. */
export function stepsAtOnce({ B, G, H }: Sizes, hasProduct: boolean): number {
  // About so many rows run side by side on a small device.
  const rounds = Math.ceil((hasProduct ? B : B * H * 2 ** -8) / 32);
  const work = (hasProduct ? G * H * H : 0) + overhead;
  return Math.max(1, Math.floor(mostWork / (work * Math.max(1, rounds))));
}
