import { cpu } from '@ostinato/backend-cpu';
import { type Backend, checked, init } from '@ostinato/kernel';
import { ReferenceBackend, reference } from '@ostinato/kernel/reference';
import { Linear, Module } from '@ostinato/layers';
import {
  add,
  backward,
  detach,
  mul,
  noGrad,
  Parameter,
  seed,
  square,
  sub,
  sum,
  type Tensor,
  tanh,
  tensor,
  tidy,
} from '@ostinato/tensor';
import { beforeEach, describe, expect, it } from 'vitest';
import { Adam, AdamW, NonFiniteError, type Optimizer, RMSProp, SGD } from '../index.js';

let backend: Backend;
beforeEach(async () => {
  backend = await init(cpu());
  seed(1);
});

class Network extends Module {
  hidden = new Linear(3, 8);
  out = new Linear(8, 2);
  forward(x: Tensor): Tensor {
    return this.out.forward(tanh(this.hidden.forward(x)));
  }
}

const rows = [0, 1, 2, 3].map((row) => [Math.sin(row), Math.cos(row), 0.1 * row]);
const lossOf = (model: Network): Tensor =>
  sum(square(sub(model.forward(tensor(rows)), tensor(rows.map(([a, b]) => [b!, a! * 2])))));

const numbers = async (model: Module): Promise<number[]> =>
  [...(await model.state()).values()].flatMap(({ data }) => [...data]);

describe('step', () => {
  it('returns the loss before the update, which lives until the next step', async () => {
    const p = new Parameter(tensor([3]));
    const optimizer = new SGD([p], { rate: 0.5 });
    const first = optimizer.step(() => square(p));
    expect(await first.item()).toBe(9);
    expect(await p.item()).toBe(0);
    const kept = detach(first);
    optimizer.step(() => square(p));
    await expect(first.item()).rejects.toThrow(/was disposed/);
    expect(await kept.item()).toBe(9);
  });

  it('keeps the number of live storages constant over 1,000 steps', async () => {
    const model = new Network();
    const makers: Optimizer[] = [
      new Adam(model, { clipNorm: 1 }),
      new RMSProp(model, { momentum: 0.9, centered: true, rate: 1e-4, clipParameterNorm: 1 }),
      new SGD(model, { rate: 1e-4, guard: false }),
    ];
    for (const optimizer of makers) optimizer.step(() => lossOf(model));
    const before = backend.memory();
    for (let step = 0; step < 1000; step++) {
      const optimizer = makers[step % 3]!;
      const loss = optimizer.step(() => lossOf(model));
      if (step % 100 === 0) expect(await loss.item()).toBeGreaterThan(0);
      if (optimizer.steps % 10 === 0) await optimizer.report();
    }
    expect(backend.memory().liveStorages).toBe(before.liveStorages);
    expect(backend.memory().liveBytes).toBe(before.liveBytes);
    for (const optimizer of makers) optimizer.dispose();
    model.dispose();
    expect(backend.memory().liveStorages).toBe(0);
  });

  it('works inside another tidy', async () => {
    const p = new Parameter(tensor([2]));
    const optimizer = new Adam([p]);
    for (let step = 0; step < 3; step++) tidy(() => void optimizer.step(() => square(p)));
    expect((await optimizer.report()).step).toBe(3);
  });

  it('changes nothing and keeps nothing when the loss function throws', async () => {
    const model = new Network();
    const optimizer = new Adam(model);
    const before = await numbers(model);
    const live = backend.memory().liveStorages;
    const failing = (): Tensor => {
      lossOf(model);
      throw new Error('no batch');
    };
    expect(() => optimizer.step([() => lossOf(model), failing])).toThrow('no batch');
    expect(() => optimizer.step(() => noGrad(() => lossOf(model)))).toThrow(
      /does not depend on any parameter/,
    );
    expect(() => optimizer.step((async () => lossOf(model)) as never)).toThrow(
      /got a promise; await before the step/,
    );
    expect(() => optimizer.step(() => model.forward(tensor(rows)))).toThrow(/reduce it to one number/);
    expect(await numbers(model)).toEqual(before);
    expect(backend.memory().liveStorages).toBe(live);
    expect(optimizer.steps).toBe(0);
  });

  it('leaves frozen parameters and those without a gradient alone', async () => {
    const [used, frozen, unused] = [1, 1, 1].map((value) => new Parameter(tensor([value]))) as [
      Parameter,
      Parameter,
      Parameter,
    ];
    frozen.trainable = false;
    const optimizer = new AdamW([used, frozen, unused], { rate: 0.1, weightDecay: 0.5 });
    optimizer.step(() => sum(square(add(used, frozen))));
    expect(await used.item()).toBeLessThan(1);
    expect(await frozen.item()).toBe(1);
    expect(await unused.item()).toBe(1);
    expect(frozen.gradient).toBeUndefined();
    const other = new Parameter(tensor([1]));
    expect(() => new SGD([other]).step(() => square(used))).toThrow(/SGD: no parameter has a gradient/);
  });

  it('keeps to the contract of backends', async () => {
    await init(async () => checked(new ReferenceBackend()));
    const parameters = [new Parameter(tensor([[1, 2]])), new Parameter(tensor(1))];
    const [p, q] = parameters as [Parameter, Parameter];
    const makers = [
      new Adam(parameters, { clipNorm: 1, weightDecay: 0.1 }),
      new RMSProp(parameters, { centered: true, momentum: 0.5, clipParameterNorm: 1 }),
      new SGD(parameters, { momentum: 0.9, clipValue: 1, guard: false }),
    ];
    for (const optimizer of makers) {
      for (let step = 0; step < 2; step++) optimizer.step([() => sum(square(p)), () => square(q)]);
      expect((await optimizer.report()).loss).toBeLessThan(3);
    }
  });
});

