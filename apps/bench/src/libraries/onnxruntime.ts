import { isMatmul, isRecurrent, type Problem } from '../cases/problem.js';
import { runOf } from '../measure/timing.js';
import { matmulModel } from '../onnx/matmul-model.js';
import { recurrentModel } from '../onnx/recurrent-model.js';
import { type Session, Unsupported, type Workload } from './library.js';
import { loadPeer } from './load-peer.js';
import { batchMajor, timeMajor } from './time-major.js';

/** What is used of onnxruntime-node. */
interface OnnxRuntime {
  readonly InferenceSession: {
    create(model: Uint8Array, options: Record<string, unknown>): Promise<InferenceSession>;
  };
  readonly Tensor: new (
    type: 'float32' | 'int32',
    data: Float32Array | Int32Array,
    shape: number[],
  ) => OrtTensor;
}

interface OrtTensor {
  readonly data: Float32Array;
}

interface InferenceSession {
  run(feeds: Record<string, OrtTensor>): Promise<Record<string, OrtTensor>>;
  release(): Promise<void>;
}

/** What a problem is in ONNX. */
interface Translation {
  readonly model: Uint8Array;
  readonly feeds: Record<string, OrtTensor>;
  readonly output: (y: Float32Array) => Float32Array;
}

/** ONNX Runtime's native CPU provider: what a model costs that was trained elsewhere. It infers only. */
export async function openOnnxRuntime(threads: number): Promise<Session> {
  const ort = await loadPeer<OnnxRuntime>('onnxruntime-node');
  const options = {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    logSeverityLevel: 3,
  };
  return {
    backend: 'native',
    async prepare(problem): Promise<Workload> {
      const { model, feeds, output } = translate(ort, problem);
      const session = await ort.InferenceSession.create(model, options);
      let results: Record<string, OrtTensor> = {};
      return {
        run: runOf(async () => {
          results = await session.run(feeds);
        }),
        results: async () => ({ output: output(results.Y!.data) }),
        dispose: () => session.release(),
      };
    },
  };
}

function translate(ort: OnnxRuntime, problem: Problem): Translation {
  if (isMatmul(problem)) {
    const { task, a, b } = problem;
    const feeds = {
      A: new ort.Tensor('float32', a, [task.rows, task.inner]),
      B: new ort.Tensor('float32', b, [task.inner, task.columns]),
    };
    return { model: matmulModel(task), feeds, output: (y) => y };
  }
  if (!isRecurrent(problem)) throw new Unsupported('cannot train');
  const { task, x, lengths, directions } = problem;
  if (task.mode === 'training') throw new Unsupported('cannot train');
  const { batch, time, input, hidden } = task;
  const feeds = {
    X: new ort.Tensor('float32', timeMajor(x, batch, time, input), [time, batch, input]),
    ...(lengths ? { lengths: new ort.Tensor('int32', lengths, [batch]) } : {}),
  };
  const shape = [time, directions.length, batch, hidden] as const;
  return { model: recurrentModel(problem), feeds, output: (y) => batchMajor(y, shape) };
}
