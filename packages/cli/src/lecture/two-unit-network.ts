import { Elman, initializers, Linear } from '@ostinato/layers';
import { noGrad, type Tensor, tensor, tidy } from '@ostinato/tensor';

/** One step of the network. */
export interface Step {
  readonly input: readonly number[];
  /** What the two units hold after the step. */
  readonly memory: readonly number[];
  readonly output: readonly number[];
}

/** L4's network: two inputs, two units, two outputs; all weights 1, no bias, linear; memory starts at 0. */
export class TwoUnitNetwork {
  readonly #hidden: Elman;
  readonly #output = new Linear(2, 2, { bias: false, weightInit: initializers.constant(1) });

  /** @param feedback the weight on the memory: 1 as in the lecture, 0 for a network that forgets */
  constructor(feedback: 0 | 1 = 1) {
    this.#hidden = new Elman(2, 2, {
      activation: 'linear',
      bias: false,
      weightInit: initializers.constant(1),
      recurrentInit: initializers.constant(feedback),
    });
  }

  /** Feeds inputs one after another, from an empty memory. */
  async run(inputs: readonly (readonly number[])[]): Promise<Step[]> {
    const steps: Step[] = [];
    let state: Tensor | undefined;
    for (const input of inputs) {
      const step = tidy(() =>
        noGrad(() => {
          const next = this.#hidden.step(tensor([input]), state);
          return { state: next.state, memory: next.output, output: this.#output.forward(next.output) };
        }),
      );
      steps.push({ input, memory: [...(await step.memory.data())], output: [...(await step.output.data())] });
      state = step.state;
    }
    return steps;
  }
}

/** `[2, 2]` */
export function vector(numbers: readonly number[]): string {
  return `[${numbers.join(', ')}]`;
}