describe('accumulation', () => {
  it('of equal parts makes the step of the whole', async () => {
    const [whole, parts, byHand] = [new Network(), new Network(), new Network()];
    for (const model of [parts, byHand]) model.loadState(await whole.state());
    const half = (model: Network, from: number) => () =>
      sum(square(model.forward(tensor(rows.slice(from, from + 2)))));
    const options = { rate: 0.01, clipNorm: 0.5 };
    const optimizer = new Adam(parts, options);
    const loss = optimizer.step([half(parts, 0), half(parts, 2)]);
    const wholeLoss = new Adam(whole, options).step(() => mul(sum(square(whole.forward(tensor(rows)))), 0.5));
    expect(await loss.item()).toBeCloseTo(await wholeLoss.item(), 5);
    expect((await optimizer.report()).loss).toBeCloseTo(await wholeLoss.item(), 5);
    const third = new Adam(byHand, options);
    for (const from of [0, 2]) third.accumulate(half(byHand, from));
    third.apply();
    const expected = await numbers(whole);
    for (const model of [parts, byHand]) {
      for (const [index, value] of (await numbers(model)).entries())
        expect(value).toBeCloseTo(expected[index]!, 5);
    }
  });

  it('adds up if asked to, and takes gradients from elsewhere', async () => {
    const p = new Parameter(tensor([1]));
    const optimizer = new SGD([p], { rate: 0.1, accumulation: 'sum' });
    optimizer.step([() => sum(p), () => sum(p)]);
    expect(await p.item()).toBeCloseTo(0.8);
    tidy(() => backward(sum(p)));
    optimizer.apply();
    expect(await p.item()).toBeCloseTo(0.7);
    expect((await optimizer.report()).loss).toBeUndefined();
  });
});

