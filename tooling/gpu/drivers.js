import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The software drivers that `setup.sh` brings, for machines without a GPU.
 *
 * Plain JavaScript, because Node loads this file before anything compiles TypeScript.
 *
 * @typedef {object} Driver
 * @property {string} name what its tests are called
 * @property {string} word that stands in the `GPUAdapterInfo` of its adapters and of no others
 * @property {string} icd the file that names it to the Vulkan loader
 * @property {Record<string, string>} environment how it is set for tests
 */

/** Where the drivers lie; git ignores it. */
export const folder = fileURLToPath(new URL('../../.gpu', import.meta.url));

/** @param {string} name */
const icdOf = (name) => join(folder, name, 'icd.json');

/** @type {readonly Driver[]} */
export const drivers = [
  {
    name: 'lavapipe',
    word: 'llvmpipe',
    icd: icdOf('lavapipe'),
    // It compiles each shader for much longer than a test runs it. Narrow vectors and no optimization take a third of the time.
    environment: { GALLIVM_PERF: 'nopt', LP_NATIVE_VECTOR_WIDTH: '128' },
  },
  {
    name: 'swiftshader',
    word: 'swiftshader',
    icd: icdOf('swiftshader'),
    // Without this Dawn fills workgroup memory with zeros, which this driver compiles for seconds; no shader of ours relies on it.
    environment: { DAWN_FLAGS: 'enable-dawn-features=disable_workgroup_init' },
  },
];

/** What brings the drivers, for messages. */
export const howToGetDrivers = 'pnpm gpu:setup';

/**
 * Whether the driver is here.
 *
 * @param {Driver} driver
 */
export function isHere({ icd }) {
  return existsSync(icd);
}

/**
 * What a process has to have in its environment from its start, so that it computes on this driver and no other.
 *
 * @param {Driver} driver
 * @returns {Record<string, string>}
 */
export function selecting({ icd }) {
  // Without its layers the loader has nothing to complain of on machines without a desktop.
  return { VK_ICD_FILENAMES: icd, VK_LOADER_LAYERS_DISABLE: '*' };
}

/**
 * The same for tests, which compile more than they compute.
 *
 * @param {Driver} driver
 * @returns {Record<string, string>}
 */
export function environmentOf(driver) {
  return { ...selecting(driver), ...driver.environment };
}
