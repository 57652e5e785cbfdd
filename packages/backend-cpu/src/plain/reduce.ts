import {
  type MapProgram,
  type Nest,
  nestOf,
  positionStrides,
  type ReduceOp,
  type View,
} from '@ostinato/kernel';
import { type CompiledLoops, compileLoops, writeProgram } from './compile.js';
import { interpretReduce } from './interpret.js';
import { LoopWriter, type Step, stepsOf } from './loops.js';
import type { Pool } from './pool.js';

/** How the printed code begins and takes in one more number. */
const spellings: Record<ReduceOp, { neutral: string; combine: (a: string, b: string) => string }> = {
  sum: { neutral: '0', combine: (a, b) => `${a} + ${b}` },
  max: { neutral: '-Infinity', combine: (a, b) => `Math.max(${a}, ${b})` },
  min: { neutral: 'Infinity', combine: (a, b) => `Math.min(${a}, ${b})` },
};

/**
 * Reductions in float64, always in row-major order of the reduced axes. Where the inputs lie closer together along the
 * kept axes, a whole row of results is accumulated side by side, so that memory is read in the order in which it lies.
 */
export class ReduceKernels {
  readonly #compiled = new Map<string, CompiledLoops>();
  readonly #pool: Pool;
  readonly #compiles: boolean;
  #row = new Float64Array(1024);

  /** @param compiles whether kernels may be made from text; interpreted where not */
  constructor(pool: Pool, compiles: boolean) {
    this.#pool = pool;
    this.#compiles = compiles;
  }

  run(
    op: ReduceOp,
    program: MapProgram,
    inputs: readonly View[],
    scalars: readonly number[],
    axes: readonly number[],
    out: View,
  ): void {
    const shape = out.shape.map((length, axis) => (axes.includes(axis) ? inputs[0]!.shape[axis]! : length));
    const positions = positionStrides(program, shape);
    const operands = [...inputs.map((view) => view.strides), out.strides, ...positions];
    const nestOver = (chosen: readonly number[]): Nest =>
      nestOf(
        chosen.map((axis) => shape[axis]!),
        operands.map((strides) => chosen.map((axis) => strides[axis]!)),
      );
    const kept = nestOver(shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis)));
    const reduced = nestOver(shape.map((_, axis) => axis).filter((axis) => axes.includes(axis)));
    // Within the loops over reduced axes the result stays where it is.
    const still = reduced.strides.map((strides, operand) =>
      operand === inputs.length ? strides.map(() => 0) : strides,
    );
    const inner = { lengths: reduced.lengths, strides: still };
    const views = [...inputs, out];
    const offsets = [...views.map((view) => view.offset), ...positions.map(() => 0)];
    const arrays = views.map((view) => this.#pool.numbers(view, 'reduce'));
    if (!this.#compiles) {
      interpretReduce(op, program, kept, inner, offsets, arrays, scalars);
      return;
    }

    const sideBySide = innerDistance(kept, inputs.length) < innerDistance(inner, inputs.length);
    const row = kept.lengths.at(-1)!;
    if (sideBySide && this.#row.length < row) this.#row = new Float64Array(row);
    const lengths = [...kept.lengths, ...inner.lengths];
    const strides = kept.strides.map((own, operand) => [...own, ...inner.strides[operand]!]);
    const steps = stepsOf({ lengths, strides });
    const keptLoops = kept.lengths.length;
    const key = `${op}${sideBySide ? keptLoops : -keptLoops}|${program.key}|${steps.map((own) => own.join('')).join()}`;
    let kernel = this.#compiled.get(key);
    if (!kernel) {
      kernel = printReduce(op, program, keptLoops, steps, sideBySide);
      this.#compiled.set(key, kernel);
    }
    kernel(lengths, strides, offsets, arrays, scalars, this.#row);
  }
}

/** How far apart the inputs' elements are in the innermost loop; nothing to gain from a loop of length 1. */
function innerDistance({ lengths, strides }: Nest, inputs: number): number {
  if (lengths.at(-1)! <= 1) return Infinity;
  let distance = 0;
  for (let operand = 0; operand < inputs; operand++) distance += Math.abs(strides[operand]!.at(-1)!);
  return distance;
}

function printReduce(
  op: ReduceOp,
  program: MapProgram,
  keptLoops: number,
  steps: readonly (readonly Step[])[],
  sideBySide: boolean,
): CompiledLoops {
  const { neutral, combine } = spellings[op];
  const out = program.inputs;
  const levels = steps[0]!.map((_, level) => level);
  const [kept, reduced] = [levels.slice(0, keptLoops), levels.slice(keptLoops)];
  const writer = new LoopWriter(steps, levels.length);
  const value = (): string =>
    writeProgram(writer, program, out + 1, (index) => `d${index}[${writer.pointer(index)}]`)[0]!;
  if (sideBySide) {
    const last = keptLoops - 1;
    writer.inside(kept.slice(0, last), () => {
      writer.line(`scratch.fill(${neutral}, 0, n${last});`);
      writer.inside([...reduced, last], () =>
        writer.line(`scratch[i${last}] = ${combine(`scratch[i${last}]`, value())};`),
      );
      writer.inside([last], () => writer.line(`d${out}[${writer.pointer(out)}] = scratch[i${last}];`));
    });
  } else {
    writer.inside(kept, () => {
      writer.line(`let result = ${neutral};`);
      writer.inside(reduced, () => writer.line(`result = ${combine('result', value())};`));
      writer.line(`d${out}[${writer.pointer(out)}] = result;`);
    });
  }
  return compileLoops(writer, out + 1, program.scalars);
}
