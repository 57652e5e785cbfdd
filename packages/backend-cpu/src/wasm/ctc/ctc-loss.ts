import type { CtcLossArgs, Fused, View } from '@ostinato/kernel';
import { ctcNumbers } from '../../ctc-numbers.js';
import type { Heap } from '../heap.js';
import { type Kernel, KernelCache } from '../kernel.js';
import { dealRows } from '../recurrence/deal-rows.js';
import type { Runner } from '../runner.js';
import { emissionBytes } from './emissions.js';
import { ctcBlock, ctcKernel } from './kernel.js';
import { nothing } from './scaled.js';
import { arrayBytes, borderBytes, stateArrays, totalsBytes } from './states.js';

const bytes = (count: number): number => count * 4;
/** The exponent of what is not capped. */
const uncapped = 2 ** 30;

/** CTC on a heap: all rows in one call, each in one thread. */
export class CtcLossKernels {
  readonly ctcLoss: Fused<CtcLossArgs>;
  readonly #heap: Heap;
  readonly #runner: Runner;
  readonly #kernels: KernelCache;

  constructor(heap: Heap, runner: Runner) {
    this.#heap = heap;
    this.#runner = runner;
    this.#kernels = new KernelCache(heap);
    this.ctcLoss = { supports: () => true, run: (args) => this.#run(args) };
  }

  get #kernel(): Kernel {
    return this.#kernels.get('ctcLoss', () => ctcKernel);
  }

  /** Throws IndexError for a length or a symbol that there is not, before anything is written. */
  #run(args: CtcLossArgs): void {
    const { logits, gradient, loss, blank } = args;
    const [T, B, C] = logits.shape as [number, number, number];
    if (B === 0) return;
    const heap = this.#heap;
    const numbers = ctcNumbers(args, (view) => this.#read(view));
    const S = Math.max(...numbers.targetLengths);
    const size = arrayBytes(S);
    const rowBytes = 16 * (Math.floor(C / 4) + 1);
    const emission = (rowBytes / 4) * emissionBytes;
    const layout = layoutOf({
      alphas: stateArrays * size * (gradient ? T + 1 : 1),
      beta: stateArrays * size,
      emissions: emission * (gradient ? T : 1),
      inverseSums: bytes(T),
      row: rowBytes,
      // With the slopes behind them.
      shares: totalsBytes + 2 * rowBytes,
    });
    heap.scratch.scope(() => {
      const block = heap.scratch.take(ctcBlock.bytes);
      const scratch = heap.scratch.take(layout.total * this.#runner.parts);
      const symbols = heap.scratch.take(size * B);
      const caps = heap.scratch.take(size * B);
      const lists = ['inputLengths', 'targetLengths'] as const;
      const [inputLengths, targetLengths] = lists.map((name) => this.#list(numbers[name]));
      const states = numbers.targetLengths.map((length) => 2 * length + 1);
      const work = numbers.inputLengths.map((length, row) => length * (states[row]! + C));
      const order = this.#list(dealRows(work, this.#runner.parts));
      for (const [row, target] of numbers.targets.entries()) {
        this.#symbols(target, C, symbols + row * size, size);
        this.#caps(target, caps + row * size, size);
      }
      ctcBlock.write(heap, block, {
        steps: T,
        batch: B,
        classes: C,
        rowBytes,
        order,
        inputLengths: inputLengths!,
        targetLengths: targetLengths!,
        symbols,
        caps,
        arrayBytes: size,
        blankOffset: blank * emissionBytes,
        ...this.#sequences('logit', logits),
        logits: heap.viewAddress(logits, 'ctcLoss'),
        ...this.#sequences('gradient', gradient),
        gradient: gradient ? heap.viewAddress(gradient, 'ctcLoss') : 0,
        loss: heap.viewAddress(loss, 'ctcLoss'),
        lossRow: bytes(loss.strides[0]!),
        scratch,
        scratchBytes: layout.total,
        ...layout.places,
        alphaStride: gradient ? stateArrays * size : 0,
        emissionStride: gradient ? emission : 0,
      });
      this.#runner.run(this.#kernel, block, 50 * work.reduce((sum, own) => sum + own, 0));
    });
  }

  /** The whole numbers of a view of one axis. */
  #read(view: View): number[] {
    const { integers } = this.#heap;
    const first = this.#heap.viewAddress(view, 'ctcLoss') / 4;
    return Array.from({ length: view.shape[0]! }, (_, index) => integers[first + index * view.strides[0]!]!);
  }

  #list(numbers: readonly number[]): number {
    const address = this.#heap.scratch.take(bytes(numbers.length));
    this.#heap.integers.set(numbers, address / 4);
    return address;
  }

  /** Where the emissions of symbols lie; behind the target there is a class that never comes. */
  #symbols(target: readonly number[], classes: number, address: number, size: number): void {
    const { integers } = this.#heap;
    const first = address / 4;
    integers.fill(classes * emissionBytes, first, first + size / 4);
    for (const [place, symbol] of target.entries())
      integers[first + borderBytes / 4 + place] = symbol * emissionBytes;
  }

  /** Which symbols may follow the one before without a blank between. */
  #caps(target: readonly number[], address: number, size: number): void {
    const { integers } = this.#heap;
    const first = address / 4;
    integers.fill(nothing, first, first + size / 4);
    for (const [place, symbol] of target.entries())
      if (place > 0 && symbol !== target[place - 1]) integers[first + borderBytes / 4 + place] = uncapped;
  }

  #sequences<Name extends 'logit' | 'gradient'>(name: Name, view: View | null) {
    const strides = view?.strides ?? [0, 0, 0];
    return {
      [`${name}Step`]: bytes(strides[0]!),
      [`${name}Row`]: bytes(strides[1]!),
      [`${name}Class`]: bytes(strides[2]!),
    } as Record<`${Name}Step` | `${Name}Row` | `${Name}Class`, number>;
  }
}

/** Places one behind the other, each at a multiple of 64 bytes, and how much they take. */
function layoutOf<Name extends string>(sizes: Readonly<Record<Name, number>>) {
  let total = 0;
  const places = {} as Record<Name, number>;
  for (const [name, size] of Object.entries(sizes) as [Name, number][]) {
    places[name] = total;
    total += Math.ceil(size / 64) * 64;
  }
  return { places, total };
}
