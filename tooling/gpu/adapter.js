/**
 * Prints as JSON what kind of adapter WebGPU finds in this process: `{ vendor, architecture, device, description }`, or
 * `{ unavailable: reason }`. A process of its own, because the environment of a driver counts from the start.
 */

/** @returns {Promise<object>} */
async function find() {
  try {
    const { create } = await import('webgpu');
    // Kept until the end: the adapter does not keep it.
    const gpu = create([]);
    Object.assign(globalThis, { gpu });
    const adapter = await gpu.requestAdapter();
    if (!adapter)
      return { unavailable: 'no adapter: there is neither a GPU with a driver nor a software driver' };
    const { vendor, architecture, device, description } = adapter.info;
    return { vendor, architecture, device, description };
  } catch (error) {
    return {
      unavailable: `the package webgpu does not load: ${error instanceof Error ? error.message : error}`,
    };
  }
}

console.log(JSON.stringify(await find()));
