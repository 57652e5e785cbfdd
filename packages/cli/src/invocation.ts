/** How this program is called here: from the checkout, through npx, or installed. */
function program(): string {
  if (new URL(import.meta.url).pathname.endsWith('.ts')) return 'npx pnpm ostinato';
  return process.env.npm_command === 'exec' ? 'npx @ostinato/cli' : 'ostinato';
}

/**
 * A command line that can be pasted into a shell.
 *
 * @example commandLine('tag', 'eval', 'my model', 'data/test')   // ostinato tag eval 'my model' data/test
 */
export function commandLine(...words: readonly string[]): string {
  return [program(), ...words.map(quoted)].join(' ');
}

function quoted(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  if (process.platform === 'win32') return `"${word.replaceAll('"', '\\"')}"`;
  return /^[^"$`\\!]+$/.test(word) ? `"${word}"` : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
