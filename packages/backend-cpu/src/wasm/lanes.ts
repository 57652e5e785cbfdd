import { type FunctionBuilder, f32x4, i32, i32x4, type Local, type Value, v128 } from './assembler.js';
import type { OperandKind } from './operands.js';
import type { Walker } from './walker.js';

type Vector = Value<'v128'>;

/** Elements of a vector. */
export const laneCount = 4;

/** Reads and writes four neighbours along one loop. Vectors hold bits as they are in memory; see `toFloats`. */
export class Lanes {
  readonly #f: FunctionBuilder;
  readonly #walker: Walker;
  readonly #kinds: readonly OperandKind[];
  readonly #level: number;

  constructor(f: FunctionBuilder, walker: Walker, kinds: readonly OperandKind[], level: number) {
    this.#f = f;
    this.#walker = walker;
    this.#kinds = kinds;
    this.#level = level;
  }

  /** Four elements of an operand, `skipped` vectors behind the pointer. */
  load(operand: number, skipped = 0): Local<'v128'> {
    const f = this.#f;
    const pointer = this.#walker.pointer(operand);
    if (this.#kinds[operand] === 'position') return f.v128(this.#positions(operand, skipped));
    if (!this.#moves(operand)) return f.v128(v128.load32_splat(pointer));
    if (this.#isDense(operand)) return f.v128(v128.load(pointer, skipped * 16));
    const addresses = this.#addresses(operand, skipped);
    const vector = f.v128(v128.load32_splat(addresses[0]!));
    for (const lane of [1, 2, 3]) f.set(vector, v128.load32_lane(addresses[lane]!, vector, lane));
    return vector;
  }

  /** The first `left` elements of operands, 1 to 3; the other lanes repeat the first. Nothing behind is read. */
  loadFirst(operands: readonly number[], left: Local<'i32'>): Local<'v128'>[] {
    const f = this.#f;
    const inMemory = operands.filter(
      (operand) => this.#kinds[operand] !== 'position' && this.#moves(operand),
    );
    const vectors = operands.map((operand) =>
      inMemory.includes(operand)
        ? f.v128(v128.load32_splat(this.#walker.pointer(operand)))
        : this.load(operand),
    );
    this.#whereLeft(left, (lane) => {
      for (const operand of inMemory) {
        const vector = vectors[operands.indexOf(operand)]!;
        f.set(vector, v128.load32_lane(this.#address(operand, lane), vector, lane));
      }
    });
    return vectors;
  }

  /** Writes four elements. */
  store(operand: number, vector: Local<'v128'>, skipped = 0): void {
    const f = this.#f;
    if (this.#isDense(operand)) {
      f.do(v128.store(this.#walker.pointer(operand), vector, skipped * 16));
      return;
    }
    const addresses = this.#addresses(operand, skipped);
    for (const lane of [0, 1, 2, 3]) f.do(v128.store32_lane(addresses[lane]!, vector, lane));
  }

  /** Writes the first `left` elements, 1 to 3, of each operand. */
  storeFirst(operands: readonly { operand: number; vector: Local<'v128'> }[], left: Local<'i32'>): void {
    const f = this.#f;
    for (const { operand, vector } of operands)
      f.do(v128.store32_lane(this.#walker.pointer(operand), vector, 0));
    this.#whereLeft(left, (lane) => {
      for (const { operand, vector } of operands)
        f.do(v128.store32_lane(this.#address(operand, lane), vector, lane));
    });
  }

  /** Writes lane 0 to where an operand stands. */
  storeOne(operand: number, vector: Local<'v128'>): void {
    this.#f.do(v128.store32_lane(this.#walker.pointer(operand), vector, 0));
  }

  /** Runs something for lane 1 where more than one element is left, and for lane 2 where more than two are. */
  #whereLeft(left: Local<'i32'>, each: (lane: number) => void): void {
    const f = this.#f;
    f.if(i32.gt_s(left, 1), () => {
      each(1);
      f.if(i32.gt_s(left, 2), () => each(2));
    });
  }

  #moves(operand: number): boolean {
    return this.#walker.moves(operand, this.#level);
  }
  #isDense(operand: number): boolean {
    return this.#walker.isDense(operand, this.#level);
  }

  #address(operand: number, lane: number): Value<'i32'> {
    const stride = this.#walker.stride(operand, this.#level);
    return i32.add(this.#walker.pointer(operand), i32.mul(stride, lane));
  }

  #addresses(operand: number, skipped: number): Local<'i32'>[] {
    const f = this.#f;
    const stride = this.#walker.stride(operand, this.#level);
    const first =
      skipped === 0
        ? this.#walker.pointer(operand)
        : f.i32(i32.add(this.#walker.pointer(operand), i32.mul(stride, skipped * laneCount)));
    const addresses = [first];
    for (let lane = 1; lane < laneCount; lane++) addresses.push(f.i32(i32.add(addresses.at(-1)!, stride)));
    return addresses;
  }

  #positions(operand: number, skipped: number): Vector {
    const first = i32x4.splat(this.#walker.pointer(operand));
    if (!this.#moves(operand)) return first;
    const [a, b, c, d] = [0, 1, 2, 3].map((lane) => lane + skipped * laneCount) as [
      number,
      number,
      number,
      number,
    ];
    const counts = i32x4.const(a, b, c, d);
    if (this.#isDense(operand)) return i32x4.add(first, counts);
    const stride = i32x4.splat(this.#walker.stride(operand, this.#level));
    return i32x4.add(first, i32x4.mul(counts, stride));
  }
}

/** Bits of an operand as float32 numbers. */
export function toFloats(kind: OperandKind, bits: Vector): Vector {
  return kind === 'f32' ? bits : f32x4.convert_i32x4_s(bits);
}

/** Float32 numbers as bits of an operand: whole numbers are rounded towards 0. */
export function fromFloats(kind: OperandKind, numbers: Vector): Vector {
  return kind === 'f32' ? numbers : i32x4.trunc_sat_f32x4_s(numbers);
}
