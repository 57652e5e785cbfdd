import { expr, type MapProgram, memo, type PrimitiveName, positionsNeeded } from '@ostinato/kernel';
import { type FunctionBuilder, i32x4, type Local, type Value, v128 } from './assembler.js';
import { emitExpressions, type VectorLeaves } from './expression.js';
import { toFloats } from './lanes.js';
import type { Signature } from './operands.js';
import { randomVector } from './random.js';
import type { Walker } from './walker.js';

type Vector = Value<'v128'>;

/** Instructions of one operation on four lanes, roughly; 1 where it is not listed. */
const costs: Partial<Record<PrimitiveName, number>> = {
  exp: 26,
  tanh: 23,
  sigmoid: 20,
  log: 35,
  sin: 50,
  cos: 50,
  pow: 400,
  mod: 20,
  div: 4,
  sqrt: 4,
};

/** Roughly how many instructions a program takes for one element. */
export const costOf = memo((program: MapProgram): number =>
  expr
    .topological(program.outputs)
    .reduce(
      (sum, node) =>
        sum + (node.kind === 'operation' ? (costs[node.op] ?? 1) : node.kind === 'random' ? 70 : 1),
      program.outputs.length,
    ),
);

/** Writes a program's code: scalar arguments are read once, positions come from operands. */
export class ProgramCode {
  readonly #f: FunctionBuilder;
  readonly #program: MapProgram;
  readonly #kinds: Signature['kinds'];
  readonly #scalars: readonly Local<'v128'>[];
  readonly #seeds = new Map<number, Local<'v128'>>();
  readonly #firstPosition: number;

  /** @param firstPosition the operand with which positions begin, see `positionStrides` */
  constructor(
    f: FunctionBuilder,
    args: Local<'i32'>,
    walker: Walker,
    program: MapProgram,
    signature: Signature,
    firstPosition: number,
  ) {
    this.#f = f;
    this.#program = program;
    this.#kinds = signature.kinds;
    this.#firstPosition = firstPosition;
    this.#scalars = Array.from({ length: program.scalars }, (_, index) =>
      f.v128(v128.load32_splat(args, walker.layout.scalar(index))),
    );
    for (const node of expr.topological(program.outputs)) {
      if (node.kind !== 'random') continue;
      for (const { index } of node.seeds)
        this.#seeds.set(index, f.v128(i32x4.trunc_sat_f32x4_s(this.#scalars[index]!)));
    }
  }

  /** The operands that are read: inputs, then positions. */
  get operands(): number[] {
    const { rowMajor, axes } = positionsNeeded(this.#program);
    const inputs = Array.from({ length: this.#program.inputs }, (_, index) => index);
    const positions = axes.length + (rowMajor ? 1 : 0);
    return [...inputs, ...Array.from({ length: positions }, (_, index) => this.#firstPosition + index)];
  }

  /**
   * Writes the code for four elements.
   * @param bits what was loaded, by operand
   * @returns the value of each output
   */
  emit(bits: ReadonlyMap<number, Local<'v128'>>): Vector[] {
    const f = this.#f;
    const { rowMajor, axes } = positionsNeeded(this.#program);
    const floats = new Map<number, Vector>();
    const number = (operand: number): Vector => {
      const kind = this.#kinds[operand]!;
      if (kind === 'f32') return bits.get(operand)!;
      let converted = floats.get(operand);
      if (!converted) {
        converted = f.v128(toFloats(kind, bits.get(operand)!));
        floats.set(operand, converted);
      }
      return converted;
    };
    const leaves: VectorLeaves = {
      input: number,
      scalar: (index) => this.#scalars[index]!,
      coordinate: (axis) => number(this.#firstPosition + (rowMajor ? 1 : 0) + axes.indexOf(axis)),
      random: ([first, second], draw) =>
        randomVector(
          f,
          [this.#seeds.get(first)!, this.#seeds.get(second)!],
          bits.get(this.#firstPosition)!,
          draw,
        ),
    };
    return emitExpressions(f, this.#program.outputs, leaves);
  }
}
