import type {
  Backend,
  BackendFactory,
  CpuBackend,
  Module,
  RecurrentLayer,
  SequenceLayer,
  Tensor,
} from 'ostinato';
import {
  isCtc,
  isDecode,
  isFeatures,
  isMatmul,
  isRecurrent,
  type MatmulProblem,
  type NamedArrays,
  type RecurrentProblem,
} from '../cases/problem.js';
import type { RecurrentTask } from '../cases/task.js';
import { runOf } from '../measure/timing.js';
import { devicesAreDone } from '../webgpu/devices.js';
import {
  gradientName,
  type Open,
  type Session,
  Unsupported,
  WEIGHT_NAMES,
  type Workload,
} from './library.js';
import { ctcWorkload } from './ostinato-ctc.js';
import { decoderWorkload } from './ostinato-decoder.js';
import { featuresWorkload } from './ostinato-features.js';
import { taggerWorkload } from './ostinato-tagger.js';
import { peepholeCell } from './peephole-cell.js';

type Ostinato = typeof import('ostinato');

/** Ours on the CPU backend, in WebAssembly. */
export async function openOstinato(threads: number): Promise<Session> {
  const ostinato = await import('ostinato');
  const session = await sessionOn(ostinato, ostinato.cpu({ threads }));
  const { threads: used } = ostinato.currentBackend() as CpuBackend;
  if (used !== threads) throw new Unsupported(`the CPU backend uses ${used} of ${threads} threads here`);
  return session;
}

/** Ours on the CPU backend, in plain JavaScript. */
export async function openPlainOstinato(): Promise<Session> {
  const ostinato = await import('ostinato');
  return { ...(await sessionOn(ostinato, ostinato.cpu({ simd: false }))), backend: 'cpu without SIMD' };
}

/** Ours on the WebGPU backend, with all recurrences in one form, or each in the one that the backend chooses. */
export function openOstinatoOnWebGpu(recurrence?: 'sequence' | 'steps'): Open {
  return async () => {
    const ostinato = await import('ostinato');
    // Of several GPUs the one that other libraries ask for.
    const options = { powerPreference: 'high-performance', ...(recurrence && { recurrence }) } as const;
    const session = await sessionOn(ostinato, ostinato.webgpu(options));
    return { ...session, backend: ['webgpu', recurrence].filter(Boolean).join(' ') };
  };
}

/** Ours on the float64 reference backend: the oracle. */
export async function openReference(): Promise<Session> {
  const [ostinato, { reference }] = await Promise.all([
    import('ostinato'),
    import('@ostinato/kernel/reference'),
  ]);
  return sessionOn(ostinato, reference());
}

async function sessionOn(ostinato: Ostinato, factory: BackendFactory): Promise<Session> {
  const backend = await ostinato.init(factory);
  const finish = finishOf(backend);
  return {
    backend: nameOf(backend),
    async prepare(problem) {
      if (isMatmul(problem)) return matmulWorkload(ostinato, problem, finish);
      if (isRecurrent(problem)) return recurrentWorkload(ostinato, backend, problem, finish);
      if (isDecode(problem)) return decoderWorkload(ostinato, problem);
      if (isFeatures(problem)) return featuresWorkload(ostinato, problem);
      if (isCtc(problem)) return ctcWorkload(ostinato, problem, finish);
      return taggerWorkload(ostinato, problem.task, finish);
    },
    close: () => backend.dispose(),
  };
}

/** What computes, in the backend's own words where it has some. */
function nameOf(backend: Backend & { describe?: () => string }): string {
  return backend.describe?.() ?? backend.name;
}

/** Ends a step: on WebGPU calls only record work, and submit it in batches. */
type Finish = (() => Promise<void>) | undefined;

function finishOf(backend: Backend): Finish {
  if (backend.name !== 'webgpu') return undefined;
  return () => {
    backend.flush();
    return devicesAreDone();
  };
}

