import { cpu } from '@ostinato/backend-cpu';
import { toneSequences } from '@ostinato/data';
import { init } from '@ostinato/kernel';
import { expect, it } from 'vitest';
import { CtcRecognizer, toneOptions } from '../index.js';

it('learns the embedded tones to an error below 2 % (L26)', async () => {
  await init(cpu());
  const { train, test } = toneSequences();
  const recognizer = CtcRecognizer.create(train, toneOptions);
  for await (const _ of recognizer.fit(train));
  const { cer, characters } = await recognizer.evaluate(test);
  expect(characters.length).toBeGreaterThan(800);
  expect(cer).toBeLessThan(0.02);
}, 300_000);
