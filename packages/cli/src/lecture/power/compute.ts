import { Elman, initializers } from '@ostinato/layers';
import { gradients, slice, tensor } from '@ostinato/tensor';

/** Steps of the sequence: the weight is used at all but the first. */
const STEPS = 1000;

/** What one weight comes to. */
export interface PowerOfWeight {
  readonly weight: number;
  /** [1000] The neuron's output after each step: w^0, w^1, ... */
  readonly outputs: readonly number[];
  /** The last of them: w^999. */
  readonly last: number;
  /** How the last output changes with the weight: 999 w^998. */
  readonly slope: number;
}

/** The weights of the lecture. */
export interface PowerResult {
  readonly steps: number;
  readonly weights: readonly PowerOfWeight[];
}

/** L20: one linear neuron with weight w on its memory; the input is 1, then zeros. */
export async function computePower(weights: readonly number[] = [1, 1.01, 0.99, 0.01]): Promise<PowerResult> {
  return { steps: STEPS, weights: await Promise.all(weights.map(powerOf)) };
}

async function powerOf(weight: number): Promise<PowerOfWeight> {
  const neuron = new Elman(1, 1, {
    activation: 'linear',
    bias: false,
    weightInit: initializers.constant(1),
    recurrentInit: initializers.constant(weight),
  });
  const input = tensor([Array.from({ length: STEPS }, (_, time) => [time === 0 ? 1 : 0])]);
  const { output } = neuron.forward(input);
  const outputs = [...(await output.data())];
  const [slope] = gradients(slice(output, 1, -1), [neuron.recurrentWeight!]);
  return { weight, outputs, last: outputs.at(-1)!, slope: await slope!.item() };
}
