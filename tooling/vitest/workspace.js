import { fileURLToPath } from 'node:url';

/** The folder of the workspace. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** Milliseconds. Training runs on machines of every speed; a test that hangs still ends. */
export const testTimeout = 60_000;
