import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { folders } from '../folders.js';
import { chartSpec } from './chart.js';
import type { Row } from './rows.js';

/** What is used of Vega-Lite and Vega, which lie in the folder of peers. */
interface VegaLite {
  compile(spec: object): { readonly spec: object };
}
interface Vega {
  parse(spec: object): object;
  readonly View: new (runtime: object, options: { renderer: 'none' }) => { toSVG(): Promise<string> };
}

/** Draws the chart of some rows to a file, as SVG. Throws RangeError where there is nothing to draw. */
export async function drawChart(rows: readonly Row[], file: string): Promise<void> {
  const spec = chartSpec(rows);
  const [{ compile }, vega] = await Promise.all([fromPeers<VegaLite>('vega-lite'), fromPeers<Vega>('vega')]);
  const view = new vega.View(vega.parse(compile(spec).spec), { renderer: 'none' });
  await writeFile(file, `${await view.toSVG()}\n`);
}

/** A package of the folder of peers. */
async function fromPeers<Exports>(name: string): Promise<Exports> {
  const path = createRequire(join(folders.peers, 'package.json')).resolve(name);
  return import(pathToFileURL(path).href);
}
