import { drivers, environmentOf, howToGetDrivers, isHere } from '@ostinato-tooling/gpu';
import { findAdapter } from '@ostinato-tooling/gpu/find-adapter';
import { root, testTimeout } from './workspace.js';

/**
 * The tests that need an adapter of WebGPU, `x.gpu.test.ts`: one project for each software driver that `pnpm gpu:setup` brings,
 * or, where there are none, one on the GPU of the machine.
 *
 * Plain JavaScript, because Node loads this file before anything compiles TypeScript.
 *
 * @typedef {import('vitest/config').UserProjectConfigExport} Project
 */

/** The files of these tests. */
export const onGpu = '{packages,apps}/*/src/**/*.gpu.test.ts';

/**
 * @param {string} name
 * @param {Record<string, string>} env
 * @returns {Project}
 */
function project(name, env) {
  return {
    test: {
      name,
      root,
      environment: 'node',
      testTimeout,
      hookTimeout: testTimeout,
      include: [onGpu],
      // What the environment says of drivers counts for a process, not for a thread.
      pool: 'forks',
      env,
    },
  };
}

/**
 * One skipped test that tells why the others are missing.
 *
 * @param {string} name
 * @param {string} reason
 * @returns {Project}
 */
function skipped(name, reason) {
  const include = ['tooling/vitest/without-adapter.js'];
  return { test: { name, root, include, env: { WITHOUT_ADAPTER: reason } } };
}

/**
 * The projects of the tests that need an adapter. Each finds in the environment variable EXPECTED_ADAPTER a word that
 * describes its adapter.
 *
 * @returns {Project[]}
 */
export function gpuTests() {
  if (drivers.some(isHere)) {
    return drivers.map((driver) =>
      isHere(driver)
        ? project(driver.name, { ...environmentOf(driver), EXPECTED_ADAPTER: driver.word })
        : skipped(driver.name, `not in .gpu/: ${howToGetDrivers}`),
    );
  }
  const found = findAdapter();
  return [
    'unavailable' in found
      ? skipped('gpu', `${found.unavailable}; software drivers: ${howToGetDrivers}`)
      : project('gpu', { EXPECTED_ADAPTER: found.architecture }),
  ];
}
