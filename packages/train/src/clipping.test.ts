import { init } from '@ostinato/kernel';
import { reference } from '@ostinato/kernel/reference';
import { backward, mul, Parameter, sum, tensor, tidy } from '@ostinato/tensor';
import { beforeEach, describe, expect, it } from 'vitest';
import { clipNorm, clipParameterNorm, clipValue, gradientNorm, SGD } from './index.js';

let parameters: Parameter[];
beforeEach(async () => {
  await init(reference());
  parameters = [new Parameter(tensor([0, 0])), new Parameter(tensor([[0]]))];
});

/** Gradients [3, 4] and [[12]]: norms 5 and 12, together 13. */
const fill = (): void =>
  tidy(() => {
    backward(sum(mul(parameters[0]!, tensor([3, 4]))));
    backward(sum(mul(parameters[1]!, 12)));
  });
const gradients = async (): Promise<number[]> =>
  (await Promise.all(parameters.map(async ({ gradient }) => [...(await gradient!.data())]))).flat();
const close = (got: number[], expected: number[]): void => {
  for (const [index, value] of expected.entries()) expect(got[index]).toBeCloseTo(value, 5);
};

describe('clipping of gradients', () => {
  it('by the norm of all', async () => {
    fill();
    expect(await gradientNorm(parameters).item()).toBe(13);
    clipNorm(parameters, 1.3);
    close(await gradients(), [0.3, 0.4, 1.2]);
    clipNorm(parameters, 100);
    close(await gradients(), [0.3, 0.4, 1.2]);
  });
  it('by the norm of each', async () => {
    fill();
    clipParameterNorm(parameters, 10);
    close(await gradients(), [3, 4, 10]);
  });
  it('by value', async () => {
    fill();
    clipValue(parameters, 3.5);
    close(await gradients(), [3, 3.5, 3.5]);
  });
  it.each([
    ['clipNorm', clipNorm],
    ['clipParameterNorm', clipParameterNorm],
    ['clipValue', clipValue],
  ])('%s refuses a limit that is none', async (name, clip) => {
    fill();
    for (const limit of [-0.5, 0, Number.NaN]) {
      expect(() => clip(parameters, limit)).toThrow(`${name}: limit must be a number, above 0; got ${limit}`);
    }
    expect(await gradients()).toEqual([3, 4, 12]);
  });
  it('without gradients does nothing', async () => {
    clipNorm(parameters, 1);
    expect(await gradientNorm(parameters).item()).toBe(0);
  });
});

describe('clipping in an optimizer', () => {
  it.each([
    [{ clipNorm: 1.3 }, [0.3, 0.4, 1.2]],
    [{ clipNorm: 14 }, [3, 4, 12]],
    [{ clipParameterNorm: 10 }, [3, 4, 10]],
    [{ clipValue: 3.5 }, [3, 3.5, 3.5]],
    [{ clipNorm: 1.3, guard: false }, [0.3, 0.4, 1.2]],
  ])('%o', async (options, expected) => {
    const optimizer = new SGD(parameters, { rate: 1, ...options });
    fill();
    optimizer.apply();
    const changes = await Promise.all(parameters.map(async (parameter) => [...(await parameter.data())]));
    close(
      changes.flat().map((value) => -value),
      expected,
    );
    if (!('clipValue' in options)) expect((await optimizer.report()).gradientNorm).toBeCloseTo(13, 5);
  });
});
