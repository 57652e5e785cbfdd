import { cpu } from '@ostinato/backend-cpu';
import { init } from '@ostinato/kernel';
import { reference } from '@ostinato/kernel/reference';
import {
  concat,
  gradcheck,
  gradients,
  pad,
  RandomSource,
  reshape,
  seed,
  select,
  slice,
  square,
  stack,
  sum,
  type Tensor,
  tensor,
  tidy,
  variable,
} from '@ostinato/tensor';
import { beforeAll, describe, expect, it } from 'vitest';
import type { SequenceLayer } from './index.js';
import { layers, leaves, slopeAlong, spread, streaming } from './testing.js';

type Layer = SequenceLayer<unknown>;

/** Sums of float32 may be added up in another order where shapes differ; those of the reference may not show it. */
const backends = [
  ['reference', reference, 0],
  ['cpu', cpu, 1e-5],
] as const;

/** The output and all states in one row of numbers. */
function everything(layer: Layer, x: Tensor, options: { lengths?: Tensor; reverse?: boolean }): Tensor {
  const { output, state } = layer.forward(x, options);
  return concat([reshape(output, [-1]), ...leaves(state).map((part) => reshape(part, [-1]))], 0);
}

function expectClose(actual: ArrayLike<number>, wanted: ArrayLike<number>, tolerance: number): void {
  expect(actual.length).toBe(wanted.length);
  for (const [at, value] of Array.from(wanted).entries()) {
    const error = Math.abs(actual[at]! - value) / (1 + Math.abs(value));
    if (!(error <= tolerance))
      expect.fail(`element ${at} is ${actual[at]}, wanted ${value} within ${tolerance}`);
  }
}

describe.each(layers)('%s', (_, make) => {
  beforeAll(async () => {
    await init(reference());
    seed(1);
  });

  it('has right gradients, on ragged rows and both ways', async () => {
    const layer = make();
    const x = new RandomSource(11).normal([3, 5, 3]);
    const lengths = tensor(new Int32Array([5, 2, 0]));
    for (const reverse of [false, true]) {
      const result = (input: Tensor): Tensor => everything(layer, input, { lengths, reverse });
      await gradcheck(result, [x]);
      const loss = (): Tensor => sum(square(result(x)));
      const parameters = layer.parameters();
      const found = tidy(() => gradients(loss(), parameters));
      for (const [which, parameter] of parameters.entries()) {
        const gradient = await found[which]!.data();
        for (const at of spread(parameter.size, 12)) {
          expectClose([gradient[at]!], [await slopeAlong(loss, parameter, at)], 1e-6);
        }
      }
    }
  });

  it('has right gradients for a single step', async () => {
    const layer = make();
    const x = new RandomSource(18).normal([2, 1, 3]);
    const lengths = tensor(new Int32Array([1, 0]));
    for (const reverse of [false, true]) {
      await gradcheck((input) => everything(layer, input, { lengths, reverse }), [x]);
    }
  });

  it('gives on cpu what it gives on the reference, gradients too', async () => {
    const numbers = (await new RandomSource(12).normal([9, 7, 3]).data()) as Float32Array;
    const layer = make();
    const run = async (reverse: boolean): Promise<ArrayLike<number>[]> => {
      const x = variable(tensor(numbers, [9, 7, 3]));
      const lengths = tensor(new Int32Array([7, 2, 0, 1, 6, 7, 3, 5, 4]));
      const result = everything(layer, x, { lengths, reverse });
      const found = gradients(sum(square(result)), [x, ...layer.parameters()]);
      return Promise.all([result, ...found].map((part) => part!.data()));
    };
    const wanted = [await run(false), await run(true)];
    await layer.to(await init(cpu()));
    for (const [which, reverse] of [false, true].entries()) {
      for (const [index, part] of (await run(reverse)).entries())
        expectClose(part, wanted[which]![index]!, 1e-4);
    }
    await init(reference());
  });
});

