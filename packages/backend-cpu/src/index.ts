/** The CPU backend: WebAssembly SIMD and threads, or plain JavaScript. */
export { type CpuBackend, type CpuOptions, cpu } from './cpu.js';
