import { init } from '@ostinato/kernel';
import { reference } from '@ostinato/kernel/reference';
import { mul, Parameter, square, sub, sum, type Tensor, tensor } from '@ostinato/tensor';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  Adadelta,
  Adagrad,
  Adam,
  AdamW,
  Nadam,
  type Optimizer,
  type OptimizerOptions,
  RMSProp,
  SGD,
} from '../index.js';

beforeAll(async () => {
  await init(reference());
});

/** One number under an update rule written out as PyTorch's documentation has it, in float64. */
type Plain = () => (p: number, g: number) => number;

const rate = 0.05;

function plainSgd(momentum: number, nesterov: boolean, decay = 0): Plain {
  return () => {
    let velocity = 0;
    return (p, g0) => {
      const g = g0 + decay * p;
      velocity = momentum * velocity + g;
      return p - rate * (nesterov ? g + momentum * velocity : velocity);
    };
  };
}

function plainAdam(coupled: number, decoupled: number): Plain {
  return () => {
    let [m, v, t] = [0, 0, 0];
    return (p0, g0) => {
      t++;
      const p = p0 * (1 - rate * decoupled);
      const g = g0 + coupled * p;
      m = 0.9 * m + 0.1 * g;
      v = 0.999 * v + 0.001 * g * g;
      const mHat = m / (1 - 0.9 ** t);
      const vHat = v / (1 - 0.999 ** t);
      return p - (rate * mHat) / (Math.sqrt(vHat) + 1e-8);
    };
  };
}

const plainNadam: Plain = () => {
  let [m, v, t, product] = [0, 0, 0, 1];
  const mu = (step: number): number => 0.9 * (1 - 0.5 * 0.96 ** (step * 0.004));
  return (p, g) => {
    t++;
    product *= mu(t);
    m = 0.9 * m + 0.1 * g;
    v = 0.999 * v + 0.001 * g * g;
    const mHat = (mu(t + 1) * m) / (1 - product * mu(t + 1)) + ((1 - mu(t)) * g) / (1 - product);
    return p - (rate * mHat) / (Math.sqrt(v / (1 - 0.999 ** t)) + 1e-8);
  };
};

function plainRmsprop(centered: boolean, momentum: number): Plain {
  return () => {
    let [s, mean, b] = [0, 0, 0];
    return (p, g) => {
      s = 0.99 * s + 0.01 * g * g;
      mean = 0.99 * mean + 0.01 * g;
      const root = Math.sqrt(centered ? s - mean * mean : s) + 1e-8;
      b = momentum * b + g / root;
      return p - rate * b;
    };
  };
}

const plainAdagrad: Plain = () => {
  let [s, t] = [0.1, 0];
  return (p, g) => {
    s += g * g;
    return p - ((rate / (1 + t++ * 0.01)) * g) / (Math.sqrt(s) + 1e-10);
  };
};

const plainAdadelta: Plain = () => {
  let [s, u] = [0, 0];
  return (p, g) => {
    s = 0.9 * s + 0.1 * g * g;
    const d = (Math.sqrt(u + 1e-6) / Math.sqrt(s + 1e-6)) * g;
    u = 0.9 * u + 0.1 * d * d;
    return p - rate * d;
  };
};

const scale = [0.5, 3, 1, 10];
const goal = [1, -2, 0.25, 0.1];
const start = [3, 1, -2, 0];

/** Σ scale · (p - goal)² / 2, whose gradient is scale · (p - goal). */
const bowl = (p: Tensor): Tensor => sum(mul(mul(square(sub(p, tensor(goal))), tensor(scale)), 0.5));

