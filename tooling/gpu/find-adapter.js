import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * An adapter as it describes itself, or why there is none.
 *
 * @typedef {{ vendor: string, architecture: string, device: string, description: string }} Found
 * @typedef {{ unavailable: string }} Missing
 */

const program = fileURLToPath(new URL('adapter.js', import.meta.url));

/**
 * Asks for an adapter in a new process.
 *
 * @param {Record<string, string>} environment of that process, beside this one's
 * @returns {Found | Missing}
 */
export function findAdapter(environment = {}) {
  const { error, status, signal, stdout, stderr } = spawnSync(process.execPath, [program], {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
    timeout: 60_000,
  });
  if (error) return { unavailable: error.message };
  if (status !== 0) return { unavailable: `asking for an adapter ended with ${signal ?? status}: ${stderr}` };
  return JSON.parse(stdout);
}