describe('guard', () => {
  it('names step and parameter, and has changed nothing', async () => {
    const model = new Network();
    const optimizer = new Adam(model);
    for (let step = 0; step < 11; step++) optimizer.step(() => lossOf(model));
    const [before, state] = [await numbers(model), await optimizer.state()];
    optimizer.step(() => add(lossOf(model), mul(sum(model.out.weight), Number.NaN)));
    const error: unknown = await optimizer.report().catch((reason) => reason);
    expect(error).toBeInstanceOf(NonFiniteError);
    expect(error).toMatchObject({ step: 12, parameter: 'out.weight' });
    expect(String(error)).toMatch(
      /step 12: the loss is NaN and the gradient of out.weight is NaN; lower the rate or clip gradients \(clipNorm\)/,
    );
    expect(await numbers(model)).toEqual(before);
    expect((await optimizer.state()).moments).toEqual(state.moments);
  });

  it('tells of infinite losses and gradients', async () => {
    const p = new Parameter(tensor([1]));
    const optimizer = new SGD([p], { clipNorm: 1 });
    optimizer.step(() => add(sum(p), Number.POSITIVE_INFINITY));
    await expect(optimizer.report()).rejects.toThrow(
      /step 1: the loss is Infinity; lower the rate or clipNorm/,
    );
    optimizer.step(() => mul(sum(p), 1e30));
    await expect(optimizer.report()).rejects.toThrow(/step 2: the gradient of parameter 0 is infinite/);
  });

  it('can be switched off', async () => {
    const p = new Parameter(tensor([1]));
    const optimizer = new SGD([p], { guard: false });
    optimizer.step(() => mul(sum(p), Number.NaN));
    expect(await p.item()).toBeNaN();
    expect(await optimizer.report()).toMatchObject({ step: 1, loss: Number.NaN, gradientNorm: undefined });
  });
});

describe('another backend', () => {
  const train = (model: Network, optimizer: Optimizer): void => {
    for (let step = 0; step < 10; step++) optimizer.step(() => lossOf(model));
  };

  /**
   * Both store weights in float32, whatever they compute in. Each of the ten steps on another backend rounds a weight below 2
   * to 2^-24 of its own on either side, so that the two drift apart by 2^-23 at most in each; what the gradients differ by is
   * smaller still, times the rate.
   */
  const tenRoundings = 10 * 2 ** -23;

  it.each([
    ['another one of the same kind', cpu(), 0],
    ['one of another kind', reference(), tenRoundings],
  ] as const)('%s goes on with the same numbers', async (_, factory, tolerance) => {
    const first = backend;
    const model = new Network();
    const start = await model.state();
    const optimizer = new Adam(model, { rate: 0.05, clipNorm: 1 });
    train(model, optimizer);
    const second = await init(factory);
    await model.to(second);
    expect(() => optimizer.step(() => lossOf(model))).toThrow(/move both: await model.to\(backend\)/);
    await optimizer.to(second);
    expect(first.memory().liveStorages).toBe(0);
    train(model, optimizer);

    await init(cpu());
    const stayed = new Network();
    stayed.loadState(start);
    const other = new Adam(stayed, { rate: 0.05, clipNorm: 1 });
    train(stayed, other);
    train(stayed, other);
    const expected = await numbers(stayed);
    for (const [index, value] of (await numbers(model)).entries()) {
      expect(Math.abs(value - expected[index]!)).toBeLessThanOrEqual(tolerance);
    }
    expect(optimizer.steps).toBe(20);
  });
});

describe('state', () => {
  it('is refused by other optimizers and models', async () => {
    const model = new Network();
    const optimizer = new Adam(model);
    optimizer.step(() => lossOf(model));
    const state = await optimizer.state();
    expect(() => new SGD(model).loadState(state)).toThrow(
      /SGD: the saved state belongs to other training: it was saved by Adam/,
    );
    expect(() => new Adam(model.out).loadState(state)).toThrow(
      /hidden.weight is not among the parameters; .*; weight is missing/,
    );
    const moments = new Map(state.moments);
    moments.delete('out.bias/mean');
    expect(() => optimizer.loadState({ ...state, moments })).toThrow(/mean of out.bias is missing/);
  });
});
