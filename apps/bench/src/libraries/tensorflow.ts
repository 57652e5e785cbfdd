import { isMatmul, isRecurrent, type MatmulProblem, type RecurrentProblem } from '../cases/problem.js';
import { gatesOf } from '../cases/task.js';
import { runOf } from '../measure/timing.js';
import { devicesAreDone } from '../webgpu/devices.js';
import { gradientName, type Open, Unsupported, type Workload } from './library.js';
import { loadPeer } from './load-peer.js';
import type { TensorFlow, TfTensor, TfWebGpuBackend } from './tensorflow-api.js';
import {
  type DirectionTensors,
  joined,
  maskNumbers,
  parameterRows,
  type TensorOps,
  unrolledLayer,
} from './unrolled.js';

/** TensorFlow.js on its `wasm` backend (SIMD; it uses no threads in Node), its plain `cpu` backend, or `webgpu`. */
export function openTensorFlow(backend: 'wasm' | 'cpu' | 'webgpu'): Open {
  return async () => {
    quiet();
    const tf = await loadPeer<TensorFlow>('@tensorflow/tfjs');
    if (backend !== 'cpu') await loadPeer(`@tensorflow/tfjs-backend-${backend}`);
    if (!(await tf.setBackend(backend)))
      throw new Error(`tensorflow.js: the backend ${backend} does not start`);
    await tf.ready();
    return {
      backend: tf.getBackend(),
      async prepare(problem) {
        if (isMatmul(problem)) return matmulWorkload(tf, problem);
        if (isRecurrent(problem)) return recurrentWorkload(tf, problem);
        throw new Unsupported(`has no such ${problem.task.kind}`);
      },
    };
  };
}

/** It greets people who use it in Node; a benchmark is no place for it. */
function quiet(): void {
  console.warn = () => {};
}

/** Ends a step: on `webgpu` it only records operations, and submits them in batches. */
function finishOf(tf: TensorFlow): (() => Promise<void>) | undefined {
  if (tf.getBackend() !== 'webgpu') return undefined;
  const backend = tf.backend() as TfWebGpuBackend;
  return async () => {
    backend.endComputePassEncoder();
    if (backend.commandEncoder) backend.submitQueue();
    await devicesAreDone();
  };
}

function matmulWorkload(tf: TensorFlow, { task, a, b }: MatmulProblem): Workload {
  const left = tf.tensor(a, [task.rows, task.inner]);
  const right = tf.tensor(b, [task.inner, task.columns]);
  let product: TfTensor | undefined;
  return {
    run: runOf(() => {
      product?.dispose();
      product = tf.matMul(left, right);
    }, finishOf(tf)),
    results: async () => ({ output: await product!.data() }),
    dispose: () => tf.dispose([left, right, product]),
  };
}

function recurrentWorkload(tf: TensorFlow, problem: RecurrentProblem): Workload {
  const { task } = problem;
  const { batch, time, input, hidden } = task;
  const width = gatesOf[task.cell] * hidden;
  const variable = (values: Float32Array, shape: number[]) => tf.variable(tf.tensor(values, shape));
  const directions: DirectionTensors<TfTensor>[] = problem.directions.map((weights) => ({
    weight: variable(weights.weight, [input, width]),
    recurrentWeight: variable(weights.recurrentWeight, [hidden, width]),
    bias: variable(weights.bias, [width]),
    parameters: parameterRows(task, weights.parameters).map((row) => variable(row, [1, hidden])),
  }));
  const x = tf.tensor(problem.x, [batch, time, input]);
  const masks = maskNumbers(problem).map((mask) => mask && tf.cast(tf.tensor(mask, [batch, 1]), 'bool'));
  const all = directions.flatMap(({ weight, recurrentWeight, bias, parameters }) => [
    weight,
    recurrentWeight,
    bias,
    ...parameters,
  ]);
  const forward = () => unrolledLayer(opsOf(tf), task, x, directions, masks);
  let kept: { output?: TfTensor; loss?: TfTensor; grads?: Record<string, TfTensor> } = {};
  const training = () =>
    tf.tidy(() => {
      let output: TfTensor | undefined;
      const { value, grads } = tf.variableGrads(() => {
        output = tf.keep(forward());
        return tf.mean(tf.square(output));
      }, all);
      return { output: output!, loss: value, grads };
    });
  return {
    run: runOf(() => {
      tf.dispose(kept);
      kept = task.mode === 'forward' ? { output: tf.tidy(forward) } : training();
    }, finishOf(tf)),
    async results() {
      const { output, loss, grads } = kept;
      if (!loss || !grads) return { output: await output!.data() };
      const results: Record<string, Float32Array> = { output: await output!.data(), loss: await loss.data() };
      const gradientOf = (tensor: TfTensor) => grads[(tensor as TfTensor & { name: string }).name]!.data();
      for (const [index, { parameters, ...weights }] of directions.entries()) {
        for (const name of ['weight', 'recurrentWeight', 'bias'] as const) {
          results[gradientName(index, name)] = await gradientOf(weights[name]);
        }
        const rows = await Promise.all(parameters.map(gradientOf));
        if (rows.length > 0) results[gradientName(index, 'parameters')] = joined(rows);
      }
      return results;
    },
    liveBytes: () => tf.memory().numBytes,
    dispose: () => tf.dispose([x, masks, all, kept]),
  };
}

function opsOf(tf: TensorFlow): TensorOps<TfTensor> {
  return {
    add: (a, b) => tf.add(a, b),
    sub: (a, b) => tf.sub(a, b),
    mul: (a, b) => tf.mul(a, b),
    sigmoid: (x) => tf.sigmoid(x),
    tanh: (x) => tf.tanh(x),
    matmul: (a, b) => tf.matMul(a, b),
    reshape: (x, shape) => tf.reshape(x, shape),
    zeros: (shape) => tf.zeros(shape),
    split: (x, parts) => tf.split(x, parts, 1),
    unstack: (x) => tf.unstack(x, 1),
    stack: (steps) => tf.stack(steps, 1),
    concat: (parts) => tf.concat(parts, 2),
    where: (condition, a, b) => tf.where(condition, a, b),
  };
}
