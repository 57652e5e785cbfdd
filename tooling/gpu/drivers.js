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
 * @property {string} architecture what its adapters call themselves, in `GPUAdapterInfo`
 * @property {string} icd the file that names it to the Vulkan loader
 */

/** Where the drivers lie; git ignores it. */
export const folder = fileURLToPath(new URL('../../.gpu', import.meta.url));

/** @param {string} name */
const icdOf = (name) => join(folder, name, 'icd.json');

/** @type {readonly Driver[]} */
export const drivers = [
  { name: 'lavapipe', architecture: 'llvmpipe', icd: icdOf('lavapipe') },
  { name: 'swiftshader', architecture: 'swiftshader', icd: icdOf('swiftshader') },
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
export function environmentOf({ icd }) {
  // Without its layers the loader has nothing to complain of on machines without a desktop.
  return { VK_ICD_FILENAMES: icd, VK_LOADER_LAYERS_DISABLE: '*' };
}
