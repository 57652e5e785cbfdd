import { type Backend, type CtcLossArgs, ctcLossLimit, type NumberArray, viewOf } from '@ostinato/kernel';
import { findAdapter } from '../../adapter.js';
import { GpuBackend } from '../../backend.js';
import type { KernelContext } from '../context.js';
import { ctcLoss } from './ctc-loss.js';

/** A call of the loss, in numbers. */
export interface CtcCase {
  readonly T: number;
  readonly B: number;
  readonly S: number;
  readonly C: number;
  readonly blank: number;
  /** [T, B, C] */
  readonly logits: Float32Array;
  /** [B, S] */
  readonly targets: Int32Array;
  /** [B] */
  readonly inputLengths: Int32Array;
  /** [B] */
  readonly targetLengths: Int32Array;
}

/** [B] and [T, B, C]. */
export interface CtcResult {
  readonly loss: NumberArray | Float64Array;
  readonly gradient: NumberArray | Float64Array;
}

/** Numbers in [0, 1), the same for a seed. */
export function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 16807) % 2147483647;
    return state / 2147483647;
  };
}

function logSumExp(...terms: readonly number[]): number {
  const largest = Math.max(...terms);
  if (largest === -Infinity) return -Infinity;
  return largest + Math.log(terms.reduce((sum, term) => sum + Math.exp(term - largest), 0));
}

/** Loss and gradient in float64, from the formulas of Graves et al. 2006, section 4.1, with infinite logarithms of 0. */
export function exactCtc(call: CtcCase): CtcResult {
  const { T, B, C } = call;
  const loss = new Float64Array(B);
  const gradient = new Float64Array(T * B * C);
  for (let row = 0; row < B; row++) loss[row] = exactRow(call, row, gradient);
  return { loss, gradient };
}

function exactRow(call: CtcCase, row: number, gradient: Float64Array): number {
  const { B, S, C, blank, logits, targets, inputLengths, targetLengths } = call;
  const [steps, symbols] = [inputLengths[row]!, targetLengths[row]!];
  const states = 2 * symbols + 1;
  const classOf = (state: number): number => (state % 2 === 0 ? blank : targets[row * S + (state - 1) / 2]!);
  const skips = (state: number): boolean =>
    state >= 2 && state < states && classOf(state) !== blank && classOf(state) !== classOf(state - 2);
  const logs = Array.from({ length: steps }, (_, time) => {
    const scores = [...logits.subarray((time * B + row) * C, (time * B + row + 1) * C)];
    const all = logSumExp(...scores);
    return scores.map((score) => score - all);
  });
  const start = new Float64Array(states).fill(-Infinity);
  start[0] = 0;
  const alphas = [start];
  for (let time = 0; time < steps; time++) {
    const old = alphas.at(-1)!;
    const at = (state: number): number => old[state] ?? -Infinity;
    alphas.push(
      old.map(
        (own, state) =>
          logSumExp(own, at(state - 1), skips(state) ? at(state - 2) : -Infinity) +
          logs[time]![classOf(state)]!,
      ),
    );
  }
  const last = alphas.at(-1)!;
  const total = logSumExp(last[states - 1]!, last[states - 2] ?? -Infinity);
  if (total === -Infinity) return ctcLossLimit;
  let beta = new Float64Array(states).fill(-Infinity);
  beta[states - 1] = 0;
  for (let time = steps - 1; time >= 0; time--) {
    const behind = beta;
    const at = (state: number): number => behind[state] ?? -Infinity;
    const rest = behind.map((own, state) =>
      logSumExp(own, at(state + 1), skips(state + 2) ? at(state + 2) : -Infinity),
    );
    const slopes = logs[time]!.map(Math.exp);
    for (let state = 0; state < states; state++)
      slopes[classOf(state)]! -= Math.exp(alphas[time + 1]![state]! + rest[state]! - total);
    gradient.set(slopes, (time * B + row) * C);
    beta = rest.map((own, state) => own + logs[time]![classOf(state)]!);
  }
  return -total;
}

/** What a backend computes, by the call that is given. The gradient holds NaN before. */
export async function computedCtc(
  backend: Backend,
  { T, B, S, C, blank, ...numbers }: CtcCase,
  run: (args: CtcLossArgs) => void,
): Promise<CtcResult> {
  const place = (data: Float32Array | Int32Array, shape: readonly number[]) => {
    const storage = backend.alloc(data.byteLength);
    backend.write(storage, data);
    return viewOf(storage, shape, data instanceof Int32Array ? 'i32' : 'f32');
  };
  const views = {
    logits: place(numbers.logits, [T, B, C]),
    targets: place(numbers.targets, [B, S]),
    inputLengths: place(numbers.inputLengths, [B]),
    targetLengths: place(numbers.targetLengths, [B]),
    loss: place(new Float32Array(B).fill(Number.NaN), [B]),
    gradient: place(new Float32Array(T * B * C).fill(Number.NaN), [T, B, C]),
  };
  run({ ...views, blank });
  const loss = new Float32Array(await backend.read(views.loss.storage));
  const gradient = new Float32Array(await backend.read(views.gradient.storage));
  for (const { storage } of Object.values(views)) backend.free(storage);
  return { loss, gradient };
}

/**
 * A backend on the adapter of the tests, whose only fused kernel is this one.
 * @param limits what the kernel takes for the limits of the device, where they shall be lower
 * @param wide whether the device gets the widest workgroups that its adapter has, and subgroups where that has them
 */
export async function ctcBackend(
  limits: Partial<GPUSupportedLimits> = {},
  wide = false,
): Promise<GpuBackend> {
  const found = await findAdapter({});
  if ('unavailable' in found) throw new Error(found.unavailable);
  const { maxComputeInvocationsPerWorkgroup, maxComputeWorkgroupSizeX, maxComputeWorkgroupStorageSize } =
    found.limits;
  const requiredLimits: Record<string, number> = wide
    ? { maxComputeInvocationsPerWorkgroup, maxComputeWorkgroupSizeX, maxComputeWorkgroupStorageSize }
    : {};
  const requiredFeatures = (['subgroups'] as const).filter((name) => wide && found.features.has(name));
  const device = await found.requestDevice({ requiredLimits, requiredFeatures });
  return new GpuBackend(device, found.info, {}, (context: KernelContext) => ({
    ctcLoss: ctcLoss({ ...context, limits: lowered(context.limits, limits) }),
  }));
}

/** Limits of a device, some of which are others. They are an object of the browser, which cannot be spread. */
function lowered(limits: GPUSupportedLimits, lower: Partial<GPUSupportedLimits>): GPUSupportedLimits {
  return new Proxy(limits, {
    get: (all, name) => Reflect.get(name in lower ? lower : all, name),
  });
}
