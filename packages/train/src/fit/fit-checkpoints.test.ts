import { cpu } from '@ostinato/backend-cpu';
import { init } from '@ostinato/kernel';
import { seed } from '@ostinato/tensor';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  type Checkpoint,
  decodeCheckpoint,
  encodeCheckpoint,
  type FitEvent,
  fit,
  ReduceOnPlateau,
  SGD,
  WeightAverage,
} from '../index.js';
import { batches, collect, numbers, setUp } from './fit.fixture.js';

beforeEach(async () => {
  await init(cpu());
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
