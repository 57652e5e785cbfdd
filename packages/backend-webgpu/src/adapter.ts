import type { Unavailable } from '@ostinato/kernel';

/** Where an adapter is looked for. */
export interface AdapterOptions {
  /** Which of several GPUs: the fast one, or the one that needs less power. */
  readonly powerPreference?: 'high-performance' | 'low-power';
  /** A `GPUAdapter` that was found already. */
  readonly adapter?: object;
  /** In Node and Bun: flags for Dawn, such as `adapter=llvmpipe`; by default the words of the environment variable DAWN_FLAGS. */
  readonly flags?: readonly string[];
}

/** What the optional package `webgpu` exports, as far as it is used here. */
interface Dawn {
  create(flags: readonly string[]): GPU;
}

/** The globals of Node and Bun that are looked at. */
interface Runtime {
  readonly process?: {
    readonly versions?: { readonly node?: string };
    readonly env: Readonly<Record<string, string | undefined>>;
  };
  readonly isSecureContext?: boolean;
}

const runtime = globalThis as Runtime;

/** An adapter of the browser, of Deno, or of the package `webgpu` in Node and Bun; or why there is none. */
export async function findAdapter(options: AdapterOptions): Promise<GPUAdapter | Unavailable> {
  if (options.adapter) return options.adapter as GPUAdapter;
  const gpu = await findGpu(options.flags);
  if ('unavailable' in gpu) return gpu;
  const { powerPreference } = options;
  const adapter = await gpu.requestAdapter(powerPreference ? { powerPreference } : {});
  return adapter ?? { unavailable: `WebGPU finds no GPU here: ${whatMayBeMissing()}` };
}

async function findGpu(flags: readonly string[] | undefined): Promise<GPU | Unavailable> {
  const own = typeof navigator === 'undefined' ? undefined : (navigator.gpu as GPU | undefined);
  if (own) return own;
  if (runtime.process?.versions?.node) return dawn(flags ?? flagsFromEnvironment());
  if (runtime.isSecureContext === false) {
    return { unavailable: 'pages have WebGPU only where they come through https or from localhost' };
  }
  return {
    unavailable:
      'this browser has no WebGPU, or has it switched off; newer versions of all large ones have it',
  };
}

function flagsFromEnvironment(): string[] {
  return (runtime.process?.env.DAWN_FLAGS ?? '').split(' ').filter((flag) => flag !== '');
}

/** Kept for ever: Dawn ends the process when its instance is collected while a device of it is in use. */
const instances = new Map<string, GPU>();

async function dawn(flags: readonly string[]): Promise<GPU | Unavailable> {
  const key = flags.join(' ');
  const known = instances.get(key);
  if (known) return known;
  // A variable, so that bundlers for browsers do not look for the package.
  const name = 'webgpu';
  let library: Dawn;
  try {
    library = (await import(/* @vite-ignore */ /* webpackIgnore: true */ name)) as Dawn;
  } catch (error) {
    const reason = error instanceof Error ? error.message : error;
    return {
      unavailable: `Node and Bun have no WebGPU of their own, and the package that brings it does not load (npm install webgpu): ${reason}`,
    };
  }
  const gpu = library.create(flags);
  instances.set(key, gpu);
  return gpu;
}

function whatMayBeMissing(): string {
  return runtime.process?.versions?.node
    ? 'it needs a driver for Vulkan (Linux: libvulkan1 and the driver of the GPU, or mesa-vulkan-drivers), Direct3D 12 or Metal'
    : 'the browser does not support this GPU or its driver, or keeps off it; chrome://gpu or about:support may tell why';
}
