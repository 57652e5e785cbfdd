import type { CellProgram } from './cell.js';
import type { MapProgram } from './program.js';
import type { Storage, View } from './view.js';

/** How `reduce` combines numbers. Nothing reduced gives 0, -Infinity or Infinity. */
export type ReduceOp = 'sum' | 'max' | 'min';

/** Numbers that go into or come out of a storage. */
export type NumberArray = Float32Array | Int32Array;

/** How a matrix product is computed. */
export interface MatmulOptions {
  /** Whether to add to what is there. */
  readonly accumulate?: boolean;
  /**
   * Whether a factor is a gradient, or made of gradients. Their numbers may be tiny, so a backend that rounds the factors of products
   * to a format with a smaller range leaves these as they are.
   */
  readonly ofGradients?: boolean;
}

/**
 * What every backend has. Each call enqueues work that writes its outputs; none allocates a result. Views may have any
 * strides (inputs also stride 0). An output never overlaps an input, except that it may be the very same view in `map`,
 * which reads all inputs of a position before it writes the position.
 */
export interface Kernels {
  /** out[k] = program.outputs[k](inputs, scalars) at each position; all views have one shape. */
  map(program: MapProgram, inputs: readonly View[], scalars: readonly number[], outs: readonly View[]): void;
  /** out = reduction over `axes` of the program's one output; inputs have one shape, out has length 1 along `axes`. */
  reduce(
    op: ReduceOp,
    program: MapProgram,
    inputs: readonly View[],
    scalars: readonly number[],
    axes: readonly number[],
    out: View,
  ): void;
  /** out[..., M, N] = a[..., M, K] · b[..., K, N], or out += with `accumulate`; the leading axes are equal. */
  matmul(a: View, b: View, out: View, options?: MatmulOptions): void;
  /** out[..., D] = table[N, D] at indices[...] (i32). What an index outside [0, N) gives is not defined. */
  gather(table: View, indices: View, out: View): void;
  /** out[N, D] += updates[..., D] at indices[...] (i32), repeated indices add up, always in the same order. */
  scatterAdd(updates: View, indices: View, out: View): void;
}

/** A faster form of something that the five kernels can do; `supports` says whether it takes these arguments. */
export interface Fused<Args> {
  supports(args: Args): boolean;
  run(args: Args): void;
}

/**
 * A cell over a whole sequence: s_t = cell(x_t, s0_{t-1} · R, s_{t-1}, parameters), with T steps, B rows, G gates,
 * H units, S states, P per-unit parameters. Forward, step t reads states[:, t] and writes states[:, t + 1]; in reverse,
 * steps go from T - 1 to 0, step t reads states[:, t + 1] and writes states[:, t]. Rows keep their states at steps t >= length.
 */
export interface RecurrenceArgs {
  readonly cell: CellProgram;
  /** [T, B, G, H] input projections, bias included. */
  readonly x: View;
  /** [H, G, H] from the first state to the gates; null when units do not mix (then r = 0). */
  readonly R: View | null;
  /** [P, H]; null when the cell has none. */
  readonly parameters: View | null;
  /** [B] i32, each in [0, T]; null when all rows are T long. */
  readonly lengths: View | null;
  readonly reverse: boolean;
  /** [S, T + 1, B, H]. In: the slot that the first step reads. Out: all others. */
  readonly states: View;
  /**
   * [T, B, G, H], r = s0 · R of each step, and 0 past a row's length. Written by the sweep forward, or null where no gradient is
   * wanted; read by the sweep back. Null when R is null.
   */
  readonly products: View | null;
}

/** The derivative of a recurrence, back through time. */
export interface RecurrenceGradArgs extends RecurrenceArgs {
  /** [T, B, H], gradient of the output (state `cell.output` as each step leaves it); null for none. */
  readonly dOutput: View | null;
  /** [S, B, H], gradient of the states after the last step; null for none. */
  readonly dFinal: View | null;
  /** Out [T, B, G, H], gradient of x; 0 at steps past a row's length. */
  readonly dx: View;
  /** Out [T, B, G, H], gradient of r = s0 · R; null when R is null, or when the cell has `dx = dr`. dR is one matmul away. */
  readonly dr: View | null;
  /** Out [P, H], gradient of the parameters; null when the cell has none. */
  readonly dParameters: View | null;
  /** Out [S, B, H], gradient of the states before the first step. */
  readonly dInitial: View;
}

/** The steps of sequences times a matrix, without the work for what lies past each row's length, and without looking at it. */
export interface ProjectionArgs {
  /** [T, B, K] */
  readonly x: View;
  /** [K, N] */
  readonly weight: View;
  /** [B] i32, each in [0, T] */
  readonly lengths: View;
  /** Out [T, B, N] = x · weight at steps before a row's length; past it as it was. */
  readonly out: View;
  /** Whether to add to what is there. */
  readonly accumulate: boolean;
  /** Whether x or weight is a gradient: see `MatmulOptions`. */
  readonly ofGradients?: boolean;
}

/** The derivative of a projection by its weight. */
export interface ProjectionGradArgs {
  /** [T, B, K] */
  readonly x: View;
  /** [T, B, N], gradient of the projection. */
  readonly gradient: View;
  /** [B] i32, each in [0, T] */
  readonly lengths: View;
  /** Out [K, N] = Σ xᵀ · gradient over the steps before each row's length. */
  readonly out: View;
}

/**
 * All sequences of tags of a linear chain at once (Lafferty et al. 2001): T steps, B rows, K tags. The tags y of a row with L steps
 * score start[y_0] + Σ_t emissions[t, y_t] + Σ_t transitions[y_{t-1}, y_t] + end[y_{L-1}]; no step at all scores 0. Scores are finite; a
 * transition is ruled out by a large negative one, such as -1e4.
 */
