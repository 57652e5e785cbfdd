import { cpu } from '@ostinato/backend-cpu';
import { init } from '@ostinato/kernel';
import { add, mul, Parameter, sum, tensor } from '@ostinato/tensor';
import { beforeEach, describe, expect, it } from 'vitest';
import { Adam, RMSProp, SGD } from '../index.js';

beforeEach(async () => {
  await init(cpu());
});

describe('options of optimizers', () => {
  it('asks a schedule for the rate', async () => {
    const p = new Parameter(tensor([0]));
    const optimizer = new SGD([p], { rate: (step) => step + 1 });
    for (let step = 0; step < 3; step++) optimizer.step(() => sum(p));
    expect(await p.item()).toBe(-6);
    expect(optimizer.currentRate).toBe(4);
    optimizer.rate = 10;
    optimizer.step(() => sum(p));
    expect(await p.item()).toBe(-16);
    expect((await optimizer.report()).rate).toBe(10);
  });

  it.each([
    ['returns NaN', (step: number) => (step === 2 ? Number.NaN : 1), 'NaN'],
    ['returns nothing', (step: number) => (step === 2 ? undefined : 1) as number, 'undefined'],
    ['falls below 0', (step: number) => 1 - step, '-1'],
    ['grows without bound', (step: number) => 1 / (2 - step), 'Infinity'],
  ])('names the step where a schedule %s, and changes nothing', async (_, rate, found) => {
    const p = new Parameter(tensor([1]));
    const optimizer = new SGD([p], { rate });
    for (let step = 0; step < 2; step++) optimizer.step(() => sum(p));
    const before = await p.item();
    expect(() => optimizer.step(() => sum(p))).toThrow(
      `SGD: the rate of step 3 is ${found}, expected a number, 0 or more; correct the schedule`,
    );
    expect(await p.item()).toBe(before);
    expect(optimizer.steps).toBe(2);
    optimizer.rate = 0.5;
    optimizer.step(() => sum(p));
    expect(await p.item()).toBe(before - 0.5);
  });

  it('lets chosen parameters decay', async () => {
    const named = new Map(['weight', 'bias'].map((name) => [name, new Parameter(tensor([1]))]));
    const options = { rate: 1, weightDecay: 0.5, decays: (name: string) => name !== 'bias' };
    new SGD(named, options).step(() => mul(sum(add(named.get('weight')!, named.get('bias')!)), 0));
    expect(await named.get('weight')!.item()).toBe(0.5);
    expect(await named.get('bias')!.item()).toBe(1);
  });

  it('refuses settings that make no sense', () => {
    const p = new Parameter(tensor([1]));
    expect(() => new Adam([])).toThrow(/Adam: there are no parameters to train/);
    expect(() => new Adam([p], { rate: -1 })).toThrow(/Adam: rate must be a number, 0 or more; got -1/);
    expect(() => new Adam([p], { beta1: 1 })).toThrow(/Adam: beta1 must be a number/);
    expect(() => new SGD([p], { clipNorm: 0 })).toThrow(/SGD: clipNorm must be a number, above 0/);
    expect(() => new SGD([p], { clipNorm: 1, clipValue: 1 })).toThrow(
      /clipNorm and clipValue exclude each other/,
    );
    expect(() => new SGD([p], { nesterov: true })).toThrow(/SGD: nesterov .* give momentum as well/);
    expect(() => new SGD([p], { momentum: 2 })).toThrow(/SGD: momentum must be .* below 1; got 2/);
    expect(() => new RMSProp([p], { momentum: 1 })).toThrow(/RMSProp: momentum must be .* below 1; got 1/);
    expect(() => new SGD([p], { accumulation: 'average' as 'mean' })).toThrow(
      /SGD: accumulation must be mean or sum, got average/,
    );
    expect(() => new SGD([['a', p] as const, ['a', p] as const])).toThrow(/two parameters are named a/);
  });
});