type Case = [string, (p: Parameter, options: OptimizerOptions) => Optimizer, Plain];
const cases: Case[] = [
  ['SGD', (p, o) => new SGD([p], o), plainSgd(0, false)],
  ['SGD with momentum', (p, o) => new SGD([p], { ...o, momentum: 0.9 }), plainSgd(0.9, false)],
  ['SGD with Nesterov', (p, o) => new SGD([p], { ...o, momentum: 0.8, nesterov: true }), plainSgd(0.8, true)],
  [
    'SGD with momentum and decay',
    (p, o) => new SGD([p], { ...o, momentum: 0.9, weightDecay: 0.1 }),
    plainSgd(0.9, false, 0.1),
  ],
  ['Adam', (p, o) => new Adam([p], o), plainAdam(0, 0)],
  ['Adam with L2 decay', (p, o) => new Adam([p], { ...o, weightDecay: 0.2 }), plainAdam(0.2, 0)],
  ['AdamW', (p, o) => new AdamW([p], { ...o, weightDecay: 0.2 }), plainAdam(0, 0.2)],
  ['AdamW as it comes', (p, o) => new AdamW([p], o), plainAdam(0, 0.01)],
  ['Nadam', (p, o) => new Nadam([p], o), plainNadam],
  ['RMSProp', (p, o) => new RMSProp([p], o), plainRmsprop(false, 0)],
  [
    'RMSProp, centered, with momentum',
    (p, o) => new RMSProp([p], { ...o, centered: true, momentum: 0.5 }),
    plainRmsprop(true, 0.5),
  ],
  ['Adagrad', (p, o) => new Adagrad([p], { ...o, rateDecay: 0.01, initialSum: 0.1 }), plainAdagrad],
  ['Adadelta', (p, o) => new Adadelta([p], o), plainAdadelta],
];

describe.each(cases)('%s', (_, make, plain) => {
  it('does what its formula says, 50 times', async () => {
    const parameter = new Parameter(tensor(start));
    const optimizer = make(parameter, { rate });
    const numbers = [...start];
    const rules = start.map(() => plain());
    for (let step = 0; step < 50; step++) {
      optimizer.step(() => bowl(parameter));
      for (const [k, rule] of rules.entries())
        numbers[k] = rule(numbers[k]!, scale[k]! * (numbers[k]! - goal[k]!));
    }
    const got = await parameter.data();
    for (const [k, number] of numbers.entries()) expect(got[k]).toBeCloseTo(number, 5);
  });

  it('goes on from a saved state with the same numbers', async () => {
    const parameter = new Parameter(tensor(start));
    const optimizer = make(parameter, { rate });
    const steps = (by: Optimizer, of: Parameter): void => {
      for (let step = 0; step < 7; step++) by.step(() => bowl(of));
    };
    steps(optimizer, parameter);
    const copy = new Parameter(tensor((await parameter.data()) as Float32Array));
    const other = make(copy, { rate });
    other.loadState(structuredClone(await optimizer.state()));
    expect(other.steps).toBe(7);
    steps(optimizer, parameter);
    steps(other, copy);
    const [a, b] = [await parameter.data(), await copy.data()];
    for (const [k, number] of a.entries()) expect(b[k]).toBeCloseTo(number, 5);
  });
});

describe('convergence', () => {
  const makers: [string, (p: Parameter) => Optimizer][] = [
    ['SGD', (p) => new SGD([p], { rate: 0.1, momentum: 0.5 })],
    ['Adam', (p) => new Adam([p], { rate: 0.1 })],
    ['AdamW', (p) => new AdamW([p], { rate: 0.1, weightDecay: 0 })],
    ['Nadam', (p) => new Nadam([p], { rate: 0.1 })],
    ['RMSProp', (p) => new RMSProp([p], { rate: (step) => 0.1 * 0.98 ** step })],
    ['Adagrad', (p) => new Adagrad([p], { rate: 1 })],
    ['Adadelta', (p) => new Adadelta([p], { rate: 10 })],
  ];
  it.each(makers)('%s reaches the minimum of a bowl', async (_, make) => {
    const parameter = new Parameter(tensor(start));
    const optimizer = make(parameter);
    for (let step = 0; step < 400; step++) optimizer.step(() => bowl(parameter));
    for (const [k, number] of (await parameter.data()).entries()) expect(number).toBeCloseTo(goal[k]!, 2);
  });
});
