/** The WebGPU backend: recurrent networks on the GPU, in browsers, Deno, Node and Bun. */
export type { WebGpuBackend } from './backend.js';
export type { Precision } from './kernels/factor-format.js';
export { type WebGpuOptions, webgpu } from './webgpu.js';
