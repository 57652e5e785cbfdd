import { type FunctionBuilder, i32, type Local, type Value } from './assembler.js';
import { ArgumentLayout, type Signature, unitOf } from './operands.js';

/** A stretch `[begin, end)` of a loop. */
export interface Range {
  readonly begin: Value<'i32'>;
  readonly end: Value<'i32'>;
}

/** Writes nested loops over operands, each of which has a pointer that moves along. */
export class Walker {
  readonly layout: ArgumentLayout;
  readonly #f: FunctionBuilder;
  readonly #signature: Signature;
  readonly #lengths: readonly Local<'i32'>[];
  readonly #strides: readonly (readonly Value<'i32'>[])[];
  /** Where each operand stands at the current place. */
  #pointers: readonly Local<'i32'>[];

  /** @param args address of an argument block as `ArgumentLayout` has it */
  constructor(f: FunctionBuilder, args: Local<'i32'>, signature: Signature) {
    const { kinds, steps, levels } = signature;
    const layout = new ArgumentLayout(levels, kinds.length);
    this.layout = layout;
    this.#f = f;
    this.#signature = signature;
    this.#lengths = Array.from({ length: levels }, (_, level) => f.i32(i32.load(args, layout.length(level))));
    this.#pointers = kinds.map((_, operand) => f.i32(i32.load(args, layout.start(operand))));
    this.#strides = steps.map((own, operand) =>
      own.map((step, level) =>
        step === 's'
          ? f.i32(i32.load(args, layout.stride(operand, level)))
          : i32.const(step === '1' ? unitOf(kinds[operand]!) : 0),
      ),
    );
  }

  /** How often the loop of a level runs. */
  length(level: number): Local<'i32'> {
    return this.#lengths[level]!;
  }
  /** Where an operand stands at the current place: an address, or a position. */
  pointer(operand: number): Local<'i32'> {
    return this.#pointers[operand]!;
  }
  /** How far an operand goes with each step of a loop. */
  stride(operand: number, level: number): Value<'i32'> {
    return this.#strides[operand]![level]!;
  }
  /** Whether an operand moves with a loop. */
  moves(operand: number, level: number): boolean {
    return this.#signature.steps[operand]![level] !== '0';
  }
  /** Whether an operand goes to its neighbour with each step of a loop. */
  isDense(operand: number, level: number): boolean {
    return this.#signature.steps[operand]![level] === '1';
  }

  /**
   * Writes the loops of some levels, outermost first.
   * @param range the part of the outermost of them that is walked; all of it by default
   */
  inside(levels: readonly number[], body: () => void, range?: Range): void {
    const [level, ...inner] = levels;
    if (level === undefined) {
      body();
      return;
    }
    const f = this.#f;
    this.#moving(level, range?.begin, (advance) => {
      const left = f.i32(range ? i32.sub(range.end, range.begin) : this.length(level));
      f.while(i32.gt_s(left, 0), () => {
        this.inside(inner, body);
        advance(1);
        f.increase(left, -1);
      });
    });
  }

  /**
   * Writes a loop that takes several positions at a time: `body(count)` is written for each of `counts`, largest first, and
   * `rest` for what is left over.
   */
  strip(
    level: number,
    counts: readonly number[],
    body: (count: number) => void,
    rest: (left: Local<'i32'>) => void,
    range?: Range,
  ): void {
    const f = this.#f;
    this.#moving(level, range?.begin, (advance) => {
      const left = f.i32(range ? i32.sub(range.end, range.begin) : this.length(level));
      for (const count of counts) {
        f.while(i32.ge_s(left, count), () => {
          body(count);
          advance(count);
          f.increase(left, -count);
        });
      }
      f.if(i32.gt_s(left, 0), () => rest(left));
    });
  }

  /** Gives operands that move with a loop pointers of their own while it is written. */
  #moving(
    level: number,
    begin: Value<'i32'> | undefined,
    write: (advance: (steps: number) => void) => void,
  ): void {
    const f = this.#f;
    const outer = this.#pointers;
    const moved: [pointer: Local<'i32'>, stride: Value<'i32'>][] = [];
    this.#pointers = outer.map((pointer, operand) => {
      if (!this.moves(operand, level)) return pointer;
      const stride = this.stride(operand, level);
      const own = f.i32(begin ? i32.add(pointer, i32.mul(begin, stride)) : (pointer as Value<'i32'>));
      moved.push([own, stride]);
      return own;
    });
    write((steps) => {
      for (const [pointer, stride] of moved)
        f.increase(pointer, steps === 1 ? stride : i32.mul(stride, steps));
    });
    this.#pointers = outer;
  }
}
