import {
  type Backend,
  defineProgram,
  expr,
  fill,
  identity,
  type MapProgram,
  sliceView,
  type View,
} from '@ostinato/kernel';
import { keep, type Tensor, zeros } from '@ostinato/tensor';
import { limitingFactor } from '../clipping.js';

const { add, less, mul, select, sqrt, square } = expr;

/** Above this a squared norm counts as infinite: it no longer fits float32 on some backends. */
const LARGEST_SQUARE = 3e38;

const scaledSquare = defineProgram({ inputs: 1, scalars: 1 }, ({ x, a }) => [square(mul(x[0]!, a[0]!))]);
const addScaled = defineProgram({ inputs: 2, scalars: 1 }, ({ x, a }) => [add(x[0]!, mul(a[0]!, x[1]!))]);

/**
 * Inputs squared norm and squared global norm, scalar argument limit; out: the factor of the gradient, or -1 where the global
 * norm is not finite; and the squared norm.
 */
function gateProgram(limits: boolean, guards: boolean): MapProgram {
  return defineProgram({ inputs: 3, scalars: 1 }, ({ x: [limited, total, norm], a: [limit] }) => {
    const factor = limits ? limitingFactor(sqrt(limited!), limit!) : expr.constant(1);
    return [guards ? select(less(total!, LARGEST_SQUARE), factor, -1) : factor, norm!];
  });
}

/** What is done about the norms of gradients. */
export interface GradientLimits {
  readonly clipNorm: number | undefined;
  readonly clipParameterNorm: number | undefined;
  readonly guard: boolean;
}

/** Numbers of one step, read back. Squared norms are taken after averaging and before clipping. */
export interface LoggedStep {
  readonly loss: number;
  readonly squaredNorms: Float32Array;
}

/**
 * Numbers on the device about the latest step: the loss, the squared gradient norms, and what follows from them, the factor
 * of each gradient. Nothing is read back to compute these, and one small read fetches loss and norms.
 */
export class GradientLog {
  /** Loss, then the squared norms: what is read back. */
  readonly #log: Tensor;
  readonly #norms: Tensor;
  readonly #total: Tensor;
  readonly #gates: Tensor;
  readonly #gate: MapProgram;

  constructor(
    readonly backend: Backend,
    readonly count: number,
    readonly limits: GradientLimits,
  ) {
    const row = (length: number): Tensor => keep(zeros([length], { backend }));
    this.#log = row(1 + count);
    this.#norms = row(count);
    this.#total = row(1);
    this.#gates = row(count);
    const { clipNorm, clipParameterNorm, guard } = limits;
    this.#gate = gateProgram(clipNorm !== undefined || clipParameterNorm !== undefined, guard);
  }

  /** Starts a step: everything is 0. */
  clear(): void {
    for (const row of [this.#log, this.#norms]) this.backend.map(fill, [], [0], [row.view()]);
  }

  /** Adds `scale` · loss to the loss of the step. */
  addLoss(loss: Tensor, scale: number): void {
    const sum = element(this.#log.view(), 0, loss.shape);
    this.backend.map(addScaled, [sum, loss.view('optimizer')], [scale], [sum]);
  }

  /** Notes the squared norm of `scale` · gradient. */
  addNorm(index: number, gradient: Tensor, scale: number): void {
    const axes = gradient.shape.map((_, axis) => axis);
    const ones = gradient.shape.map(() => 1);
    const out = element(this.#norms.view(), index, ones);
    this.backend.reduce('sum', scaledSquare, [gradient.view('optimizer')], [scale], axes, out);
  }

  /** Sums up the norms and computes the gates. */
  close(): void {
    const { clipNorm, clipParameterNorm } = this.limits;
    const norms = this.#norms.view();
    const total = this.#total.view();
    this.backend.reduce('sum', identity, [norms], [], [0], total);
    const repeated = element(total, 0, [this.count]);
    this.backend.map(
      this.#gate,
      [clipParameterNorm === undefined ? repeated : norms, repeated, norms],
      [clipNorm ?? clipParameterNorm ?? 0],
      [this.#gates.view(), sliceView(this.#log.view(), 0, 1, 1 + this.count)],
    );
  }

  /** The gate of one parameter, repeated to its shape: the factor of its gradient, or -1. */
  gate(index: number, shape: readonly number[]): View {
    return element(this.#gates.view(), index, shape);
  }

  /** The numbers as they are after all steps enqueued so far. */
  async read(): Promise<LoggedStep> {
    const numbers = (await this.#log.data()) as Float32Array;
    return { loss: numbers[0]!, squaredNorms: numbers.subarray(1) };
  }

  dispose(): void {
    for (const row of [this.#log, this.#norms, this.#total, this.#gates]) row.dispose();
  }
}

/** One element of a row as a view of any shape. */
function element(row: View, index: number, shape: readonly number[]): View {
  const strides = shape.map((length) => (length === 1 ? 1 : 0));
  return { ...row, shape, strides, offset: row.offset + index };
}
