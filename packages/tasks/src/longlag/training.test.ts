import { cpu } from '@ostinato/backend-cpu';
import { init } from '@ostinato/kernel';
import { describe, expect, it } from 'vitest';
import {
  type LongLagCell,
  type LongLagResult,
  longLagCells,
  longLagTasks,
  trainLongLag,
} from '../longlag.js';

const adding = longLagTasks.get('adding')!;
const tiny = { hidden: 12, batch: 16, rate: 0.02, clip: 1, steps: 600 };

async function train(options: Partial<Parameters<typeof trainLongLag>[0]> = {}) {
  const problem = adding.open({ length: 4 });
  const looks: number[] = [];
  let result: LongLagResult | undefined;
  for await (const event of trainLongLag({ problem, cell: 'lstm', settings: tiny, seed: 1, ...options })) {
    if (event.kind === 'look') looks.push(event.value);
    if (event.kind === 'result') result = event;
  }
  return { looks, result: result! };
}

describe('trainLongLag', () => {
  it('ends when the task is solved, tells looks and the result, and gives its memory back', async () => {
    const backend = await init(cpu());
    const { looks, result } = await train({ settings: { ...tiny, steps: 3000 } });
    expect(result).toMatchObject({ solved: true, stopped: false, details: {}, parameters: 733 });
    expect(result.steps).toBe(100 * looks.length);
    expect(result.steps).toBeLessThan(3000);
    expect(looks.at(-1)).toBeLessThanOrEqual(0.004);
    expect(looks.slice(0, -1).every((value) => value > 0.004)).toBe(true);
    // Measured on other sequences than the look.
    expect(result.value).not.toBe(looks.at(-1));
    expect(result.value).toBeLessThan(0.006);
    expect(backend.memory().liveStorages).toBe(0);
  });

  it('is the same for the same seed, and another for another', async () => {
    await init(cpu());
    const short = { settings: { ...tiny, steps: 130 } };
    const [first, again, other] = [
      await train(short),
      await train(short),
      await train({ ...short, seed: 2 }),
    ];
    expect(again.looks).toEqual(first.looks);
    expect(again.result.value).toBe(first.result.value);
    expect(other.looks).not.toEqual(first.looks);
    expect(first.result).toMatchObject({ steps: 130, solved: false });
    expect(first.looks).toHaveLength(2);
  });

  it('measures the best network of all looks', async () => {
    await init(cpu());
    // Rates at which training jumps about.
    const { looks, result } = await train({ cell: 'elman', settings: { ...tiny, rate: 0.3, steps: 500 } });
    const best = Math.min(...looks);
    expect(Math.max(...looks)).toBeGreaterThan(1.2 * best);
    expect(Math.abs(result.value - best)).toBeLessThan(0.15 * best);
  });

  it('measures what was reached when it is stopped', async () => {
    await init(cpu());
    const stop = new AbortController();
    const events = trainLongLag({
      problem: adding.open({ length: 4 }),
      ...{ cell: 'lstm', settings: tiny, seed: 1, signal: stop.signal },
    });
    let result: LongLagResult | undefined;
    for await (const event of events) {
      if (event.kind === 'step' && event.step === 7) stop.abort();
      if (event.kind === 'result') result = event;
    }
    expect(result).toMatchObject({ steps: 7, stopped: true, solved: false, value: expect.any(Number) });
  });

  it.each(Object.keys(longLagCells) as LongLagCell[])('trains the cell %s', async (cell) => {
    await init(cpu());
    const { result } = await train({ cell, settings: { ...tiny, rate: 0.003, steps: 200 } });
    // A constant answer errs by 1/6.
    expect(result.value).toBeLessThan(0.16);
  });

  it('learns the waveform far better with several clocks than with one, and better than with gates, at equal parameters', async () => {
    await init(cpu());
    const waveform = longLagTasks.get('waveform')!;
    const learn = async (cell: LongLagCell): Promise<LongLagResult> => {
      const settings = { ...waveform.settings(cell, 320), steps: 400 };
      return (await train({ cell, settings, problem: waveform.open() })).result;
    };
    const [clockwork, elman, lstm] = [await learn('clockwork'), await learn('elman'), await learn('lstm')];
    for (const { parameters } of [elman, lstm]) {
      expect(Math.abs(parameters / clockwork.parameters - 1)).toBeLessThan(0.03);
    }
    expect(clockwork.value).toBeLessThan(elman.value / 10);
    expect(clockwork.value).toBeLessThan(lstm.value);
  });

  it('refuses no steps', async () => {
    await init(cpu());
    await expect(train({ settings: { ...tiny, steps: 0 } })).rejects.toThrow(
      'steps must be a whole number from 1',
    );
  });
});