function matmulWorkload(
  { matmul, tensor }: Ostinato,
  { task, a, b }: MatmulProblem,
  finish: Finish,
): Workload {
  const left = tensor(a, [task.rows, task.inner]);
  const right = tensor(b, [task.inner, task.columns]);
  let product: Tensor | undefined;
  return {
    run: runOf(() => {
      product?.dispose();
      product = matmul(left, right);
    }, finish),
    results: async () => ({ output: await numbers(product!) }),
    dispose() {
      for (const each of [left, right, product]) each?.dispose();
    },
  };
}

function recurrentWorkload(
  ostinato: Ostinato,
  backend: Backend,
  problem: RecurrentProblem,
  finish: Finish,
): Workload {
  const { tensor } = ostinato;
  const { task, directions } = problem;
  const layers = directions.map((weights) => {
    const layer = layerOf(ostinato, task);
    for (const name of WEIGHT_NAMES) parameterOf(layer, name)?.assign(weights[name]);
    return layer;
  });
  const [first, second] = layers as [RecurrentLayer, RecurrentLayer?];
  const network = second ? new ostinato.Bidirectional(first, second) : first;
  const x = tensor(problem.x, [task.batch, task.time, task.input]);
  const lengths = problem.lengths && tensor(problem.lengths);
  const step = stepper(ostinato, backend, network, x, lengths);
  return {
    run: runOf(task.mode === 'forward' ? step.forward : step.training, finish),
    async results() {
      const arrays: Record<string, Float32Array> = {};
      for (const [name, value] of Object.entries(step.kept)) arrays[name] = await numbers(value);
      for (const [direction, layer] of layers.entries()) {
        for (const name of WEIGHT_NAMES) {
          const gradient = parameterOf(layer, name)?.gradient;
          if (gradient) arrays[gradientName(direction, name)] = await numbers(gradient);
        }
      }
      return arrays as NamedArrays;
    },
    liveBytes: () => step.liveBytes,
    dispose() {
      ostinato.dispose([x, lengths, ...Object.values(step.kept)]);
      network.dispose();
    },
  };
}

interface Stepper {
  /** The tensors of the last step, by name. */
  kept: Record<string, Tensor>;
  liveBytes: number;
  forward(): void;
  training(): void;
}

function stepper(
  { backward, mean, noGrad, square, tidy }: Ostinato,
  backend: Backend,
  network: SequenceLayer<unknown> & Module,
  x: Tensor,
  lengths: Tensor | undefined,
): Stepper {
  const parameters = network.parameters();
  const forget = (): void => {
    for (const each of Object.values(step.kept)) each.dispose();
    for (const parameter of parameters) parameter.clearGradient();
  };
  const step: Stepper = {
    kept: {},
    liveBytes: 0,
    forward() {
      forget();
      step.kept = tidy(() => noGrad(() => ({ output: network.forward(x, { lengths }).output })));
      step.liveBytes = backend.memory().liveBytes;
    },
    training() {
      forget();
      step.kept = tidy(() => {
        const { output } = network.forward(x, { lengths });
        const loss = mean(square(output));
        step.liveBytes = backend.memory().liveBytes;
        backward(loss);
        return { output, loss };
      });
    },
  };
  return step;
}

/** A layer whose first weights cost nothing, since others are put in their place. */
function layerOf(ostinato: Ostinato, { cell, input, hidden }: RecurrentTask): RecurrentLayer {
  const empty = (shape: readonly number[]) =>
    new Float32Array(shape.reduce((size, length) => size * length, 1));
  const options = { weightInit: empty, recurrentInit: empty };
  switch (cell) {
    case 'lstm':
      return new ostinato.LSTM(input, hidden, options);
    case 'gru':
      return new ostinato.GRU(input, hidden, options);
    case 'elman':
      return new ostinato.Elman(input, hidden, options);
    case 'peephole':
      return new ostinato.Recurrent(peepholeCell(ostinato.defineCell, ostinato.expr), input, hidden, options);
  }
}

function parameterOf(layer: RecurrentLayer, name: (typeof WEIGHT_NAMES)[number]) {
  return name === 'parameters' ? layer.cellParameters : layer[name];
}

async function numbers(tensor: Tensor): Promise<Float32Array> {
  return (await tensor.data()) as Float32Array;
}
