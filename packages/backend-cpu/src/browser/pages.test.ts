import { fileURLToPath } from 'node:url';
import { isolation, withoutChromium } from '@ostinato-tooling/vitest/chromium';
import { openPages, type Pages } from '@ostinato-tooling/vitest/pages';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Offers } from './page.fixture.js';
import type { Sharing } from './sharing.fixture.js';

const policy = (...directives: readonly string[]): Record<string, string> => ({
  ...isolation,
  'Content-Security-Policy': directives.join('; '),
});

const headers = {
  isolated: isolation,
  'not isolated': {},
  'without workers from blobs': policy("script-src 'self' 'wasm-unsafe-eval'", "worker-src 'self'"),
  'without WebAssembly': policy("script-src 'self'"),
  'with trusted types': policy("require-trusted-types-for 'script'"),
};
type Name = keyof typeof headers;

const oneThread = { threads: [1, 1], shared: false };
const described = (...texts: readonly RegExp[]): object => ({
  described: texts.map((text) => expect.stringMatching(text)),
});
const twice = (text: RegExp): object => described(text, text);

/** What a page may do, and what comes of it. A policy about workers is felt only when the first is started. */
const outcomes: Record<Name, object> = {
  isolated: { isolated: true, threads: [2, 2], shared: true, ...twice(/on 2 threads$/) },
  'not isolated': {
    isolated: false,
    ...oneThread,
    ...twice(/on 1 thread, because .* \(pages need to be cross-origin isolated\)$/),
  },
  'without workers from blobs': {
    isolated: true,
    ...oneThread,
    threads: [2, 1],
    ...described(/on 2 threads$/, /^WebAssembly .* on 1 thread, because .* Content-Security-Policy .*blob:/),
  },
  'with trusted types': {
    isolated: true,
    ...oneThread,
    threads: [2, 1],
    ...described(/on 2 threads$/, /^WebAssembly .* on 1 thread, because .* 'TrustedScriptURL'/),
  },
  'without WebAssembly': {
    isolated: true,
    ...oneThread,
    ...twice(/^plain JavaScript on 1 thread, because .* Content-Security-Policy .*'wasm-unsafe-eval'/),
  },
};

describe.skipIf(withoutChromium !== undefined)(
  `the CPU backend in pages that Vite built${withoutChromium ? ` (${withoutChromium})` : ''}`,
  () => {
    let pages: Pages;
    beforeAll(async () => {
      pages = await openPages(fileURLToPath(new URL('page.fixture.ts', import.meta.url)), headers);
    });
    afterAll(() => pages?.close());

    async function shareOn(name: Name, where: 'share' | 'shareInWorker'): Promise<Sharing> {
      const page = await pages.open(name);
      try {
        return await page.evaluate((call) => (globalThis as unknown as Offers)[call](), where);
      } finally {
        await page.close();
      }
    }

    it('gives the bundler nothing to complain of', () => {
      expect(pages.warnings).toEqual([]);
    });

    it.each(Object.keys(headers) as Name[])('computes the same bits in the page: %s', async (name) => {
      expect(await shareOn(name, 'share')).toMatchObject({ ...outcomes[name], different: 0 });
    });

    it.each(['isolated', 'not isolated', 'without workers from blobs'] as const)(
      'computes the same bits in a worker of the page: %s',
      async (name) => {
        expect(await shareOn(name, 'shareInWorker')).toMatchObject({ ...outcomes[name], different: 0 });
      },
    );

    it('ends its workers when it is disposed', async () => {
      const page = await pages.open('isolated');
      await page.evaluate(() => (globalThis as unknown as Offers).share());
      expect(page.workers()).toHaveLength(1);
      await page.evaluate(() => (globalThis as unknown as Offers).end());
      await expect.poll(() => page.workers()).toHaveLength(0);
      await page.close();
    });
  },
);
