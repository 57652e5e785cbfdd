import { cpu, init } from 'ostinato';
import { describe, expect, it } from 'vitest';
import { main as byHand } from './by-hand.js';
import { main as memory } from './memory.js';
import { main as ownCell } from './own-cell.js';
import { main as speech } from './speech.js';
import { outputAfterThousandSteps } from './vanishing.js';

describe('examples', () => {
  it('own-cell: learns to add numbers up', async () => {
    const { first, last } = await ownCell();
    expect(last).toBeLessThan(first / 100);
  });

  it('memory (L3): the same word in another place', async () => {
    const { withoutMemory, withMemory } = await memory();
    expect(withoutMemory[0]).toBe(withoutMemory[1]);
    expect(withMemory).toEqual(['B-destination', 'B-departure']);
  });

  it('vanishing (L20): w to the 999', async () => {
    await init(cpu());
    expect(await outputAfterThousandSteps(1)).toBe(1);
    expect(await outputAfterThousandSteps(1.01)).toBeGreaterThan(20000);
    expect(await outputAfterThousandSteps(0.99)).toBeLessThan(1e-4);
  });

  it('by-hand: the loss falls', async () => {
    const losses = await byHand(3);
    expect(losses).toHaveLength(3);
    expect(losses[2]!).toBeLessThan(losses[0]! / 2);
  });

  it('speech (L26): hears what is dialled with less than 2 % errors, and when', async () => {
    const { wer, transcript, seconds, words } = await speech();
    expect(wer).toBeLessThan(0.02);
    expect(words.map(({ text }) => text).join(' ')).toBe(transcript);
    let last = 0;
    for (const { start, end, confidence } of words) {
      expect(start).toBeGreaterThanOrEqual(last);
      expect(end).toBeGreaterThan(start);
      expect(confidence).toBeGreaterThan(0.1);
      last = end;
    }
    expect(last).toBeLessThanOrEqual(seconds);
  }, 300_000);
});
