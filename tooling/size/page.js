/**
 * Runs a bundle as an ordinary page would: `node page.js BUNDLE MODEL SENTENCES`. Prints as JSON what it answers, and which
 * files were loaded for it.
 *
 * Plain JavaScript in a process of its own, so that nothing is loaded but the bundle.
 */
import { readFile } from 'node:fs/promises';
import { register } from 'node:module';
import { pathToFileURL } from 'node:url';
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';

const [bundle, model, sentences] = process.argv.slice(2);
// A page that its server has not isolated shares no memory, so it starts no threads.
Object.assign(globalThis, { crossOriginIsolated: false });

const { port1, port2 } = new MessageChannel();
register('./trace.js', import.meta.url, { data: { port: port2 }, transferList: [port2] });

const { predict } = await import(pathToFileURL(String(bundle)).href);
const answers = await predict(new Uint8Array(await readFile(String(model))), JSON.parse(String(sentences)));

/** @type {string[]} */
const loaded = [];
for (let found = receiveMessageOnPort(port1); found; found = receiveMessageOnPort(port1))
  loaded.push(found.message);
console.log(JSON.stringify({ answers, loaded }));
process.exit();
