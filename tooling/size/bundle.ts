import { SourceMap } from 'node:module';
import { dirname } from 'node:path';
import * as esbuild from 'esbuild';
import { build } from 'vite';
import { builtEntries, root } from './packages.js';

/** A file of a bundle. */
export interface BundleFile {
  readonly name: string;
  readonly code: string;
  /** The parts of `code` by the package that they come from, where the bundler tells. */
  readonly byPackage: ReadonlyMap<string, string> | undefined;
}

/** A program as pages get it. */
export interface Bundle {
  readonly entry: string;
  readonly files: readonly BundleFile[];
}

/** Puts a program and the built packages together as a page would have them: for modern browsers, minified, in chunks. */
export type Bundler = (program: string) => Promise<Bundle>;

const target = 'es2022';
const entryName = 'program';

/** Vite, with its own settings but for names of files. */
export const withVite: Bundler = async (program) => {
  const entries = builtEntries();
  const virtual = `${root}program.js`;
  const result = await build({
    configFile: false,
    root,
    logLevel: 'warn',
    build: {
      target,
      write: false,
      sourcemap: 'hidden',
      modulePreload: { polyfill: false },
      rollupOptions: {
        input: { [entryName]: virtual },
        preserveEntrySignatures: 'strict',
        output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
      },
    },
    plugins: [
      {
        name: 'built-packages',
        enforce: 'pre',
        resolveId(id) {
          if (id === virtual) return id;
          const file = entries.get(id);
          // As package.json says; it is not asked where a plugin resolves.
          return file === undefined ? undefined : { id: file, moduleSideEffects: false };
        },
        load: (id) => (id === virtual ? program : undefined),
      },
    ],
  });
  const outputs = [result].flat().flatMap((part) => ('output' in part ? part.output : []));
  const files = outputs.flatMap((output) =>
    output.type === 'chunk'
      ? [{ name: output.fileName, code: output.code, byPackage: partsOf(output.code, output.map) }]
      : [],
  );
  return { entry: `${entryName}.js`, files };
};

/** esbuild with `--bundle --minify --splitting --format=esm`. */
export const withEsbuild: Bundler = async (program) => {
  const entries = builtEntries();
  const { outputFiles } = await esbuild.build({
    stdin: { contents: program, resolveDir: root, sourcefile: 'program.js' },
    entryNames: entryName,
    outdir: root,
    bundle: true,
    minify: true,
    splitting: true,
    format: 'esm',
    target,
    write: false,
    plugins: [
      {
        name: 'built-packages',
        setup: ({ onResolve }) =>
          onResolve({ filter: /^(@ostinato\/|ostinato)/ }, ({ path }) => {
            const file = entries.get(path);
            return file === undefined ? undefined : { path: file, sideEffects: false };
          }),
      },
    ],
  });
  const files = outputFiles.map(({ path, text }) => ({
    name: path.slice(dirname(path).length + 1),
    code: text,
    byPackage: undefined,
  }));
  return { entry: `${entryName}.js`, files };
};

/** Sorts the characters of a file by the package that they come from. */
function partsOf(code: string, map: unknown): Map<string, string> {
  const sources = new SourceMap(map as ConstructorParameters<typeof SourceMap>[0]);
  const parts = new Map<string, string>();
  for (const [row, line] of code.split('\n').entries()) {
    for (let column = 0; column < line.length; column++) {
      const found = sources.findEntry(row, column);
      const source = 'originalSource' in found ? found.originalSource : '';
      const name = /packages\/([^/]+)\//.exec(source)?.[1] ?? 'the bundler';
      parts.set(name, (parts.get(name) ?? '') + line[column]);
    }
  }
  return parts;
}
