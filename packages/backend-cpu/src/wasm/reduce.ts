import {
  type MapProgram,
  type Nest,
  nestOf,
  positionStrides,
  type ReduceOp,
  type View,
} from '@ostinato/kernel';
import { Accumulator } from './accumulator.js';
import { arranged, ease, enoughToShare } from './arrange.js';
import type { FunctionBuilder, Local } from './assembler.js';
import type { Heap } from './heap.js';
import { type KernelBody, KernelCache, shareOf } from './kernel.js';
import { Lanes, laneCount } from './lanes.js';
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

/** What a kernel knows of a reduction, besides program and operands. */
interface Plan {
  readonly op: ReduceOp;
  /** How many loops are kept; the loops behind them are reduced. */
  readonly kept: number;
  /** Whether four results are computed side by side, else four numbers of one result. */
  readonly sideBySide: boolean;
  /** Whether parts share the outermost loop, else the innermost one that is kept. */
  readonly sharesOutermost: boolean;
}

/**
 * Reductions four lanes at a time, sums in float64. The order in which numbers are added up depends on the layout, but not
 * on the number of parts: those share results, never the numbers of one.
 */
export class ReduceKernels {
  readonly #heap: Heap;
  readonly #runner: Runner;
  readonly #kernels: KernelCache;

  constructor(heap: Heap, runner: Runner) {
    this.#heap = heap;
    this.#runner = runner;
    this.#kernels = new KernelCache(heap);
  }

  run(
    op: ReduceOp,
    program: MapProgram,
    inputs: readonly View[],
    scalars: readonly number[],
    axes: readonly number[],
    out: View,
  ): void {
    const heap = this.#heap;
    const views = [...inputs, out];
    const starts = views.map((view) => heap.viewAddress(view, 'reduce'));
    if (out.shape.includes(0)) return;
    const shape = out.shape.map((length, axis) => (axes.includes(axis) ? inputs[0]!.shape[axis]! : length));
    const positions = positionStrides(program, shape);
    const strides = [...inputs.map((view) => view.strides), out.strides, ...positions];
    const nestOver = (isChosen: (axis: number) => boolean): Nest => {
      const chosen = shape.map((_, axis) => axis).filter(isChosen);
      return nestOf(
        chosen.map((axis) => shape[axis]!),
        strides.map((own) => chosen.map((axis) => own[axis]!)),
      );
    };
    const kept = arranged(
      nestOver((axis) => !axes.includes(axis)),
      views.length,
    );
    const reduced = arranged(
      nestOver((axis) => axes.includes(axis)),
      inputs.length,
    );
    const last = ({ lengths }: Nest): number => lengths.length - 1;
    const isNothing = reduced.lengths.includes(0);
    const nest: Nest = {
      lengths: [...kept.lengths, ...reduced.lengths],
      strides: kept.strides.map((own, operand) => {
        // Within the loops over reduced axes the result stays where it is.
        const inner = reduced.strides[operand]!.map((stride) => (operand === inputs.length ? 0 : stride));
        const all = [...own, ...inner];
        return isNothing && operand < inputs.length ? all.map(() => 0) : all;
      }),
    };
    const operands: Operands = {
      kinds: kindsOf(views, positions.length),
      // Where nothing is reduced, what does not move with the loops is read all the same: the first result, always.
      starts: [...(isNothing ? starts.fill(starts.at(-1)!) : starts), ...positions.map(() => 0)],
      nest,
    };
    const plan: Plan = {
      op,
      kept: kept.lengths.length,
      sideBySide: ease(kept, last(kept), inputs.length) > ease(reduced, last(reduced), inputs.length),
      sharesOutermost: kept.lengths.length > 1 && kept.lengths[0]! >= enoughToShare,
    };
    const signature = signatureOf(operands, program.scalars);
    const key = [program.key, signatureKey(signature), ...Object.values(plan)].join('|');
    const kernel = this.#kernels.get(key, () => reduceKernel(program, signature, plan));
    heap.scratch.scope(() => {
      const layout = new ArgumentLayout(signature.levels, operands.kinds.length);
      const count = nest.lengths.reduce((product, length) => product * length, 1);
      this.#runner.run(kernel, layout.write(heap, operands, scalars), count * (costOf(program) + 4));
    });
  }
}

/** Programs of at most so many operations are computed for several vectors at a time. */
const smallProgram = 8;
/** So many vectors. */
const many = 4;

