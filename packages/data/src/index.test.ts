import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

/** Files that a file imports, itself included, and the other modules they name. */
function reach(file: URL, files = new Set<string>(), modules = new Set<string>()) {
  if (files.has(file.href)) return { files, modules };
  files.add(file.href);
  const source = readFileSync(fileURLToPath(file), 'utf8');
  for (const [, name] of source.matchAll(/from '([^']+)'/g)) {
    if (name?.startsWith('.')) reach(new URL(name.replace(/\.js$/, '.ts'), file), files, modules);
    else if (name) modules.add(name);
  }
  return { files, modules };
}

it('runs in a browser: the main entry imports its own files and two packages that need no Node', () => {
  const { files, modules } = reach(new URL('./index.ts', import.meta.url));
  expect([...modules].sort()).toEqual(['@audio/decode-wav', 'fourier-transform']);
  expect(files.size).toBeGreaterThan(15);
  expect([...reach(new URL('./node.ts', import.meta.url)).modules]).toContain('node:fs/promises');
});
