#!/usr/bin/env node
/** The command `pnpm bench`, run from source. */
import { register } from 'tsx/esm/api';

register();
await import('./src/main.js');