function reduceKernel(program: MapProgram, signature: Signature, plan: Plan): KernelBody {
  return (f, args, part, parts) => {
    const walker = new Walker(f, args, signature);
    const out = program.inputs;
    const code = new ProgramCode(f, args, walker, program, signature, out + 1);
    const levels = Array.from({ length: signature.levels }, (_, level) => level);
    const [kept, reduced] = [levels.slice(0, plan.kept), levels.slice(plan.kept)];
    const shared = plan.sharesOutermost ? kept[0]! : kept.at(-1)!;
    const grain = plan.sharesOutermost || !plan.sideBySide ? 1 : many * laneCount;
    const range = shareOf(f, walker.length(shared), part, parts, grain);
    const write = plan.sideBySide ? sideBySide : oneByOne;
    write({ f, walker, code, program, signature, plan, out, kept, reduced, range });
  };
}

interface Context {
  readonly f: FunctionBuilder;
  readonly walker: Walker;
  readonly code: ProgramCode;
  readonly program: MapProgram;
  readonly signature: Signature;
  readonly plan: Plan;
  readonly out: number;
  readonly kept: readonly number[];
  readonly reduced: readonly number[];
  readonly range: Range;
}

/** How many vectors are computed at a time along a loop. */
function vectorsAlong({ program, signature, code }: Context, level: number): number {
  const isDense = code.operands.every((operand) => signature.steps[operand]![level] !== 's');
  return isDense && costOf(program) <= smallProgram ? many : 1;
}

/** Four results or more at a time: all numbers of these are walked through once. */
function sideBySide(context: Context): void {
  const { f, walker, code, signature, plan, out, kept, reduced, range } = context;
  const inner = kept.at(-1)!;
  const lanes = new Lanes(f, walker, signature.kinds, inner);
  const wide = vectorsAlong(context, inner) * laneCount;
  const kind = signature.kinds[out]!;
  const strip = (): void =>
    walker.strip(
      inner,
      wide > laneCount ? [wide, laneCount] : [laneCount],
      (count) => {
        const sums = Array.from({ length: count / laneCount }, () => new Accumulator(f, plan.op));
        walker.inside(reduced, () => {
          for (const [vector, sum] of sums.entries()) {
            const bits = new Map(code.operands.map((operand) => [operand, lanes.load(operand, vector)]));
            sum.add(code.emit(bits)[0]!);
          }
        });
        for (const [vector, sum] of sums.entries()) lanes.store(out, sum.vector(kind), vector);
      },
      (left) => {
        const sum = new Accumulator(f, plan.op);
        walker.inside(reduced, () => {
          const loaded = lanes.loadFirst(code.operands, left);
          sum.add(code.emit(new Map(code.operands.map((operand, place) => [operand, loaded[place]!])))[0]!);
        });
        lanes.storeFirst([{ operand: out, vector: sum.vector(kind) }], left);
      },
      plan.sharesOutermost ? undefined : range,
    );
  walker.inside(kept.slice(0, -1), strip, plan.sharesOutermost ? range : undefined);
}

/** One result at a time, from four of its numbers or more at a time. */
function oneByOne(context: Context): void {
  const { f, walker, code, signature, plan, out, kept, reduced, range } = context;
  const inner = reduced.at(-1)!;
  const lanes = new Lanes(f, walker, signature.kinds, inner);
  const vectors = vectorsAlong(context, inner);
  const sums = Array.from({ length: vectors }, () => new Accumulator(f, plan.op));
  const one = (): void => {
    for (const sum of sums) sum.reset();
    const moving = code.operands.filter((operand) => walker.moves(operand, inner));
    const along = (): void => {
      const still = code.operands
        .filter((operand) => !moving.includes(operand))
        .map((operand) => [operand, lanes.load(operand)] as const);
      walker.strip(
        inner,
        vectors > 1 ? [vectors * laneCount, laneCount] : [laneCount],
        (count) => {
          for (let vector = 0; vector < count / laneCount; vector++) {
            const loaded = moving.map((operand) => [operand, lanes.load(operand, vector)] as const);
            sums[vector]!.add(code.emit(new Map([...still, ...loaded]))[0]!);
          }
        },
        (left: Local<'i32'>) => {
          const loaded = lanes.loadFirst(moving, left);
          const bits = new Map([
            ...still,
            ...moving.map((operand, place) => [operand, loaded[place]!] as const),
          ]);
          sums[0]!.add(code.emit(bits)[0]!, left);
        },
      );
    };
    walker.inside(reduced.slice(0, -1), along);
    for (const sum of sums.slice(1)) sums[0]!.merge(sum);
    const result = sums[0]!.total(signature.kinds[out]!);
    new Lanes(f, walker, signature.kinds, kept.at(-1)!).storeOne(out, result);
  };
  // Shared along the innermost kept loop or the outermost, whichever is long.
  const [first, ...others] = plan.sharesOutermost ? kept : [kept.at(-1)!, ...kept.slice(0, -1)];
  walker.inside([first!, ...others], one, range);
}
