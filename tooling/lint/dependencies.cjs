const { builtinModules } = require('node:module');

/**
 * The arrows between packages, checked by `pnpm check:dependencies`.
 *
 * A package may import what stands beside its name, itself, and packages from the registry that its own
 * package.json names. A new package or a new arrow is a new word in one of these two tables.
 */
const arrows = {
  kernel: [],
  'backend-cpu': ['kernel'],
  'backend-webgpu': ['kernel'],
  tensor: ['kernel'],
  conformance: ['kernel', 'tensor'],
  layers: ['kernel', 'tensor'],
  losses: ['kernel', 'tensor'],
  data: [],
  train: ['kernel', 'tensor', 'layers'],
  tasks: ['kernel', 'tensor', 'layers', 'losses', 'train', 'data'],
  cli: ['kernel', 'tensor', 'layers', 'losses', 'train', 'data', 'tasks', 'backend-cpu', 'backend-webgpu'],
  ostinato: [
    'kernel',
    'tensor',
    'layers',
    'losses',
    'train',
    'data',
    'tasks',
    'backend-cpu',
    'backend-webgpu',
  ],
};

/**
 * What only the tests of a package may import besides; with the arrows above, still no circle.
 *
 * @type {Record<string, string[]>}
 */
const testArrows = {
  'backend-cpu': ['conformance', 'tensor'],
  'backend-webgpu': ['conformance', 'tensor'],
  layers: ['backend-cpu', 'backend-webgpu', 'losses'],
  losses: ['backend-cpu'],
  train: ['backend-cpu', 'backend-webgpu', 'losses', 'data'],
  tasks: ['backend-cpu', 'backend-webgpu'],
};

/** Tests, and programs that tests start (`x.fixture.ts`). */
const tests = '\\.(test(-d)?|bench|fixture)\\.ts$';

/** @param {string[]} names */
const folder = (names) => `^packages/(${names.join('|')})/`;

const directions = Object.entries(arrows).flatMap(([name, targets]) => [
  {
    name: `${name}-imports`,
    comment: `${name} may import: ${targets.join(', ') || 'none of the other packages'}`,
    severity: 'error',
    from: { path: folder([name]), pathNot: tests },
    to: { path: '^(packages|apps)/', pathNot: folder([name, ...targets]) },
  },
  {
    name: `${name}-test-imports`,
    severity: 'error',
    from: { path: `${folder([name])}.*${tests}` },
    to: { path: '^(packages|apps)/', pathNot: folder([name, ...targets, ...(testArrows[name] ?? [])]) },
  },
]);

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...directions,
    {
      name: 'known-package',
      comment: 'Every package has its row of arrows in this file',
      severity: 'error',
      from: { path: '^packages/', pathNot: folder(Object.keys(arrows)) },
      to: {},
    },
    {
      name: 'no-circular-imports',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'through-exports',
      comment: 'Another package is imported by its name, never by a path into its folder',
      severity: 'error',
      from: { path: '^(packages|apps)/([^/]+)/' },
      to: { path: '^(packages|apps|tooling)/', pathNot: '^$1/$2/', dependencyTypes: ['local'] },
    },
    {
      name: 'resolves',
      comment: 'The import leads nowhere: no such file, or not one of the exports of its package',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'declared',
      comment: 'An imported package is named in the package.json of the package that imports it',
      severity: 'error',
      from: {},
      // A peer that is a devDependency too is told to be in no package.json as well.
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['npm-peer'] },
    },
    {
      name: 'declared-for-users',
      comment: 'What ships is a dependency, not a devDependency',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: tests },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['npm-peer', 'type-only'] },
    },
    {
      name: 'runs-in-browsers',
      comment: 'Only the entry points ./node and the command line lead to modules of Node',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/(index|reference)\\.ts$', pathNot: '^packages/cli/' },
      to: { path: `^(node:)?(${builtinModules.join('|')})$`, reachable: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: {
      path: '^packages/[^/]+/dist/|^apps/bench/peers/|\\.config\\.ts$|^packages/cli/ostinato\\.js$',
    },
    tsPreCompilationDeps: true,
    combinedDependencies: false,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
      extensions: ['.ts', '.d.ts', '.js', '.json'],
    },
  },
};
