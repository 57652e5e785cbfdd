import { conformanceChecks } from '@ostinato/conformance/checks';
import { webgpu } from '../index.js';
import { outcomes } from './checks.fixture.js';

/** A program for Deno: runs the conformance suite and prints one outcome a line, as JSON. */
for await (const outcome of outcomes(webgpu(), conformanceChecks())) console.log(JSON.stringify(outcome));
