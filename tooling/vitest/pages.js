import { createServer } from 'node:http';
import { dirname, extname } from 'node:path';
import { chromium } from 'playwright';
import { build } from 'vite';
import { launchOptions } from './chromium.js';

/**
 * Pages as people build and serve them, for tests that run in Node and look at Chromium from outside: what headers do
 * to a page, and what bundlers do to code.
 *
 * Plain JavaScript like the rest of this package.
 *
 * @typedef {object} Pages
 * @property {readonly string[]} warnings what the bundler complained of
 * @property {(name: string) => Promise<import('playwright').Page>} open opens a page by its name, once it has loaded
 * @property {() => Promise<void>} close ends the browser and the server
 */

/** @type {Record<string, string>} */
const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

/**
 * Builds a page around one module, in memory.
 *
 * @param {string} entry
 * @returns {Promise<{ files: Map<string, string | Uint8Array>, warnings: string[] }>}
 */
async function buildPage(entry) {
  /** @type {string[]} */
  const warnings = [];
  const warn = (/** @type {string} */ text) => void warnings.push(text);
  const result = await build({
    root: dirname(entry),
    configFile: false,
    base: './',
    build: {
      write: false,
      // What a page preloads is its own affair.
      modulePreload: false,
      rolldownOptions: { input: entry, output: { entryFileNames: 'entry.js' } },
    },
    logLevel: 'warn',
    customLogger: {
      info: () => {},
      warn,
      warnOnce: warn,
      error: warn,
      clearScreen: () => {},
      hasErrorLogged: () => false,
      hasWarned: false,
    },
  });
  const outputs = /** @type {import('vite').Rolldown.RolldownOutput[]} */ ([result].flat());
  const files = new Map(
    outputs.flatMap(({ output }) =>
      output.map((file) => [file.fileName, file.type === 'chunk' ? file.code : file.source]),
    ),
  );
  files.set('index.html', '<!doctype html><title>test</title><script type="module" src="entry.js"></script>');
  return { files, warnings };
}

/**
 * Serves files under `/name/` for every name, each with the headers of that name.
 *
 * @param {ReadonlyMap<string, string | Uint8Array>} files
 * @param {Readonly<Record<string, Readonly<Record<string, string>>>>} headers
 * @returns {Promise<{ url: string, close: () => Promise<void> }>}
 */
async function serve(files, headers) {
  const server = createServer((request, response) => {
    const [, name = '', path = ''] = decodeURI(request.url ?? '').match(/^\/([^/]*)\/(.*)$/) ?? [];
    const file = files.get(path);
    if (file === undefined || !headers[name]) return void response.writeHead(404).end();
    response.writeHead(200, { ...headers[name], 'Content-Type': types[extname(path)] ?? '' }).end(file);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/**
 * Builds one page with Vite and serves it under several names, each with headers of its own.
 *
 * @param {string} entry path of the module that the page runs
 * @param {Readonly<Record<string, Readonly<Record<string, string>>>>} headers by name of the page
 * @returns {Promise<Pages>}
 */
export async function openPages(entry, headers) {
  const { files, warnings } = await buildPage(entry);
  const server = await serve(files, headers);
  const browser = await chromium.launch(launchOptions).catch(async (error) => {
    await server.close();
    throw error;
  });
  return {
    warnings,
    async open(name) {
      const page = await browser.newPage();
      await page.goto(`${server.url}/${encodeURI(name)}/index.html`);
      return page;
    },
    async close() {
      await browser.close();
      await server.close();
    },
  };
}
