import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { isCtc, isMatmul, isRecurrent, type NamedArrays, type Problem } from '../cases/problem.js';
import { type Open, type Session, Unsupported, WEIGHT_NAMES, type Workload } from './library.js';

/** The Python program, in the folder of this package, where child processes run. */
const PROGRAM = join('python', 'pytorch_bench.py');

/** What the Python program answers; see there. */
interface PythonAnswer {
  readonly backend?: string;
  readonly milliseconds?: number;
  readonly names?: readonly string[];
}

/** Where PyTorch computes; on `cuda` in float32, on `cuda-tf32` as it does by default. */
export type PyTorchDevice = 'cpu' | 'cuda' | 'cuda-tf32';

/** PyTorch, in the Python that `python3` starts. It takes the time itself. */
export function openPyTorch(device: PyTorchDevice): Open {
  return (threads) => open(threads, device);
}

async function open(threads: number, device: PyTorchDevice): Promise<Session> {
  const python = new Python(threads, device);
  const { backend } = await python.next();
  return {
    backend: backend!,
    async prepare(problem): Promise<Workload> {
      const arrays = arraysOf(problem);
      const folder = await mkdtemp(join(tmpdir(), 'ostinato-bench-'));
      try {
        await writeFile(join(folder, 'problem.json'), JSON.stringify(problem.task));
        for (const [file, values] of Object.entries(arrays))
          await writeFile(join(folder, file), bytesOf(values));
        await python.ask({ prepare: folder });
      } finally {
        await rm(folder, { recursive: true });
      }
      return {
        run: async (iterations) => (await python.ask({ run: iterations })).milliseconds!,
        results: () => resultsOf(python),
        dispose: () => {},
      };
    },
    close: () => python.end(),
  };
}

async function resultsOf(python: Python): Promise<NamedArrays> {
  const folder = await mkdtemp(join(tmpdir(), 'ostinato-bench-'));
  try {
    const { names } = await python.ask({ results: folder });
    const arrays: Record<string, Float32Array> = {};
    for (const name of names!) {
      const { buffer, byteOffset, byteLength } = await readFile(join(folder, `${name}.f32`));
      arrays[name] = new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer);
    }
    return arrays;
  } finally {
    await rm(folder, { recursive: true });
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array | Int32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** The files that the Python program reads. */
function arraysOf(problem: Problem): Record<string, Float32Array | Int32Array> {
  if (isMatmul(problem)) return { 'a.f32': problem.a, 'b.f32': problem.b };
  if (isCtc(problem)) return { 'logits.f32': problem.logits, 'targets.i32': problem.targets };
  if (!isRecurrent(problem)) throw new Unsupported('has no such tagger');
  const { x, lengths, directions, task } = problem;
  if (task.cell === 'peephole') throw new Unsupported('has no such cell');
  const weights = directions.flatMap((direction, index) =>
    WEIGHT_NAMES.map((name) => [`${name}${index}.f32`, direction[name]] as const),
  );
  return { 'x.f32': x, ...(lengths ? { 'lengths.i32': lengths } : {}), ...Object.fromEntries(weights) };
}

/** The Python program: a line for each question, a line for each answer. */
class Python {
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(threads: number, device: PyTorchDevice) {
    // It ends by itself when its input does, also where this process is killed.
    this.#process = spawn('python3', [PROGRAM, String(threads), device], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, OMP_NUM_THREADS: String(threads), MKL_NUM_THREADS: String(threads) },
    });
    this.#lines = createInterface({ input: this.#process.stdout! })[Symbol.asyncIterator]();
  }

  async next(): Promise<PythonAnswer> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error('the Python program ended early; what it said is above');
    return JSON.parse(value) as PythonAnswer;
  }

  ask(question: object): Promise<PythonAnswer> {
    this.#process.stdin!.write(`${JSON.stringify(question)}\n`);
    return this.next();
  }

  end(): void {
    this.#process.stdin!.end();
  }
}
