import { defineConfig } from 'tsup';

/**
 * The build of one package: ES modules, type declarations and source maps from `src` to `dist`.
 *
 * Modules stay as they are: what bundlers put together, leave out or load later is decided module by module, so a package in
 * one file would always be loaded as a whole.
 *
 * Plain JavaScript, because Node loads this file before anything compiles TypeScript.
 *
 * @param {...string} entries the source file of each entry point, `src/index.ts` where none is given
 */
export function library(...entries) {
  return defineConfig({
    entry: ['src/**/*.ts', '!src/**/{*.{test,test-d,fixture},testing}.ts'],
    bundle: false,
    format: 'esm',
    target: 'es2022',
    platform: 'neutral',
    removeNodeProtocol: false,
    dts: { entry: entries.length > 0 ? entries : ['src/index.ts'] },
    sourcemap: true,
    clean: true,
  });
}
