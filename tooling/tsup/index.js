import { defineConfig } from 'tsup';

/**
 * The build of one package: ES modules, type declarations and source maps from `src` to `dist`.
 *
 * Plain JavaScript, because Node loads this file before anything compiles TypeScript.
 *
 * @param {...string} entries the source file of each entry point, `src/index.ts` where none is given
 */
export function library(...entries) {
  return defineConfig({
    entry: entries.length > 0 ? entries : ['src/index.ts'],
    format: 'esm',
    target: 'es2022',
    platform: 'neutral',
    external: [/^node:/],
    removeNodeProtocol: false,
    dts: true,
    sourcemap: true,
    clean: true,
    // Entry points of one package share their modules: a class is the same class through both.
    splitting: true,
    treeshake: true,
  });
}