export interface LinearChainArgs {
  /** [T, B, K]; what lies past a row's length is not looked at. */
  readonly emissions: View;
  /** [K, K], from the tag of the row to that of the column. */
  readonly transitions: View;
  /** [K], of the tag of the first step. */
  readonly start: View;
  /** [K], of the tag of the last step. */
  readonly end: View;
  /** [B] i32, each in [0, T] */
  readonly lengths: View;
  /** [B], the logarithm of the sum of exp(score) over all sequences of tags. */
  readonly logPartition: View;
  /**
   * [T, B, K], log p(y_t | the steps up to t): the forward scores of a chain that ends at t, less their logarithm of the sum of
   * exponentials, so that they lose no digits in long sequences. 0 past a row's length. Written by `linearChain`, read by its gradient.
   */
  readonly forward: View;
}

/** The derivative of the log partition, which is made of the probabilities of tags and of pairs of tags. */
export interface LinearChainGradArgs extends Omit<LinearChainArgs, 'logPartition'> {
  /** [B], gradient of the log partition. */
  readonly gradient: View;
  /** Out [T, B, K]; 0 past a row's length. */
  readonly dEmissions: View;
  /** Out [K, K] */
  readonly dTransitions: View;
  /** Out [K] */
  readonly dStart: View;
  /** Out [K] */
  readonly dEnd: View;
}

/** Softmax over the last axis, or its logarithm. x and out have one shape. */
export interface SoftmaxArgs {
  readonly x: View;
  readonly out: View;
  readonly logarithm: boolean;
}

/** out = (x - mean) / sqrt(variance + epsilon) over the last axis, without gain and bias (Ba et al. 2016). */
export interface LayerNormArgs {
  /** [..., D] */
  readonly x: View;
  readonly epsilon: number;
  /** Out [..., D] */
  readonly out: View;
  /** Out [..., 1]: 1 / sqrt(variance + epsilon), which the gradient needs. */
  readonly inverseDeviation: View;
}

/**
 * Connectionist temporal classification (Graves et al. 2006): minus the log probability of each row's target, summed over all its
 * alignments, with softmax(logits) as the probabilities of each step. T steps, B rows, C classes, targets of at most S symbols.
 */
export interface CtcLossArgs {
  /** [T, B, C] scores, before softmax. What lies past a row's input length is not looked at. */
  readonly logits: View;
  /** [B, S] i32, symbols in [0, C) other than the blank before a row's target length, anything past it. */
  readonly targets: View;
  /** [B] i32, each in [0, T] */
  readonly inputLengths: View;
  /** [B] i32, each in [0, S] */
  readonly targetLengths: View;
  /** The class that stands between symbols, in [0, C). */
  readonly blank: number;
  /**
   * Out [B], each in [0, ctcLossLimit]. A target that cannot fit, or is less likely than exp(-ctcLossLimit), has the loss
   * `ctcLossLimit` and the gradient 0, so that no loss is infinite or NaN but where logits are NaN or Infinity.
   */
  readonly loss: View;
  /** Out [T, B, C], gradient of each row's loss by its logits, 0 past its input length; null where none is wanted. */
  readonly gradient: View | null;
}

/** Kernels that a backend may have; each has a fallback made of the required five. */
export interface FusedKernels {
  readonly recurrence: Fused<RecurrenceArgs>;
  readonly recurrenceGrad: Fused<RecurrenceGradArgs>;
  readonly projection: Fused<ProjectionArgs>;
  readonly projectionGrad: Fused<ProjectionGradArgs>;
  readonly linearChain: Fused<LinearChainArgs>;
  readonly linearChainGrad: Fused<LinearChainGradArgs>;
  readonly softmax: Fused<SoftmaxArgs>;
  readonly layerNorm: Fused<LayerNormArgs>;
  readonly ctcLoss: Fused<CtcLossArgs>;
}

/** Bytes and blocks in use, and bytes kept for reuse. */
export interface MemoryUse {
  readonly liveBytes: number;
  readonly liveStorages: number;
  readonly pooledBytes: number;
}

/** How long kernels run on a device, for backends whose calls only record work. */
export interface DeviceClock {
  /** Runs calls of a backend; the work that they record is measured under the name of `kernel`. Not to be nested. */
  measure(kernel: string, run: () => void): void;
  /** Milliseconds of all measured work since the last time, by kernel; waits until the work is done. */
  take(): Promise<ReadonlyMap<string, number>>;
}

/** A place where kernels run and tensors live. */
export interface Backend extends Kernels {
  readonly name: string;
  readonly fused: Partial<FusedKernels>;
  /** There where calls only record work, and the device can tell how long it took. */
  readonly clock?: DeviceClock | undefined;
  /** A block of at least `bytes`, from a pool where there is one; its contents are undefined. */
  alloc(bytes: number): Storage;
  /**
   * Gives a block back. Later work may reuse it, earlier work is unharmed. Freeing, reading, writing or computing with it
   * afterwards throws LifetimeError.
   */
  free(storage: Storage): void;
  write(storage: Storage, data: NumberArray, byteOffset?: number): void;
  /** The bytes as they are after all work enqueued so far: float32 or int32, as the storage was last written. */
  read(storage: Storage, byteOffset?: number, bytes?: number): Promise<ArrayBuffer>;
  /** Starts enqueued work without waiting for it. */
  flush(): void;
  memory(): MemoryUse;
  /** Frees everything; the backend cannot be used afterwards. */
  dispose(): void;
}

/** Why a backend cannot run here, in a sentence for people. */
export interface Unavailable {
  readonly unavailable: string;
}

/** Makes a backend, or says why it cannot run here. */
export type BackendFactory = () => Promise<Backend | Unavailable>;