describe.each(backends)('on %s', (_, backend, tolerance) => {
  beforeAll(async () => {
    await init(backend());
    seed(1);
  });

  it.each(layers)('%s is not changed by padding, whatever stands there', async (_, make) => {
    const layer = make();
    const x = new RandomSource(13).normal([2, 4, 3]);
    const lengths = tensor(new Int32Array([4, 2]));
    const run = async (input: Tensor, reverse: boolean) => {
      const start = variable(input);
      const { output, state } = layer.forward(start, { lengths, reverse });
      const found = gradients(sum(square(output)), [start, ...layer.parameters()]);
      const [ofInput, ...ofParameters] = found;
      expect(output.shape).toEqual([2, input.shape[1], layer.outputSize]);
      return Promise.all([
        ...[output, ofInput!].map((part) => slice(part, 1, 0, 4).data()),
        ...[...leaves(state), ...ofParameters].map((part) => part!.data()),
      ]);
    };
    for (const reverse of [false, true]) {
      const plain = await run(x, reverse);
      for (const value of [1e6, Number.POSITIVE_INFINITY, Number.NaN]) {
        const longer = pad(concat([slice(x, 1, 0, 2), paddedEnd(x, value)], 1), 1, 0, 3, value);
        for (const [index, part] of (await run(longer, reverse)).entries()) {
          expectClose(part, plain[index]!, tolerance);
        }
      }
      expect([...plain[0]!.slice((4 + 2) * layer.outputSize)]).toEqual(
        new Array(2 * layer.outputSize).fill(0),
      );
    }
  });

  it.each(streaming)('%s gives step by step what it gives for the sequence', async (_, make) => {
    const layer = make();
    const x = new RandomSource(14).normal([2, 5, 3]);
    const { output, state } = layer.forward(x);
    const outputs: Tensor[] = [];
    let carried: unknown;
    for (let time = 0; time < 5; time++) {
      const result = layer.step(select(x, 1, time), carried);
      expect(result.output.shape).toEqual([2, layer.outputSize]);
      outputs.push(result.output);
      carried = result.state;
    }
    expectClose(await stack(outputs, 1).data(), await output.data(), tolerance);
    for (const [index, part] of leaves(carried).entries()) {
      expectClose(await part.data(), await leaves(state)[index]!.data(), tolerance);
    }
  });

  it.each(streaming)('%s goes on from a state it returned', async (_, make) => {
    const layer = make();
    const x = new RandomSource(15).normal([2, 5, 3]);
    const first = layer.forward(slice(x, 1, 0, 3));
    const second = layer.forward(slice(x, 1, 3), { state: first.state });
    expectClose(
      await concat([first.output, second.output], 1).data(),
      await layer.forward(x).output.data(),
      tolerance,
    );
  });

  it.each(streaming)('%s carries gradients back into the state it began with', async (_, make) => {
    const layer = make();
    const x = new RandomSource(16).normal([2, 6, 3]);
    const parameters = layer.parameters();
    const whole = gradients(sum(square(slice(layer.forward(x).output, 1, 3))), parameters);
    const { state } = layer.forward(slice(x, 1, 0, 3));
    const parts = gradients(sum(square(layer.forward(slice(x, 1, 3), { state }).output)), parameters);
    for (const [index, part] of parts.entries()) {
      expectClose(await part!.data(), await whole[index]!.data(), tolerance);
    }
  });

  it.each(layers)('%s takes lengths as numbers', async (_, make) => {
    const layer = make();
    const x = new RandomSource(17).normal([3, 4, 3]);
    const lengths = new Int32Array([4, 0, 3]);
    const wanted = await layer.forward(x, { lengths: tensor(lengths) }).output.data();
    expect(await layer.forward(x, { lengths }).output.data()).toEqual(wanted);
    expect(await layer.forward(x, { lengths: [...lengths] }).output.data()).toEqual(wanted);
  });

  it.each(layers)('%s gives nothing for no steps or no rows', async (_, make) => {
    const layer = make();
    const { outputSize } = layer;
    for (const lengths of [undefined, [0, 0]]) {
      const { output, state } = layer.forward(tensor(new Float32Array(0), [2, 0, 3]), { lengths });
      expect(output.shape).toEqual([2, 0, outputSize]);
      for (const part of leaves(state)) expect(new Set(await part.data())).toEqual(new Set([0]));
    }
    expect(layer.forward(tensor(new Float32Array(0), [0, 4, 3])).output.shape).toEqual([0, 4, outputSize]);
  });
});

/** Steps 2 and 3 of two rows, the second of which has ended: `value` stands there. */
function paddedEnd(x: Tensor, value: number): Tensor {
  const end = slice(slice(x, 1, 2), 0, 0, 1);
  return pad(end, 0, 0, 1, value);
}
