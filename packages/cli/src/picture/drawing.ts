import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { OstinatoError } from '@ostinato/kernel';
import type { LoggerInterface } from 'vega';
import type { Chart } from './chart.js';
import { font } from './theme.js';

/** A picture in both formats. */
export interface Picture {
  readonly svg: string;
  readonly png: Uint8Array;
}

/** What draws charts. */
export type Draw = (chart: Chart) => Promise<Picture>;

/** Pixels of the PNG for one of the SVG, so that it is sharp in print. */
const SCALE = 2;

/** Width of a letter of the font in the middle, as a multiple of its size: what is left free for texts. */
const LETTER_WIDTH = 0.48;

/** What Vega has and its types do not tell. */
interface Untyped {
  readonly textMetrics: {
    /** How wide a text is. Its own guess, where there is no canvas, is nearly twice as wide as our font. */
    width: (item: { readonly fontSize?: number }, text: unknown) => number;
  };
  /** Counts the names of clipped parts from 1 again, so that a chart gives the same picture each time. */
  resetSVGDefIds(): void;
}

/** Warnings of Vega-Lite are about parts of a chart that contradict each other. */
const strict: LoggerInterface = {
  level: () => strict,
  info: () => strict,
  debug: () => strict,
  warn: refuse,
  error: refuse,
};

function refuse(...messages: readonly unknown[]): never {
  throw new OstinatoError(`a chart cannot be drawn as it is described: ${messages.join(' ')}`);
}

/** The packages that draw: optional peers of this one, because they are larger than all the rest. */
export const drawingPackages = [
  'vega',
  'vega-lite',
  '@resvg/resvg-wasm',
  '@fontsource/source-sans-3',
] as const;

/** What is used of the packages that draw. */
interface Packages {
  readonly vega: typeof import('vega');
  readonly compile: typeof import('vega-lite').compile;
  readonly resvg: typeof import('@resvg/resvg-wasm');
  readonly wasm: Buffer;
  readonly fonts: Buffer[];
}

async function loadPackages(): Promise<Packages> {
  const [vega, { compile }, resvg] = await Promise.all([
    import('vega'),
    import('vega-lite'),
    import('@resvg/resvg-wasm'),
  ]);
  const { resolve } = createRequire(import.meta.url);
  const fontFile = (letters: string, weight: number) =>
    readFile(resolve(`@fontsource/source-sans-3/files/source-sans-3-${letters}-${weight}-normal.woff2`));
  const [wasm, ...fonts] = await Promise.all([
    readFile(resolve('@resvg/resvg-wasm/index_bg.wasm')),
    fontFile('latin', 400),
    fontFile('latin', 600),
    fontFile('greek', 400),
    fontFile('greek', 600),
  ]);
  return { vega, compile, resvg, wasm, fonts };
}

let started: Promise<Draw> | undefined;

/**
 * Loads what draws. Fonts and the renderer come from packages, so a chart gives the same pictures everywhere.
 *
 * @returns what is missing, and how to install it, where the packages are not there
 */
export async function loadDrawing(
  packages: () => Promise<Packages> = loadPackages,
): Promise<Draw | { readonly missing: string }> {
  try {
    // The renderer can be started only once.
    started ??= start(packages);
    return await started;
  } catch (error) {
    started = undefined;
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') throw error;
    return {
      missing:
        'pictures are drawn by packages that are not installed beside @ostinato/cli; to have them:\n' +
        `  npm install ${drawingPackages.join(' ')}`,
    };
  }
}

async function start(packages: () => Promise<Packages>): Promise<Draw> {
  const { vega, compile, resvg, wasm, fonts } = await packages();
  await resvg.initWasm(wasm);
  const { textMetrics, resetSVGDefIds } = vega as unknown as Untyped;
  textMetrics.width = ({ fontSize = 11 }, text) => LETTER_WIDTH * fontSize * String(text ?? '').length;
  return async (chart) => {
    const view = new vega.View(vega.parse(compile(chart, { logger: strict }).spec), { renderer: 'none' });
    resetSVGDefIds();
    const svg = await view.toSVG();
    view.finalize();
    const image = new resvg.Resvg(svg, {
      fitTo: { mode: 'zoom', value: SCALE },
      font: { fontBuffers: fonts, defaultFontFamily: font.family, sansSerifFamily: font.family },
    });
    const rendered = image.render();
    const png = rendered.asPng();
    rendered.free();
    image.free();
    return { svg: `${svg}\n`, png };
  };
}
