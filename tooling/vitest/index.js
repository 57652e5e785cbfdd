import { fileURLToPath } from 'node:url';

/**
 * Every test that needs nothing but Node: `x.test.ts` beside `x.ts`, and `x.test-d.ts` for its types.
 *
 * Plain JavaScript, because Node loads this file before anything compiles TypeScript.
 * All packages share one project, so that two cores start one server and one type checker.
 *
 * @returns {import('vitest/config').UserProjectConfigExport}
 */
export function nodeTests() {
  return {
    test: {
      name: 'node',
      environment: 'node',
      // Training runs on machines of every speed; a test that hangs still ends.
      testTimeout: 60_000,
      root: fileURLToPath(new URL('../..', import.meta.url)),
      include: ['{packages,apps}/*/src/**/*.test.ts', 'tooling/*/*.test.ts'],
      typecheck: {
        enabled: true,
        include: ['{packages,apps}/*/src/**/*.test-d.ts'],
        tsconfig: fileURLToPath(new URL('types.json', import.meta.url)),
        // Errors outside the type tests belong to `pnpm typecheck`.
        ignoreSourceErrors: true,
      },
    },
  };
}
