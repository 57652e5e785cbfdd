import { it } from 'vitest';

/** What runs in place of the tests that need an adapter where there is none, so that nobody misses them in silence. */
it.skip(`tests of WebGPU (${process.env.WITHOUT_ADAPTER})`, () => {});
