#!/usr/bin/env node
/** The measuring part of `gpu.sh`, run from source. */
import { register } from 'tsx/esm/api';

register();
await import('./src/gpu/main.js');
