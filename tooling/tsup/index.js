import { defineConfig } from 'tsup';

/**
 * The build of one package, from `src` to `dist`, twice, with type declarations and source maps:
 *
 * - `dist/modules`: every module as it is. What bundlers put together, leave out or load later is decided module by module, so a
 *   package in one file would always be loaded as a whole.
 * - `dist/node`: one file for each entry point, and what they share. Node reads three hundred small files three times as long.
 *
 * Plain JavaScript, because Node loads this file before anything compiles TypeScript.
 *
 * @param {...string} entries the source file of each entry point, `src/index.ts` where none is given
 */
export function library(...entries) {
  const points = entries.length > 0 ? entries : ['src/index.ts'];
  /** @type {import('tsup').Options} */
  const common = {
    format: 'esm',
    target: 'es2022',
    platform: 'neutral',
    external: [/^node:/],
    removeNodeProtocol: false,
    sourcemap: true,
    clean: true,
  };
  return defineConfig([
    {
      ...common,
      entry: ['src/**/*.ts', '!src/**/{*.{test,test-d,bench,fixture},testing}.ts'],
      bundle: false,
      dts: { entry: points },
      outDir: 'dist/modules',
    },
    { ...common, entry: points, splitting: true, treeshake: true, outDir: 'dist/node' },
  ]);
}
