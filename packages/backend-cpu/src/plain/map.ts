import { type MapProgram, nestOf, positionStrides, type View } from '@ostinato/kernel';
import { type CompiledLoops, compileLoops, writeProgram } from './compile.js';
import { interpretMap } from './interpret.js';
import { LoopWriter, type Step, stepsOf } from './loops.js';
import type { Pool } from './pool.js';

const noScratch = new Float64Array(0);

/** Runs programs element by element, in loops that are printed once for each program and layout. */
export class MapKernels {
  readonly #compiled = new Map<string, CompiledLoops>();
  readonly #pool: Pool;
  readonly #compiles: boolean;

  /** @param compiles whether kernels may be made from text; interpreted where not */
  constructor(pool: Pool, compiles: boolean) {
    this.#pool = pool;
    this.#compiles = compiles;
  }

  run(program: MapProgram, inputs: readonly View[], scalars: readonly number[], outs: readonly View[]): void {
    const views = [...inputs, ...outs];
    const shape = outs[0]!.shape;
    const positions = positionStrides(program, shape);
    const nest = nestOf(shape, [...views.map((view) => view.strides), ...positions]);
    const offsets = [...views.map((view) => view.offset), ...positions.map(() => 0)];
    const arrays = views.map((view) => this.#pool.numbers(view, 'map'));
    if (this.#compiles) {
      const kernel = this.#kernelFor(program, inputs.length, stepsOf(nest));
      kernel(nest.lengths, nest.strides, offsets, arrays, scalars, noScratch);
    } else interpretMap(program, nest, offsets, arrays, scalars);
  }

  #kernelFor(program: MapProgram, inputs: number, steps: readonly (readonly Step[])[]): CompiledLoops {
    const key = `${program.key}|${steps.map((own) => own.join('')).join()}`;
    let kernel = this.#compiled.get(key);
    if (!kernel) {
      kernel = printMap(program, inputs, steps);
      this.#compiled.set(key, kernel);
    }
    return kernel;
  }
}

function printMap(program: MapProgram, inputs: number, steps: readonly (readonly Step[])[]): CompiledLoops {
  const levels = steps[0]!.map((_, level) => level);
  const innermost = levels.length - 1;
  const inMemory = inputs + program.outputs.length;
  const writer = new LoopWriter(steps, levels.length);
  writer.inside(levels.slice(0, -1), () => {
    // What does not move with the innermost loop is read before it.
    const moving = (index: number): boolean => writer.moves(index, innermost);
    for (let index = 0; index < inputs; index++) {
      if (!moving(index)) writer.line(`const x${index} = d${index}[${writer.pointer(index)}];`);
    }
    writer.inside([innermost], () => {
      // Everything is read before anything is written: outputs may be the very views that inputs are.
      for (let index = 0; index < inputs; index++) {
        if (moving(index)) writer.line(`const x${index} = d${index}[${writer.pointer(index)}];`);
      }
      const results = writeProgram(writer, program, inMemory, (index) => `x${index}`);
      for (const [index, result] of results.entries()) {
        writer.line(`d${inputs + index}[${writer.pointer(inputs + index)}] = ${result};`);
      }
    });
  });
  return compileLoops(writer, inMemory, program.scalars);
}
