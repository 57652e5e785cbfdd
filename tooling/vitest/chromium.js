import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * The browser of the tests: the Chromium of this machine, run without a window. Nothing is downloaded.
 *
 * Plain JavaScript, because Node loads this file before anything compiles TypeScript.
 */

/** Names under which systems install Chromium and its relatives. */
const names = ['chromium', 'chromium-headless-shell', 'google-chrome', 'google-chrome-stable'];

/** @param {string} path */
function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function find() {
  // Who names a Chromium wants that one: tests that cannot start it fail.
  const { CHROMIUM_PATH, PATH = '' } = process.env;
  if (CHROMIUM_PATH) return CHROMIUM_PATH;
  const folders = PATH.split(delimiter).filter((folder) => folder !== '');
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isProgram);
}

/** Where Chromium is: what CHROMIUM_PATH says, else what is found on PATH; undefined where there is none. */
export const chromiumPath = find();

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
