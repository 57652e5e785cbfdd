/** Hooks of Node's module loader that tell which files are loaded. */

/** @type {import('node:worker_threads').MessagePort} */
let port;

/** @param {{ port: import('node:worker_threads').MessagePort }} data */
export function initialize(data) {
  port = data.port;
}

/** @type {import('node:module').LoadHook} */
export function load(url, context, next) {
  port.postMessage(url);
  return next(url, context);
}
