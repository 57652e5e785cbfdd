#!/usr/bin/env node
/** The command `ostinato`: works when imported, so that `ostinato.js` can run it from source. */
import { run } from './run.js';

process.exitCode = await run(process.argv.slice(2));
