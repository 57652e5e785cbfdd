import { offsetsOf, type View } from '@ostinato/kernel';
import type { Heap } from '../heap.js';
import { multiplyBlock } from '../matmul/multiply.js';
import { paddedTags } from './rows.js';

const bytes = (count: number): number => count * 4;

/** Whole numbers in scratch. Returns their address. */
export function scratchList(heap: Heap, numbers: readonly number[]): number {
  const address = heap.scratch.take(bytes(numbers.length));
  heap.integers.set(numbers, address / 4);
  return address;
}

/** A copy of the numbers of a view [..., tags] in padded rows of scratch, with 0 in the padding. Returns its address. */
export function scratchRows(heap: Heap, view: View): number {
  const K = view.shape.at(-1)!;
  const padded = paddedTags(K);
  const places = offsetsOf(view.shape, view.strides, heap.viewAddress(view, 'linearChain') / 4);
  const count = (places.length / K) * padded;
  const address = heap.scratch.take(bytes(count));
  const { floats } = heap;
  floats.fill(0, address / 4, address / 4 + count);
  for (let index = 0, row = address / 4; index < places.length; row += padded)
    for (let tag = 0; tag < K; tag++) floats[row + tag] = floats[places[index++]!]!;
  return address;
}

/** The argument blocks of the product of a step, one for each part, whose rows lie one behind the other. Returns their address. */
export function stepProducts(heap: Heap, parts: number, panels: number, batch: number, tags: number): number {
  const columns = paddedTags(tags);
  const blocks = heap.scratch.take(multiplyBlock.paddedBytes * parts);
  const starts = scratchList(
    heap,
    Array.from({ length: batch }, (_, row) => row * bytes(columns)),
  );
  const product = {
    leftStarts: starts,
    leftOffset: 0,
    leftSteps: scratchList(
      heap,
      Array.from({ length: tags }, (_, tag) => bytes(tag)),
    ),
    leftContiguous: 1,
    outStarts: starts,
    outOffset: 0,
    outStride: 4,
    panels,
    depth: tags,
    columns,
    accumulate: 0,
  };
  for (let part = 0; part < parts; part++)
    multiplyBlock.write(heap, blocks + part * multiplyBlock.paddedBytes, product);
  return blocks;
}
