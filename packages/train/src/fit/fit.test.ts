import { cpu } from '@ostinato/backend-cpu';
import { type Backend, init } from '@ostinato/kernel';
import { mul, sum, type Tensor } from '@ostinato/tensor';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  type FitEvent,
  type FitOptions,
  fit,
  linearSchedule,
  NonFiniteError,
  ReduceOnPlateau,
  WeightAverage,
} from '../index.js';
import { type Batch, batches, collect, numbers, setUp } from './fit.fixture.js';

let backend: Backend;
beforeEach(async () => {
  backend = await init(cpu());
});

describe('fit', () => {
  it('tells of steps and epochs, and learns', async () => {
    const { model, options } = setUp({ epochs: 30, schedule: linearSchedule(0.05, 0, 120) });
    const events = await collect(fit(options));
    expect(events.length).toBe(30 * 5 + 1);
    expect(events[0]).toMatchObject({
      kind: 'step',
      epoch: 0,
      epochs: 30,
      epochStep: 1,
      stepsPerEpoch: 4,
      step: 1,
      rate: 0.05,
      gradientNorm: expect.any(Number),
    });
    expect(events[4]).toMatchObject({
      kind: 'epoch',
      epoch: 0,
      step: 4,
      metrics: { score: 3 },
      improved: undefined,
    });
    expect(events.at(-1)).toMatchObject({ kind: 'stopped', reason: 'finished', step: 120, best: undefined });
    const losses = events.flatMap((event) => (event.kind === 'epoch' ? [event.loss] : []));
    expect(losses.at(-1)!).toBeLessThan(losses[0]! / 2);
    const first = events.slice(0, 4).map((event) => (event.kind === 'step' ? event.loss : Number.NaN));
    expect(losses[0]).toBeCloseTo(first.reduce((a, b) => a + b) / 4, 10);
    expect(model.training).toBe(false);
  });

  it('does what the loop by hand does', async () => {
    const { model, options } = setUp();
    await collect(fit(options));
    const byHand = setUp();
    for (let epoch = 0; epoch < 3; epoch++) {
      for (const batch of batches(epoch)) byHand.optimizer.step(() => byHand.options.loss(batch));
    }
    expect(await numbers(model)).toEqual(await numbers(byHand.model));
  });

  it('takes batches that arrive later, and lets the event loop run', async () => {
    async function* later(epoch: number): AsyncGenerator<Batch> {
      for (const batch of batches(epoch)) {
        await new Promise((resolve) => setTimeout(resolve, 30));
        yield batch;
      }
    }
    let turns = 0;
    const timer = setInterval(() => turns++, 5);
    const { options } = setUp({ batches: later, epochs: 1, stepsPerEpoch: 4 });
    const events = await collect(fit(options));
    clearInterval(timer);
    expect(events[0]).toMatchObject({ stepsPerEpoch: 4 });
    expect(turns).toBeGreaterThan(5);
  });

  it('yields to timers even where nothing waits', async () => {
    let fired = false;
    setTimeout(() => {
      fired = true;
    }, 20);
    const { options } = setUp({ epochs: 1e6, evaluate: undefined });
    for await (const _ of fit(options)) if (fired) break;
    expect(fired).toBe(true);
  });

  it('switches dropout off while it evaluates', async () => {
    const { model, options } = setUp();
    const modes: boolean[] = [];
    for await (const event of fit({ ...options, evaluate: () => ({ score: modes.push(model.training) }) })) {
      if (event.kind === 'step') expect(model.training).toBe(true);
    }
    expect(modes).toEqual([false, false, false]);
  });

  it('keeps the best weights and stops when patience is at its end', async () => {
    const { model, options } = setUp({ epochs: 9, monitor: { metric: 'score', mode: 'max' }, patience: 2 });
    const seen: number[][] = [];
    const events: FitEvent[] = [];
    for await (const event of fit(options)) {
      events.push(event);
      if (event.kind === 'epoch') seen.push(await numbers(model));
    }
    const improved = events.flatMap((event) => (event.kind === 'epoch' ? [event.improved] : []));
    expect(improved).toEqual([true, true, false, false]);
    expect(events.at(-1)).toMatchObject({ kind: 'stopped', reason: 'patience', best: 5, step: 16 });
    expect(await numbers(model)).toEqual(seen[1]);
  });

  it('reduces the rate on a plateau', async () => {
    const schedule = new ReduceOnPlateau({ rate: 0.1, factor: 0.5, patience: 0, mode: 'max' });
    const { options } = setUp({ epochs: 5, schedule, monitor: { metric: 'score', mode: 'max' } });
    const events = await collect(fit(options));
    const rates = events.flatMap((event) =>
      event.kind === 'step' && event.epochStep === 1 ? [event.rate] : [],
    );
    expect(rates).toEqual([0.1, 0.1, 0.1, 0.05, 0.025]);
  });

  it('evaluates and ends with averaged weights', async () => {
    const { model, optimizer, options } = setUp({ epochs: 4 });
    const average = new WeightAverage(model, { from: 2 });
    const ends: number[][] = [];
    const evaluated: number[][] = [];
    const evaluate = async () => {
      evaluated.push(await numbers(model));
      return {};
    };
    for await (const event of fit({ ...options, average, evaluate })) {
      if (event.kind === 'epoch') ends.push(await numbers(model));
    }
    expect(average.updates).toBe(2);
    expect(evaluated[1]).toEqual(ends[1]);
    const expected = ends[2]!.map((value, index) => (value + ends[3]![index]!) / 2);
    for (const result of [evaluated[3]!, await numbers(model)]) {
      for (const [index, value] of result.entries()) expect(value).toBeCloseTo(expected[index]!, 6);
    }
    expect(optimizer.steps).toBe(16);
  });

  it('stops with a clear message when the schedule runs out', async () => {
    const { options } = setUp();
    const table = [0.1, 0.05];
    const run = collect(fit({ ...options, schedule: (step) => table[step]! }));
    await expect(run).rejects.toThrow(/Adam: the rate of step 3 is undefined, expected a number/);
  });

  it('stops with a clear message when the loss is NaN', async () => {
    const { model, options } = setUp();
    const loss = (batch: Batch): Tensor =>
      options.optimizer.steps === 5 ? mul(sum(model.hidden.weight), Number.NaN) : options.loss(batch);
    const failure = await collect(fit({ ...options, loss })).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(NonFiniteError);
    expect(String(failure)).toMatch(/step 6: the loss is NaN and the gradient of hidden.weight is NaN/);
  });

  it('leaves nothing behind', async () => {
    const { model, optimizer, options } = setUp({ epochs: 2 });
    await collect(fit(options));
    const before = backend.memory().liveStorages;
    await collect(fit({ ...options, epochs: 10 }));
    expect(backend.memory().liveStorages).toBe(before);
    optimizer.dispose();
    model.dispose();
    expect(backend.memory().liveStorages).toBe(0);
  });

  it('refuses what does not fit', async () => {
    const { model, options } = setUp();
    const run = (changes: Partial<FitOptions<Batch>>) => collect(fit({ ...options, ...changes }));
    await expect(run({ epochs: Number.NaN })).rejects.toThrow(
      /fit: epochs must be a whole number from 0, got NaN/,
    );
    for (const every of [{ everySteps: 0 }, { everyEpochs: 0.5 }]) {
      await expect(run({ checkpoint: { save: () => {}, ...every } })).rejects.toThrow(
        /fit: checkpoint.every(Steps|Epochs) must be a whole number from 1, got 0/,
      );
    }
    await expect(run({ patience: 3 })).rejects.toThrow(/patience needs a monitor/);
    await expect(run({ monitor: { metric: 'f1', mode: 'max' } })).rejects.toThrow(
      /f1 is monitored, but evaluate returned no such number; there are loss, score/,
    );
    await expect(run({ batches: () => [] })).rejects.toThrow(/epoch 0 has no batches/);
    const schedule = new ReduceOnPlateau({ rate: 1 });
    await expect(run({ schedule, monitor: { metric: 'score', mode: 'max' } })).rejects.toThrow(
      /waits for a min/,
    );
    const average = new WeightAverage(model);
    await collect(fit({ ...options, average }));
    const averages = await numbers(model);
    await expect(run({ average })).rejects.toThrow(/the model holds the averages.*call average.swap\(\)/);
    expect(await numbers(model)).toEqual(averages);
    average.swap();
    await run({ average, epochs: 1 });
    await expect(run({ start: { weights: await model.state() } })).rejects.toThrow(
      /holds a finished model and no training/,
    );
  });
});
