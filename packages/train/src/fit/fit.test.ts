import { cpu } from '@ostinato/backend-cpu';
import { type Backend, init } from '@ostinato/kernel';
import { Linear, Module } from '@ostinato/layers';
import {
  dropout,
  mean,
  mul,
  type NestedNumbers,
  seed,
  square,
  sub,
  sum,
  type Tensor,
  tanh,
  tensor,
} from '@ostinato/tensor';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  Adam,
  type Checkpoint,
  decodeCheckpoint,
  encodeCheckpoint,
  type FitEvent,
  type FitOptions,
  fit,
  linear,
  NonFiniteError,
  ReduceOnPlateau,
  SGD,
  WeightAverage,
} from '../index.js';

let backend: Backend;
beforeEach(async () => {
  backend = await init(cpu());
  seed(3);
});

class Network extends Module {
  hidden = new Linear(2, 6);
  out = new Linear(6, 1);
  forward(x: Tensor): Tensor {
    const h = tanh(this.hidden.forward(x));
    return this.out.forward(this.training ? dropout(h, 0.25) : h);
  }
}

interface Batch {
  readonly x: NestedNumbers;
  readonly y: NestedNumbers;
}
/** Four batches, in another order in each epoch. */
const batches = (epoch: number): Batch[] =>
  [0, 1, 2, 3].map((index) => {
    const at = (index * 3 + epoch) % 4;
    const x = [0, 1, 2].map((row) => [Math.sin(at * 3 + row), Math.cos(at * 5 + row)]);
    return { x, y: x.map(([a, b]) => [a! * b!]) };
  });
const lossWith =
  (model: Network) =>
  ({ x, y }: Batch): Tensor =>
    mean(square(sub(model.forward(tensor(x)), tensor(y))));

const numbers = async (model: Module): Promise<number[]> =>
  [...(await model.state()).values()].flatMap(({ data }) => [...data]);

