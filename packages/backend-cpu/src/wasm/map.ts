import { type MapProgram, nestOf, positionStrides, type View } from '@ostinato/kernel';
import { arranged, enoughToShare } from './arrange.js';
import type { Local } from './assembler.js';
import type { Heap } from './heap.js';
import { type KernelBody, KernelCache, shareOf } from './kernel.js';
import { fromFloats, Lanes, laneCount } from './lanes.js';
import {
  ArgumentLayout,
  kindsOf,
  type Operands,
  type Signature,
  signatureKey,
  signatureOf,
} from './operands.js';
import { costOf, ProgramCode } from './program.js';
import type { Runner } from './runner.js';
import { type Range, Walker } from './walker.js';

/** Shares of the innermost loop are multiples of this many elements: a cache line. */
const shareGrain = 16;
/** Vectors of a program of at most so many operations are computed several at a time. */
const smallProgram = 6;

/** Runs programs element by element, four at a time, in kernels that are compiled once for each program and layout. */
export class MapKernels {
  readonly #heap: Heap;
  readonly #runner: Runner;
  readonly #kernels: KernelCache;

  constructor(heap: Heap, runner: Runner) {
    this.#heap = heap;
    this.#runner = runner;
    this.#kernels = new KernelCache(heap);
  }

  run(program: MapProgram, inputs: readonly View[], scalars: readonly number[], outs: readonly View[]): void {
    const heap = this.#heap;
    const views = [...inputs, ...outs];
    const starts = views.map((view) => heap.viewAddress(view, 'map'));
    const shape = outs[0]!.shape;
    const count = shape.reduce((product, length) => product * length, 1);
    if (count === 0) return;
    const positions = positionStrides(program, shape);
    const nest = arranged(nestOf(shape, [...views.map((view) => view.strides), ...positions]), views.length);
    const operands: Operands = {
      kinds: kindsOf(views, positions.length),
      starts: [...starts, ...positions.map(() => 0)],
      nest,
    };
    const signature = signatureOf(operands, program.scalars);
    const outermost = nest.lengths.length > 1 && nest.lengths[0]! >= enoughToShare;
    const key = `${program.key}|${signatureKey(signature)}|${outermost}`;
    const kernel = this.#kernels.get(key, () => mapKernel(program, signature, outermost));
    heap.scratch.scope(() => {
      const layout = new ArgumentLayout(signature.levels, operands.kinds.length);
      this.#runner.run(kernel, layout.write(heap, operands, scalars), count * costOf(program));
    });
  }
}

function mapKernel(program: MapProgram, signature: Signature, sharesOutermost: boolean): KernelBody {
  return (f, args, part, parts) => {
    const { kinds, steps, levels } = signature;
    const walker = new Walker(f, args, signature);
    const inner = levels - 1;
    const outer = Array.from({ length: inner }, (_, level) => level);
    const firstOut = program.inputs;
    const code = new ProgramCode(f, args, walker, program, signature, firstOut + program.outputs.length);
    const lanes = new Lanes(f, walker, kinds, inner);
    // Inputs that only exchange places, or are copied, keep all their bits.
    const copied = program.outputs.map((output, index) =>
      output.kind === 'input' && kinds[output.index] === kinds[firstOut + index] ? output.index : undefined,
    );

    const compute = (bits: ReadonlyMap<number, Local<'v128'>>) => {
      const values = code.emit(bits);
      return values.map((value, index) => {
        const operand = firstOut + index;
        const source = copied[index];
        return {
          operand,
          vector: source === undefined ? f.v128(fromFloats(kinds[operand]!, value)) : bits.get(source)!,
        };
      });
    };

    const strip = (range?: Range): void => {
      const still = code.operands.filter((operand) => !walker.moves(operand, inner));
      const moving = code.operands.filter((operand) => walker.moves(operand, inner));
      const kept = still.map((operand) => [operand, lanes.load(operand)] as const);
      const isDense = steps.every((own) => own[inner] !== 's');
      const wide = isDense && costOf(program) <= smallProgram;
      walker.strip(
        inner,
        wide ? [4 * laneCount, laneCount] : [laneCount],
        (count) => {
          for (let vector = 0; vector < count / laneCount; vector++) {
            const loaded = moving.map((operand) => [operand, lanes.load(operand, vector)] as const);
            for (const { operand, vector: value } of compute(new Map([...kept, ...loaded])))
              lanes.store(operand, value, vector);
          }
        },
        (left) => {
          const loaded = lanes.loadFirst(moving, left);
          const bits = new Map([
            ...kept,
            ...moving.map((operand, place) => [operand, loaded[place]!] as const),
          ]);
          lanes.storeFirst(compute(bits), left);
        },
        range,
      );
    };

    if (sharesOutermost) {
      walker.inside(outer, () => strip(), shareOf(f, walker.length(0), part, parts));
      return;
    }
    const range = shareOf(f, walker.length(inner), part, parts, shareGrain);
    walker.inside(outer, () => strip(range));
  };
}
