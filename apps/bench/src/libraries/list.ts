import type { Open } from './library.js';

/** Where libraries compute. */
export type BackendName = 'cpu' | 'webgpu' | 'cuda';

/** A library as it is compared: one backend, one number of threads. */
export interface Competitor {
  /** What `--library` names. */
  readonly id: string;
  readonly library: string;
  readonly backend: BackendName;
  readonly threads: number;
  /** Whether it lives in the folder of peers, which is installed on demand. */
  readonly peer: boolean;
  /** Loads the code only in the process that measures. */
  readonly load: () => Promise<Open>;
}

function ours(id: string, threads: number): Competitor {
  return {
    id,
    library: 'ostinato',
    backend: 'cpu',
    threads,
    peer: false,
    load: async () => (await import('./ostinato.js')).openOstinato,
  };
}

/** What ratios are taken to: ours at one thread, and ours on the GPU. */
export const BASELINE = { cpu: 'ostinato', webgpu: 'ostinato-webgpu' } as const;

/** Whether ratios are taken to it. */
export function isBaseline({ id }: Competitor): boolean {
  return Object.values<string>(BASELINE).includes(id);
}

/** All that are compared, in the order of the report. */
export const competitors: readonly Competitor[] = [
  ours(BASELINE.cpu, 1),
  ours('ostinato-2', 2),
  {
    id: 'ostinato-plain',
    library: 'ostinato',
    backend: 'cpu',
    threads: 1,
    peer: false,
    load: async () => (await import('./ostinato.js')).openPlainOstinato,
  },
  {
    id: 'tfjs-wasm',
    library: 'tensorflow.js',
    backend: 'cpu',
    threads: 1,
    peer: true,
    load: async () => (await import('./tensorflow.js')).openTensorFlow('wasm'),
  },
  {
    id: 'tfjs-cpu',
    library: 'tensorflow.js',
    backend: 'cpu',
    threads: 1,
    peer: true,
    load: async () => (await import('./tensorflow.js')).openTensorFlow('cpu'),
  },
  {
    id: 'jax-wasm',
    library: 'jax-js',
    backend: 'cpu',
    threads: 1,
    peer: true,
    load: async () => (await import('./jax.js')).openJax('wasm'),
  },
  ...[1, 2].map((threads) => ({
    id: threads === 1 ? 'onnxruntime' : `onnxruntime-${threads}`,
    library: 'onnxruntime-node',
    backend: 'cpu' as const,
    threads,
    peer: true,
    load: async () => (await import('./onnxruntime.js')).openOnnxRuntime,
  })),
  ...[1, 2].map((threads) => ({
    id: threads === 1 ? 'pytorch' : `pytorch-${threads}`,
    library: 'pytorch',
    backend: 'cpu' as const,
    threads,
    peer: false,
    load: async () => (await import('./pytorch.js')).openPyTorch('cpu'),
  })),
  {
    id: BASELINE.webgpu,
    library: 'ostinato',
    backend: 'webgpu',
    threads: 1,
    peer: false,
    load: async () => (await import('./ostinato.js')).openOstinatoOnWebGpu(),
  },
  {
    id: 'tfjs-webgpu',
    library: 'tensorflow.js',
    backend: 'webgpu',
    threads: 1,
    peer: true,
    load: async () => (await import('./tensorflow.js')).openTensorFlow('webgpu'),
  },
  {
    id: 'jax-webgpu',
    library: 'jax-js',
    backend: 'webgpu',
    threads: 1,
    peer: true,
    load: async () => (await import('./jax.js')).openJax('webgpu'),
  },
];

/** Ours on WebGPU with all recurrences in one form: for the report on a GPU. */
export const forms: readonly Competitor[] = (['sequence', 'steps'] as const).map((form) => ({
  id: `${BASELINE.webgpu}-${form}`,
  library: 'ostinato',
  backend: 'webgpu',
  threads: 1,
  peer: false,
  load: async () => (await import('./ostinato.js')).openOstinatoOnWebGpu(form),
}));

/** PyTorch on the same card, in float32 and as it comes: for the report on a GPU. */
export const onCuda: readonly Competitor[] = (['cuda', 'cuda-tf32'] as const).map((device) => ({
  id: `pytorch-${device}`,
  library: 'pytorch',
  backend: 'cuda',
  threads: 1,
  peer: false,
  load: async () => (await import('./pytorch.js')).openPyTorch(device),
}));

/** Our float64 reference backend, which first results are held against; it is not timed. */
export const oracle: Competitor = {
  id: 'oracle',
  library: 'ostinato',
  backend: 'cpu',
  threads: 1,
  peer: false,
  load: async () => (await import('./ostinato.js')).openReference,
};

/** The competitor of that id. Throws RangeError for another. */
export function competitorOf(id: string): Competitor {
  const found = [...competitors, ...forms, ...onCuda, oracle].find((competitor) => competitor.id === id);
  if (!found) throw new RangeError(`library: there is none with the id ${id}`);
  return found;
}
