import {
  type Fused,
  type LinearChainArgs,
  type LinearChainGradArgs,
  offsetsOf,
  type View,
} from '@ostinato/kernel';
import type { Heap } from '../heap.js';
import { KernelCache } from '../kernel.js';
import type { MatmulKernels } from '../matmul/matmul.js';
import { packedBytes, productScratchBytes } from '../matmul/multiply.js';
import { dealRows } from '../recurrence/deal-rows.js';
import type { Runner } from '../runner.js';
import { prepareBlock, prepareKernel } from './advance.js';
import { chainBackwardBlock, chainBackwardKernel, pairsBlock, pairsKernel } from './backward.js';
import { chainForwardBlock, chainForwardKernel } from './forward.js';
import { paddedTags } from './rows.js';
import { scratchList, scratchRows, stepProducts } from './scratch-rows.js';

const bytes = (count: number): number => count * 4;

/** Whether the numbers of the last axis are neighbours. */
function hasUnitStride(view: View): boolean {
  return view.strides.at(-1) === 1 || view.shape.at(-1)! <= 1;
}

/** A matrix of transitions made ready for steps: see `prepareKernel`. */
interface Moves {
  readonly moves: number;
  readonly panels: number;
  readonly peaks: number;
}

/** Linear chains on a heap: whole sequences in one call each way. Parts share rows. */
export class LinearChainKernels {
  readonly linearChain: Fused<LinearChainArgs>;
  readonly linearChainGrad: Fused<LinearChainGradArgs>;
  readonly #heap: Heap;
  readonly #runner: Runner;
  readonly #matmul: MatmulKernels;
  readonly #kernels: KernelCache;

  constructor(heap: Heap, runner: Runner, matmul: MatmulKernels) {
    this.#heap = heap;
    this.#runner = runner;
    this.#matmul = matmul;
    this.#kernels = new KernelCache(heap);
    this.linearChain = {
      supports: ({ emissions, forward }) => [emissions, forward].every(hasUnitStride),
      run: (args) => this.#forward(args),
    };
    this.linearChainGrad = {
      supports: ({ emissions, forward, dEmissions, dTransitions }) =>
        [emissions, forward, dEmissions, dTransitions].every(hasUnitStride),
      run: (args) => this.#backward(args),
    };
  }

