import { beforeEach, describe, expect, it } from 'vitest';
import type { CtcLossArgs } from '../backend.js';
import { ctcLossLimit } from '../ctc-loss-limit.js';
import { ReferenceBackend } from '../reference.js';
import { ELEMENT_BYTES, sizeOf, type View, viewOf } from '../view.js';
import { ctcLoss } from './ctc-loss.js';

const backend = new ReferenceBackend();

function floats(shape: readonly number[], values: readonly number[] = []): View {
  const storage = backend.alloc(sizeOf(shape) * ELEMENT_BYTES);
  backend.write(storage, new Float32Array(values));
  return viewOf(storage, shape);
}
function integers(shape: readonly number[], values: readonly number[]): View {
  const storage = backend.alloc(sizeOf(shape) * ELEMENT_BYTES);
  backend.write(storage, new Int32Array(values));
  return viewOf(storage, shape, 'i32');
}

/** Three steps of two rows with even probabilities of three classes, blank 0. */
function evenCall(change: Partial<CtcLossArgs> = {}): CtcLossArgs {
  return {
    logits: floats([3, 2, 3], new Array(18).fill(0.5)),
    targets: integers([2, 2], [1, 2, 1, 99]),
    inputLengths: integers([2], [3, 2]),
    targetLengths: integers([2], [2, 1]),
    blank: 0,
    loss: floats([2]),
    gradient: floats([3, 2, 3]),
    ...change,
  };
}

describe('the fallback of ctcLoss', () => {
  let live = 0;
  beforeEach(() => {
    live = backend.memory().liveStorages;
  });

  it('adds up all alignments', () => {
    const args = evenCall();
    ctcLoss(backend, args);
    const [first, second] = backend.values(args.loss);
    // 112 122 012 102 120 of 27, and 11 01 10 of 9.
    expect(first).toBeCloseTo(-Math.log(5 / 27), 12);
    expect(second).toBeCloseTo(-Math.log(3 / 9), 12);
    const gradient = [...backend.values(args.gradient!)];
    // The first step is 1 in four of five alignments, the blank in one; the third does not exist in the second row.
    const expected = [1 / 3 - 1 / 5, 1 / 3 - 4 / 5, 1 / 3];
    for (const [index, value] of expected.entries()) expect(gradient[index]).toBeCloseTo(value, 12);
    expect(gradient.slice(15)).toEqual([0, 0, 0]);
    expect(backend.memory().liveStorages).toBe(live + 6);
  });

  it('does without a gradient', () => {
    const args = evenCall({ gradient: null });
    ctcLoss(backend, args);
    expect(backend.values(args.loss)[0]).toBeCloseTo(-Math.log(5 / 27), 12);
  });

  it('gives a target that cannot fit the largest loss, and no gradient', () => {
    // A symbol twice takes a blank between.
    const args = evenCall({ targets: integers([2, 2], [1, 2, 1, 1]), targetLengths: integers([2], [2, 2]) });
    ctcLoss(backend, args);
    const losses = backend.values(args.loss);
    expect(losses[0]).toBeCloseTo(-Math.log(5 / 27), 12);
    expect(losses[1]).toBe(ctcLossLimit);
    const gradient = backend.values(args.gradient!);
    expect([...gradient].filter((_, index) => index % 6 >= 3).every((slope) => slope === 0)).toBe(true);
    expect(gradient[0]).not.toBe(0);
  });

  it('gives an empty target of no steps the loss 0', () => {
    const lengths = integers([2], [0, 0]);
    const args = evenCall({ inputLengths: lengths, targetLengths: lengths });
    ctcLoss(backend, args);
    expect([...backend.values(args.loss)]).toEqual([0, 0]);
  });
});
