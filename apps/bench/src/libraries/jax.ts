import {
  isMatmul,
  isRecurrent,
  type MatmulProblem,
  type NamedArrays,
  type RecurrentProblem,
} from '../cases/problem.js';
import { gatesOf } from '../cases/task.js';
import { runOf } from '../measure/timing.js';
import { devicesAreDone } from '../webgpu/devices.js';
import type { Jax, JaxArray, JaxDevice } from './jax-api.js';
import { gradientName, type Open, Unsupported, type Workload } from './library.js';
import { loadPeer } from './load-peer.js';
import {
  type DirectionTensors,
  joined,
  maskNumbers,
  parameterRows,
  type TensorOps,
  unrolledLayer,
} from './unrolled.js';

/** jax-js on its `wasm` or `webgpu` device, compiled with `jit`. In Node it finds no workers, so `wasm` uses one thread. */
export function openJax(device: JaxDevice): Open {
  return async () => {
    const jax = await loadPeer<Jax>('@jax-js/jax');
    if (!(await jax.init(device)).includes(device))
      throw new Error(`jax-js: the device ${device} does not start`);
    jax.defaultDevice(device);
    return {
      backend: device,
      async prepare(problem) {
        if (isMatmul(problem)) return matmulWorkload(jax, problem);
        if (isRecurrent(problem)) return recurrentWorkload(jax, problem);
        throw new Unsupported(`has no such ${problem.task.kind}`);
      },
    };
  };
}

/** Ends a step on `webgpu`, as for all libraries. */
function finishOf(jax: Jax): (() => Promise<void>) | undefined {
  return jax.defaultDevice() === 'webgpu' ? devicesAreDone : undefined;
}

/** An array of jax-js is used up by whoever gets it; a reference more is what keeps it. */
function array({ numpy }: Jax, values: Float32Array, shape: number[]): JaxArray {
  return numpy.array(values).reshape(shape);
}

function matmulWorkload(jax: Jax, { task, a, b }: MatmulProblem): Workload {
  const left = array(jax, a, [task.rows, task.inner]);
  const right = array(jax, b, [task.inner, task.columns]);
  const product = jax.jit((x, y) => jax.numpy.matmul(x!, y!));
  return workload(
    jax,
    () => [product(left.ref, right.ref) as JaxArray],
    async ([output]) => ({ output: await output!.ref.data() }),
  );
}

function recurrentWorkload(jax: Jax, problem: RecurrentProblem): Workload {
  const { task } = problem;
  const { batch, time, input, hidden } = task;
  const width = gatesOf[task.cell] * hidden;
  const x = array(jax, problem.x, [batch, time, input]);
  const masks = maskNumbers(problem);
  // Functions of jax-js take arrays one by one: the weights of all directions in a row.
  const weights = problem.directions.flatMap(({ weight, recurrentWeight, bias, parameters }) => [
    array(jax, weight, [input, width]),
    array(jax, recurrentWeight, [hidden, width]),
    array(jax, bias, [width]),
    ...parameterRows(task, parameters).map((row) => array(jax, row, [1, hidden])),
  ]);
  const perDirection = weights.length / problem.directions.length;
  const layer = (x: JaxArray, given: readonly JaxArray[]): JaxArray => {
    const directions = problem.directions.map((_, index): DirectionTensors<JaxArray> => {
      const own = given.slice(index * perDirection, (index + 1) * perDirection);
      const [weight, recurrentWeight, bias, ...parameters] = own as [JaxArray, JaxArray, JaxArray];
      return { weight, recurrentWeight, bias, parameters };
    });
    const constants = masks.map((mask) => mask && array(jax, mask, [batch, 1]));
    return unrolledLayer(opsOf(jax), task, x, directions, constants);
  };
  const given = () => [...weights.map((weight) => weight.ref), x.ref];
  if (task.mode === 'forward') {
    const forward = jax.jit((...all) => layer(all.at(-1)!, all.slice(0, -1)));
    return workload(
      jax,
      () => [forward(...given()) as JaxArray],
      async ([output]) => ({ output: await output!.ref.data() }),
    );
  }
  const lossAndOutput = (...all: JaxArray[]): [JaxArray, JaxArray] => {
    const output = layer(all.at(-1)!, all.slice(0, -1));
    return [jax.numpy.mean(jax.numpy.square(output.ref)), output];
  };
  const argnums = weights.map((_, index) => index);
  const training = jax.jit(jax.valueAndGrad(lossAndOutput, { argnums, hasAux: true }));
  return workload(
    jax,
    () => {
      const [[loss, output], gradients] = training(...given()) as [[JaxArray, JaxArray], JaxArray[]];
      return [loss, output, ...gradients];
    },
    async ([loss, output, ...gradients]) => {
      const results: Record<string, Float32Array> = {
        loss: await loss!.ref.data(),
        output: await output!.ref.data(),
      };
      for (const direction of problem.directions.keys()) {
        const own = gradients.slice(direction * perDirection, (direction + 1) * perDirection);
        const numbers = await Promise.all(own.map((gradient) => gradient.ref.data()));
        const [weight, recurrentWeight, bias, ...rows] = numbers;
        results[gradientName(direction, 'weight')] = weight!;
        results[gradientName(direction, 'recurrentWeight')] = recurrentWeight!;
        results[gradientName(direction, 'bias')] = bias!;
        if (rows.length > 0) results[gradientName(direction, 'parameters')] = joined(rows);
      }
      return results;
    },
  );
}

function workload(
  jax: Jax,
  step: () => JaxArray[],
  read: (last: readonly JaxArray[]) => Promise<NamedArrays>,
): Workload {
  let last: JaxArray[] = [];
  const forget = () => {
    for (const each of last) each.dispose();
    last = [];
  };
  return {
    run: runOf(async () => {
      forget();
      last = step();
      await jax.blockUntilReady(last);
    }, finishOf(jax)),
    results: () => read(last),
    dispose: forget,
  };
}

/** Every operation takes references of its own; inside `jit` what is left over costs nothing. */
function opsOf({ numpy: np, nn }: Jax): TensorOps<JaxArray> {
  return {
    add: (a, b) => a.ref.add(b.ref),
    sub: (a, b) => a.ref.sub(b.ref),
    mul: (a, b) => a.ref.mul(b.ref),
    sigmoid: (x) => nn.sigmoid(x.ref),
    tanh: (x) => np.tanh(x.ref),
    matmul: (a, b) => np.matmul(a.ref, b.ref),
    reshape: (x, shape) => x.ref.reshape(shape),
    zeros: (shape) => np.zeros(shape),
    split: (x, parts) => np.split(x.ref, parts, 1),
    unstack: (x, time) => Array.from({ length: time }, (_, step) => x.ref.slice([], step)),
    stack: (steps) =>
      np.stack(
        steps.map((step) => step.ref),
        1,
      ),
    concat: (parts) =>
      np.concatenate(
        parts.map((part) => part.ref),
        2,
      ),
    where: (condition, a, b) => np.where(condition.ref.greater(0.5), a.ref, b.ref),
  };
}