  #forward(args: LinearChainArgs): void {
    const { emissions, transitions, start, end, logPartition } = args;
    const [T, B, K] = emissions.shape as [number, number, number];
    const heap = this.#heap;
    if (T * B * K === 0) {
      this.#fill(logPartition, () => 0);
      return;
    }
    heap.scratch.scope(() => {
      const { scratch } = heap;
      const rowBytes = bytes(paddedTags(K));
      const block = scratch.take(chainForwardBlock.bytes);
      const totals = scratch.take(8 * B);
      const shared = this.#shared(args, this.#lengths(args.lengths, T));
      const moves = this.#moves(transitions, false);
      const [startRow, endRow] = [scratchRows(this.#heap, start), scratchRows(this.#heap, end)];
      heap.floats.fill(0, totals / 4, totals / 4 + 2 * B);
      chainForwardBlock.write(heap, block, {
        ...shared,
        ...moves,
        products: stepProducts(heap, this.#runner.parts, moves.panels, B, K),
        start: startRow,
        end: endRow,
        states: scratch.take(rowBytes * B),
        totals,
        logPartition: heap.viewAddress(logPartition, 'linearChain'),
        logPartitionRow: bytes(logPartition.strides[0]!),
      });
      const kernel = this.#kernels.get('forward', () => chainForwardKernel);
      this.#runner.run(kernel, block, T * B * K * (2 * K + 80));
    });
  }

  #backward(args: LinearChainGradArgs): void {
    const { emissions, transitions, end, gradient, dEmissions, dTransitions, dStart, dEnd } = args;
    const [T, B, K] = emissions.shape as [number, number, number];
    const heap = this.#heap;
    if (T * B * K === 0) {
      for (const view of [dTransitions, dStart, dEnd]) this.#fill(view, () => 0);
      return;
    }
    heap.scratch.scope(() => {
      const { scratch } = heap;
      const rowBytes = bytes(paddedTags(K));
      const block = scratch.take(chainBackwardBlock.bytes);
      const lengths = this.#lengths(args.lengths, T);
      const pairCounts = lengths.map((length) => Math.max(0, length - 1));
      const pairs = pairCounts.reduce((sum, count) => sum + count, 0);
      const shared = this.#shared(args, lengths);
      const forwardMoves = this.#moves(transitions, false);
      const backwardMoves = this.#moves(transitions, true);
      const takeRows = (count: number): number => scratch.take(rowBytes * count);
      const [left, right] = [takeRows(pairs), takeRows(pairs)];
      const [apart, pairGradients] = [scratch.take(bytes(pairs)), scratch.take(bytes(pairs))];
      const pairStarts = scratchList(this.#heap, startsOf(pairCounts));
      chainBackwardBlock.write(heap, block, {
        ...shared,
        ...backwardMoves,
        products: stepProducts(heap, this.#runner.parts, backwardMoves.panels, B, K),
        end: scratchRows(this.#heap, end),
        gradient: heap.viewAddress(gradient, 'linearChainGrad'),
        gradientRow: bytes(gradient.strides[0]!),
        dEmissions: heap.viewAddress(dEmissions, 'linearChainGrad'),
        dEmissionStep: bytes(dEmissions.strides[0]!),
        dEmissionRow: bytes(dEmissions.strides[1]!),
        following: takeRows(B),
        entered: takeRows(B),
        forwardPeaks: forwardMoves.peaks,
        pairStarts,
        left,
        right,
        apart,
        pairGradients,
      });
      const kernel = this.#kernels.get('backward', () => chainBackwardKernel);
      this.#runner.run(kernel, block, T * B * K * (2 * K + 160));
      const { panels, moves } = forwardMoves;
      const fields = { panels, moves, left, right, apart, pairGradients, pairs };
      this.#transitions(dTransitions, fields);
      this.#sumOfRows(dStart, dEmissions, (row) => (lengths[row]! > 0 ? 0 : -1));
      this.#sumOfRows(dEnd, dEmissions, (row) => lengths[row]! - 1);
    });
  }

  /** The gradient of the transitions: the product of the factors of all pairs, and those pairs that are counted apart. */
  #transitions(
    dTransitions: View,
    {
      left,
      ...fields
    }: Omit<Moves, 'peaks'> & {
      left: number;
      right: number;
      apart: number;
      pairGradients: number;
      pairs: number;
    },
  ): void {
    const heap = this.#heap;
    const K = dTransitions.shape[0]!;
    const rowBytes = bytes(paddedTags(K));
    const products = heap.scratch.take(rowBytes * K);
    const tags = Int32Array.from({ length: K }, (_, tag) => bytes(tag));
    const steps = Int32Array.from({ length: fields.pairs }, (_, pair) => pair * rowBytes);
    const shape = {
      left: { starts: tags, steps },
      right: { starts: tags, steps },
      out: { starts: tags.map((_, tag) => tag * rowBytes), stride: 4 },
      accumulate: false,
    };
    this.#matmul.product(shape, (run) => run(left, fields.right, products));
    const block = heap.scratch.take(pairsBlock.bytes);
    pairsBlock.write(heap, block, {
      ...fields,
      tags: K,
      rowBytes,
      products,
      dTransitions: heap.viewAddress(dTransitions, 'linearChainGrad'),
      dTransitionRow: bytes(dTransitions.strides[0]!),
    });
    this.#runner.run(
      this.#kernels.get('pairs', () => pairsKernel),
      block,
      4 * K * (K + fields.pairs),
    );
  }

  /** Sizes, views and scratch of both passes. */
  #shared(
    { emissions, forward }: Pick<LinearChainArgs, 'emissions' | 'forward'>,
    lengths: readonly number[],
  ) {
    const [T, B, K] = emissions.shape as [number, number, number];
    const { scratch } = this.#heap;
    const { parts } = this.#runner;
    const rowBytes = bytes(paddedTags(K));
    const scratchBytes = Math.ceil(productScratchBytes(K) / 64) * 64;
    return {
      steps: T,
      batch: B,
      tags: K,
      rowBytes,
      emissions: this.#heap.viewAddress(emissions, 'linearChain'),
      emissionStep: bytes(emissions.strides[0]!),
      emissionRow: bytes(emissions.strides[1]!),
      forward: this.#heap.viewAddress(forward, 'linearChain'),
      forwardStep: bytes(forward.strides[0]!),
      forwardRow: bytes(forward.strides[1]!),
      lengths: scratchList(this.#heap, lengths),
      order: scratchList(this.#heap, dealRows(lengths, parts)),
      scratch: scratch.take(scratchBytes * parts),
      scratchBytes,
      rows: scratch.take(bytes(B)),
      factors: scratch.take(rowBytes * B),
      sums: scratch.take(rowBytes * B),
      own: scratch.take(rowBytes * parts),
    };
  }

  /** Those outside [0, steps], which nobody may give, are brought inside: kernels stay in their views. */
  #lengths(view: View, steps: number): number[] {
    const { integers } = this.#heap;
    const first = this.#heap.viewAddress(view, 'linearChain') / 4;
    return Array.from({ length: view.shape[0]! }, (_, row) =>
      Math.min(Math.max(integers[first + row * view.strides[0]!]!, 0), steps),
    );
  }

  /** Transitions, or their transpose, ready for steps. */
  #moves(transitions: View, transposed: boolean): Moves {
    const heap = this.#heap;
    const K = transitions.shape[0]!;
    const rowBytes = bytes(paddedTags(K));
    const strides = transposed ? transitions.strides.toReversed() : transitions.strides;
    const moves = scratchRows(this.#heap, { ...transitions, strides });
    const panels = heap.scratch.take(packedBytes(K, paddedTags(K)));
    const peaks = heap.scratch.take(rowBytes);
    const block = heap.scratch.take(prepareBlock.bytes);
    prepareBlock.write(heap, block, { moves, sources: K, rowBytes, panels, peaks });
    this.#runner.run(
      this.#kernels.get('prepare', () => prepareKernel),
      block,
      30 * K * K,
    );
    return { moves, panels, peaks };
  }

  /** Sums the gradients of the emissions of one step of each row over rows, always in the same order; -1 stands for no step. */
  #sumOfRows(target: View, dEmissions: View, stepOf: (row: number) => number): void {
    const { floats } = this.#heap;
    const [, B] = dEmissions.shape as [number, number];
    const [stepStride, rowStride, tagStride] = dEmissions.strides as [number, number, number];
    const first = this.#heap.viewAddress(dEmissions, 'linearChainGrad') / 4;
    this.#fill(target, (tag) => {
      let sum = 0;
      for (let row = 0; row < B; row++) {
        const step = stepOf(row);
        if (step >= 0) sum += floats[first + step * stepStride + row * rowStride + tag * tagStride]!;
      }
      return sum;
    });
  }

  /** Writes what `numberAt` gives for each place of a view. */
  #fill(view: View, numberAt: (index: number) => number): void {
    const { floats } = this.#heap;
    const places = offsetsOf(view.shape, view.strides, this.#heap.viewAddress(view, 'linearChain') / 4);
    for (const [index, place] of places.entries()) floats[place] = numberAt(index);
  }
}

/** Where stretches of these lengths begin when they lie one behind the other. */
function startsOf(counts: readonly number[]): number[] {
  const starts: number[] = [];
  let begin = 0;
  for (const count of counts) {
    starts.push(begin);
    begin += count;
  }
  return starts;
}