async function collect(events: AsyncIterable<FitEvent>): Promise<FitEvent[]> {
  const all: FitEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

/** A model with everything that can be saved about its training. */
function setUp(changes: Partial<FitOptions<Batch>> = {}) {
  seed(3);
  const model = new Network();
  const optimizer = new Adam(model, { rate: 0.02, clipNorm: 1 });
  const evaluate = async (epoch: number) => ({ score: [3, 5, 4, 4, 2][epoch] ?? 0 });
  const options: FitOptions<Batch> = {
    model,
    optimizer,
    epochs: 3,
    batches,
    loss: lossWith(model),
    evaluate,
    ...changes,
  };
  return { model, optimizer, options };
}

describe('fit', () => {
  it('tells of steps and epochs, and learns', async () => {
    const { model, options } = setUp({ epochs: 30, schedule: linear(0.05, 0, 120) });
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
      for (const batch of batches(epoch)) byHand.optimizer.step(() => lossWith(byHand.model)(batch));
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
    await expect(run({ patience: 3 })).rejects.toThrow(/patience needs a monitor/);
    await expect(run({ monitor: { metric: 'f1', mode: 'max' } })).rejects.toThrow(
      /f1 is monitored, but evaluate returned no such number; there are loss, score/,
    );
    await expect(run({ batches: () => [] })).rejects.toThrow(/epoch 0 has no batches/);
    const schedule = new ReduceOnPlateau({ rate: 1 });
    await expect(run({ schedule, monitor: { metric: 'score', mode: 'max' } })).rejects.toThrow(
      /waits for a min/,
    );
    await expect(run({ start: { weights: await model.state() } })).rejects.toThrow(
      /holds a finished model and no training/,
    );
  });
});

describe('checkpoints of fit', () => {
  const everything = () => {
    const schedule = new ReduceOnPlateau({ rate: 0.02, patience: 0, mode: 'max' });
    const set = setUp({ epochs: 4, monitor: { metric: 'score', mode: 'max' }, schedule });
    const average = new WeightAverage(set.model, { decay: 0.9 });
    return { ...set, options: { ...set.options, average } };
  };

  it('let training go on bit by bit as if it had never stopped, from every step', async () => {
    const { model, optimizer, options } = everything();
    const saved: Checkpoint[] = [];
    const save = async (checkpoint: Checkpoint): Promise<void> => {
      saved.push(await decodeCheckpoint(await encodeCheckpoint(checkpoint)));
    };
    const events = await collect(fit({ ...options, checkpoint: { save, everySteps: 1 } }));
    const expected = await numbers(model);
    const moments = (await optimizer.state()).moments;
    expect(saved.map(({ training }) => training!.position)).toEqual(
      events.flatMap((event) =>
        event.kind === 'step'
          ? [{ epoch: event.epoch, batch: event.epochStep, step: event.step }]
          : event.kind === 'epoch'
            ? [{ epoch: event.epoch + 1, batch: 0, step: event.step }]
            : [],
      ),
    );
    for (const start of saved) {
      const again = everything();
      seed(99);
      const rest = await collect(fit({ ...again.options, start }));
      expect(await numbers(again.model)).toEqual(expected);
      expect((await again.optimizer.state()).moments).toEqual(moments);
      const kinds = (all: FitEvent[]): unknown[] =>
        all
          .filter(({ kind }) => kind !== 'checkpoint')
          .map(({ kind, ...event }) => ({ kind, ...event, elapsed: undefined }))
          .slice(-rest.length);
      expect(kinds(rest)).toEqual(kinds(events));
    }
  });

  it('are saved when training is aborted, and only once', async () => {
    const { options } = everything();
    const expected = everything();
    await collect(fit(expected.options));
    for (const abortAt of [0, 2, 4, 16]) {
      const controller = new AbortController();
      const saved: Checkpoint[] = [];
      const checkpoint = { save: (state: Checkpoint) => void saved.push(state), everyEpochs: 100 };
      const run = everything();
      if (abortAt === 0) controller.abort();
      const events: FitEvent[] = [];
      for await (const event of fit({ ...run.options, checkpoint, signal: controller.signal })) {
        events.push(event);
        if (event.kind === 'step' && event.step === abortAt) controller.abort();
      }
      expect(events.at(-1)).toMatchObject({ kind: 'stopped', reason: 'aborted', step: abortAt });
      expect(saved.length).toBe(1);
      const again = everything();
      await collect(fit({ ...again.options, start: saved[0]! }));
      expect(await numbers(again.model)).toEqual(await numbers(expected.model));
    }
    expect(options.epochs).toBe(4);
  });

  it('of finished training have nothing left to do', async () => {
    const first = everything();
    const saved: Checkpoint[] = [];
    const events = await collect(
      fit({ ...first.options, checkpoint: { save: (state) => void saved.push(state) } }),
    );
    expect(events.filter(({ kind }) => kind === 'checkpoint').length).toBe(4);
    const again = everything();
    const rest = await collect(fit({ ...again.options, start: saved.at(-1)! }));
    expect(rest).toMatchObject([{ kind: 'stopped', reason: 'finished', best: 5 }]);
    expect(await numbers(again.model)).toEqual(await numbers(first.model));
    const longer = everything();
    expect((await collect(fit({ ...longer.options, epochs: 5, start: saved.at(-1)! }))).length).toBe(6);
  });

  it('of other data are refused', async () => {
    const saved: Checkpoint[] = [];
    const { options } = setUp();
    for await (const event of fit({
      ...options,
      checkpoint: { save: (state) => void saved.push(state), everySteps: 3 },
    }))
      if (event.kind === 'checkpoint') break;
    const again = setUp({ start: saved[0]!, batches: (epoch) => batches(epoch).slice(2) });
    await expect(collect(fit(again.options))).rejects.toThrow(
      /the checkpoint is at batch 3 of epoch 0, which has only 2; resume with the same data and batch size/,
    );
    const sgd = new SGD(again.model);
    await expect(collect(fit({ ...again.options, optimizer: sgd }))).rejects.toThrow(/saved by Adam/);
  });
});
