import { it } from 'vitest';
import { withoutChromium } from './chromium.js';

/** What runs in place of the tests in a browser where there is none, so that nobody misses them in silence. */
it.skip(`tests in a browser (${withoutChromium})`, () => {});
