import { fileURLToPath } from 'node:url';
import { playwright } from '@vitest/browser-playwright';
import { chromiumPath, isolation, launchOptions } from './chromium.js';
import { onGpu } from './gpu.js';
import { root, testTimeout } from './workspace.js';

export { gpuTests } from './gpu.js';

/**
 * The projects of the tests.
 *
 * Plain JavaScript, because Node loads this file before anything compiles TypeScript.
 */

const inBrowser = '{packages,apps}/*/src/**/*.browser.test.ts';

/**
 * Every test that runs in Node: `x.test.ts` beside `x.ts`, and `x.test-d.ts` for its types.
 * All packages share one project, so that two cores start one server and one type checker.
 *
 * @returns {import('vitest/config').UserProjectConfigExport}
 */
export function nodeTests() {
  return {
    test: {
      name: 'node',
      environment: 'node',
      testTimeout,
      hookTimeout: testTimeout,
      root,
      include: ['{packages,apps}/*/src/**/*.test.ts', 'tooling/*/*.test.ts'],
      exclude: ['**/node_modules/**', inBrowser, onGpu],
      typecheck: {
        enabled: true,
        include: ['{packages,apps}/*/src/**/*.test-d.ts'],
        tsconfig: fileURLToPath(new URL('types.json', import.meta.url)),
        // Errors outside the type tests belong to `pnpm typecheck`.
        ignoreSourceErrors: true,
      },
    },
  };
}

/**
 * Every test that runs in a page of Chromium, which is isolated so that threads may share memory: `x.browser.test.ts`.
 * Where no Chromium is found, one skipped test says so in their place.
 *
 * @returns {import('vitest/config').UserProjectConfigExport}
 */
export function browserTests() {
  const name = 'browser';
  if (chromiumPath === undefined) {
    return { test: { name, root, include: ['tooling/vitest/without-chromium.js'] } };
  }
  return {
    root,
    // Vite's way: headers that a plugin adds reach the page too late to isolate it.
    server: { headers: isolation },
    test: {
      name,
      root,
      testTimeout,
      hookTimeout: testTimeout,
      include: [inBrowser],
      provide: { demandsChromium: Boolean(process.env.CHROMIUM_PATH) },
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        provider: playwright({ launchOptions }),
        instances: [{ browser: 'chromium' }],
      },
    },
  };
}
