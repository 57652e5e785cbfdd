import { type Step, TwoUnitNetwork } from '../two-unit-network.js';

/** What becomes of the inputs in one order. */
export interface OrderOfInputs {
  readonly inputs: readonly (readonly number[])[];
  readonly withMemory: readonly Step[];
  /** The same with 0 as the weights on the memory. */
  readonly withoutMemory: readonly Step[];
}

/** All orders of the same inputs. */
export interface OrderResult {
  readonly orders: readonly OrderOfInputs[];
}

/** L4: the lecture's inputs in all three orders, by its network and by one that forgets. */
export async function computeOrder(): Promise<OrderResult> {
  const [remembering, forgetting] = [new TwoUnitNetwork(), new TwoUnitNetwork(0)];
  const orders = [2, 1, 0].map((place) => [0, 1, 2].map((at) => (at === place ? [2, 2] : [1, 1])));
  return {
    orders: await Promise.all(
      orders.map(async (inputs) => ({
        inputs,
        withMemory: await remembering.run(inputs),
        withoutMemory: await forgetting.run(inputs),
      })),
    ),
  };
}
