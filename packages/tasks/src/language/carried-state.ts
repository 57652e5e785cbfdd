import type { Backend } from '@ostinato/kernel';
import { tensor } from '@ostinato/tensor';
import { Carry, type Checkpoint, type NamedArray, type NamedArrays } from '@ostinato/train';
import type { LanguageState } from './network.js';

/** What the states of a training that was stopped are called among the weights of its checkpoint. */
const PREFIX = 'carried.';

/** A checkpoint with the states in it, with which the next window begins. */
export async function withState(checkpoint: Checkpoint, carry: Carry<LanguageState>): Promise<Checkpoint> {
  const weights = new Map<string, NamedArray>(checkpoint.weights);
  for (const [layer, state] of (carry.value ?? []).entries()) {
    weights.set(`${PREFIX}${layer}`, { shape: state.shape, data: (await state.data()) as Float32Array });
  }
  return { ...checkpoint, weights };
}

/** The weights alone. */
export function withoutState(weights: NamedArrays): NamedArrays {
  return new Map([...weights].filter(([name]) => !name.startsWith(PREFIX)));
}

/** The states among the weights of a checkpoint; none where training begins, or goes on with an epoch. */
export function carriedIn(weights: NamedArrays | undefined, backend: Backend): Carry<LanguageState> {
  const carry = new Carry<LanguageState>();
  const found = [...(weights ?? [])].filter(([name]) => name.startsWith(PREFIX));
  if (found.length === 0) return carry;
  const states = found.map(([, { data, shape }]) => tensor(data, shape, { backend }));
  carry.set(states);
  for (const state of states) state.dispose();
  return carry;
}
