#!/usr/bin/env node
/** The command as the workspace runs it, from source: `pnpm ostinato ...`. The published command is `dist/bin.js`. */
import { register } from 'tsx/esm/api';

register();
await import('./src/bin.js');
