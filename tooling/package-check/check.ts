/**
 * Checks every package as its users will get it, after `pnpm build`:
 * packs it, lints the archive (publint, attw), installs all archives into an empty folder where each package
 * sees only what it declares, imports every entry point in plain Node, runs every command, and type-checks a
 * consumer under both ways in which TypeScript resolves modules today.
 *
 * Prints a line for each check; the exit status is 1 if one failed.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A packed package, as its archive describes it. */
interface Packed {
  name: string;
  archive: string;
  exports: string[];
  commands: string[];
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const tools = fileURLToPath(new URL('node_modules/.bin', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'ostinato-packages-'));
const consumer = join(folder, 'consumer');
let failed = 0;

/** Runs a command to its end; the promise fails with all that it printed. */
function run(command: string, args: readonly string[], cwd: string): Promise<string> {
  const env = { ...process.env, PATH: `${tools}${delimiter}${process.env.PATH}`, NO_COLOR: '1' };
  return new Promise((resolve, reject) => {
    execFile(command, args, { cwd, env, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${command} ${args.join(' ')}\n${stdout}${stderr}`.trimEnd()));
      else resolve(stdout);
    });
  });
}

/** Does one check and reports it, so that a failure does not hide the next one. */
async function check(title: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
    console.log(`pass  ${title}`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL  ${title}\n${String(error instanceof Error ? error.message : error)}`);
  }
}

async function pack(): Promise<Packed[]> {
  const args = ['--recursive', '--filter=./packages/*', 'pack', '--json', `--pack-destination=${folder}`];
  const packages: { name: string; filename: string }[] = JSON.parse(await run('pnpm', args, root));
  return Promise.all(
    packages.map(async ({ name, filename }) => {
      const manifest = JSON.parse(await run('tar', ['-xzOf', filename, 'package/package.json'], folder));
      return {
        name,
        archive: filename,
        exports: Object.keys(manifest.exports).map((path) => name + path.slice(1)),
        commands: Object.keys(manifest.bin ?? {}),
      };
    }),
  );
}

/** An empty project that depends on every archive; strict linking hides what a package did not declare. */
async function install(packages: readonly Packed[]): Promise<void> {
  const archives = Object.fromEntries(packages.map(({ name, archive }) => [name, `file:${archive}`]));
  const settings = {
    packages: ['.'],
    overrides: archives,
    hoist: false,
    // Outside the project, or what the project depends on would be in reach of every package.
    virtualStoreDir: join(folder, 'linked'),
    allowBuilds: { esbuild: false },
    minimumReleaseAge: 0,
  };
  await mkdir(consumer);
  await writeFile(
    join(consumer, 'package.json'),
    JSON.stringify({ name: 'consumer', private: true, type: 'module', dependencies: archives }),
  );
  // JSON is YAML.
  await writeFile(join(consumer, 'pnpm-workspace.yaml'), JSON.stringify(settings));
  await run('pnpm', ['install', '--prefer-offline'], consumer);
}

async function compile(moduleResolution: 'nodenext' | 'bundler', entries: readonly string[]): Promise<void> {
  const imports = entries.map((entry, index) => `import * as entry${index} from '${entry}';`);
  const uses = entries.map((_, index) => `entry${index}`);
  await writeFile(
    join(consumer, 'consumer.ts'),
    `${imports.join('\n')}\nexport default [${uses.join(', ')}];\n`,
  );
  const options = {
    target: 'ES2022',
    lib: ['ES2023', 'DOM', 'DOM.Iterable'],
    module: moduleResolution === 'nodenext' ? 'nodenext' : 'esnext',
    moduleResolution,
    strict: true,
    noEmit: true,
    types: ['node'],
    typeRoots: [fileURLToPath(new URL('node_modules/@types', import.meta.url))],
    skipLibCheck: true,
  };
  await writeFile(
    join(consumer, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: options, files: ['consumer.ts'] }),
  );
  await run('tsc', ['--project', 'tsconfig.json'], consumer);
}

try {
  const packages = await pack();
  const entries = packages.flatMap((packed) => packed.exports);
  for (const { name, archive } of packages) {
    await check(`publint  ${name}`, () => run('publint', ['run', archive, '--strict'], folder));
    await check(`attw     ${name}`, () => run('attw', [archive, '--profile', 'esm-only'], folder));
  }
  await check('install  all packages together', () => install(packages));
  for (const entry of entries) {
    const program = `await import(${JSON.stringify(entry)})`;
    await check(`import   ${entry}`, () => run('node', ['--input-type=module', '-e', program], consumer));
  }
  for (const command of packages.flatMap((packed) => packed.commands)) {
    const path = join(consumer, 'node_modules', '.bin', command);
    await check(`run      ${command} --help`, () => run(path, ['--help'], consumer));
  }
  await check('types    moduleResolution nodenext', () => compile('nodenext', entries));
  await check('types    moduleResolution bundler', () => compile('bundler', entries));
} finally {
  await rm(folder, { recursive: true, force: true });
}
if (failed > 0) {
  console.log(`${failed} package checks failed`);
  process.exitCode = 1;
}
