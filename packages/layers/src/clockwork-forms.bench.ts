/** Where groups apart begin to pay: `npx vitest bench --project node packages/layers/src/clockwork-forms.bench.ts`. */
import { cpu } from '@ostinato/backend-cpu';
import { init } from '@ostinato/kernel';
import { gradients, RandomSource, seed, sum, tidy } from '@ostinato/tensor';
import { bench, describe } from 'vitest';
import { runApart, runTogether } from './clockwork-forms.js';
import { Clockwork } from './index.js';

await init(cpu());
seed(1);

describe.each([
  [8, 50, 64],
  [8, 100, 128],
  [16, 100, 128],
  [32, 100, 128],
])('%d rows, %d steps, %d units', (rows, steps, units) => {
  const layer = new Clockwork(32, units);
  const x = new RandomSource(1).normal([steps, rows, 32]);
  const walk = { x, state: undefined, lengths: undefined, reverse: false };
  for (const form of [runTogether, runApart]) {
    bench(form.name, () => {
      tidy(() => gradients(sum(form(layer.parts(), walk).output), layer.parameters()));
    });
  }
});
