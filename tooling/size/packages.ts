import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The workspace. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** Every entry point of every package by the name that users import, and the built file that they get. */
export function builtEntries(): Map<string, string> {
  const folders = readdirSync(join(root, 'packages')).map((folder) => join(root, 'packages', folder));
  return new Map(
    folders.flatMap((folder) => {
      const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      const exports: Record<string, { default: string }> = manifest.publishConfig?.exports ?? {};
      return Object.entries(exports).map(([path, { default: file }]): [string, string] => [
        manifest.name + path.slice(1),
        join(folder, file),
      ]);
    }),
  );
}
