import { cpu } from '@ostinato/backend-cpu';
import { init } from '@ostinato/kernel';
import { Parameter, sum, tensor } from '@ostinato/tensor';
import { beforeEach, describe, expect, it } from 'vitest';
import { SGD, WeightAverage } from './index.js';

beforeEach(async () => {
  await init(cpu());
});

const parameter = (): Parameter => new Parameter(tensor([1, 2]));
const values = async (p: Parameter): Promise<number[]> => [...(await p.data())];

describe('WeightAverage', () => {
  it('is the mean of all updates, swapped in and out', async () => {
    const p = parameter();
    const average = new WeightAverage([p]);
    for (const numbers of [
      [1, 2],
      [3, 2],
      [5, 8],
    ]) {
      p.assign(new Float32Array(numbers));
      average.update();
    }
    average.swap();
    expect(await values(p)).toEqual([3, 4]);
    expect(() => average.update()).toThrow(/call swap\(\) first/);
    await expect(average.state()).rejects.toThrow(/call swap\(\) first/);
    average.swap();
    expect(await values(p)).toEqual([5, 8]);
  });

  it('can forget, at first faster', async () => {
    const p = parameter();
    const average = new WeightAverage([p], { decay: 0.75 });
    let expected = 0;
    for (let count = 0; count < 60; count++) {
      p.assign(new Float32Array([count, 0]));
      average.update();
      expected += Math.max(0.25, 10 / (count + 10)) * (count - expected);
    }
    average.swap();
    expect((await values(p))[0]).toBeCloseTo(expected, 5);
    expect(average.every).toBe('step');
  });

  it('goes on from its state, on another backend too', async () => {
    const p = parameter();
    const average = new WeightAverage([p]);
    average.update();
    const q = parameter();
    q.assign(new Float32Array([5, 6]));
    const copy = new WeightAverage([q]);
    copy.loadState(structuredClone(await average.state()));
    copy.update();
    const before = q.backend;
    const other = await init(cpu());
    await q.moveTo(other);
    await copy.to(other);
    expect(before.memory().liveStorages).toBe(2);
    copy.swap();
    expect(await values(q)).toEqual([3, 4]);
  });

  it('leaves the model as it is when it is disposed of, and starts afresh', async () => {
    const p = parameter();
    const average = new WeightAverage([p]);
    for (const numbers of [
      [1, 2],
      [3, 4],
    ]) {
      p.assign(new Float32Array(numbers));
      average.update();
    }
    average.swap();
    average.dispose();
    expect(await values(p)).toEqual([2, 3]);
    expect(average.isSwapped).toBe(false);
    expect(average.updates).toBe(0);
    average.update();
    p.assign(new Float32Array([4, 5]));
    average.update();
    average.swap();
    expect(await values(p)).toEqual([3, 4]);
    average.swap();
    expect(await values(p)).toEqual([4, 5]);
  });

  it('notices training while the averages are in the model', async () => {
    const p = parameter();
    const average = new WeightAverage([['p', p]]);
    const optimizer = new SGD([p], { rate: 1 });
    average.update();
    optimizer.step(() => sum(p));
    average.swap();
    optimizer.step(() => sum(p));
    expect(() => average.swap()).toThrow(
      /p was changed while the averages were in the model; call swap\(\) before/,
    );
    expect(() => average.update()).toThrow(/call swap\(\) first/);
    average.dispose();
    expect(await values(p)).toEqual([0, 1]);
  });

  it('refuses what does not fit, and does nothing before the first update', async () => {
    const p = parameter();
    const average = new WeightAverage([['p', p]]);
    average.swap();
    expect(average.isSwapped).toBe(false);
    expect(await values(p)).toEqual([1, 2]);
    expect(() => average.loadState({ updates: 1, weights: new Map() })).toThrow(/p is missing/);
    expect(() => new WeightAverage([p], { decay: 1 })).toThrow(/decay must lie between 0 and 1/);
    expect(() => new WeightAverage([p], { from: Number.NaN })).toThrow(
      /from must be a number, 0 or more; got NaN/,
    );
    expect(() => new WeightAverage([p], { every: 'batch' as 'step' })).toThrow(
      /every must be step or epoch, got batch/,
    );
  });
});
