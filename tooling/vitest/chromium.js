import { findProgram } from './find-program.js';

/**
 * The browser of the tests: the Chromium of this machine, run without a window. Nothing is downloaded.
 *
 * Plain JavaScript, because Node loads this file before anything compiles TypeScript.
 */

/** Names under which systems install Chromium and its relatives. */
const names = ['chromium', 'chromium-headless-shell', 'google-chrome', 'google-chrome-stable'];

/** Where Chromium is: what CHROMIUM_PATH says, else what is found on PATH; undefined where there is none. */
export const chromiumPath = findProgram(process.env.CHROMIUM_PATH, names);

/** Why tests in a browser are skipped; undefined where they run. */
export const withoutChromium =
  chromiumPath === undefined
    ? 'no Chromium found: apt-get install chromium, or set CHROMIUM_PATH to one'
    : undefined;

/** How Chromium is started, for Playwright. */
export const launchOptions = {
  executablePath: chromiumPath,
  // Root, as in containers, has no sandbox. WebGPU runs on a software adapter where there is no other.
  args: ['--no-sandbox', '--enable-unsafe-webgpu', '--disable-quic'],
};

/** Headers that isolate a page from other origins: it may share memory among its threads. */
export const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};
