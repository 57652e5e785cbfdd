import { type Step, TwoUnitNetwork } from '../two-unit-network.js';

/** Two orders of the same inputs, and what the network makes of them step by step. */
export interface MemoryResult {
  readonly orders: readonly (readonly Step[])[];
}

/** L4: the lecture's inputs, then the same in another order. */
export async function computeMemory(): Promise<MemoryResult> {
  const [one, two] = [
    [1, 1],
    [2, 2],
  ];
  const network = new TwoUnitNetwork();
  return { orders: [await network.run([one, one, two]), await network.run([two, one, one])] };
}
