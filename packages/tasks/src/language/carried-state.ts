import type { Backend } from '@ostinato/kernel';
import { dispose, Tensor, tensor } from '@ostinato/tensor';
import { Carry, type Checkpoint, type NamedArray, type NamedArrays } from '@ostinato/train';
import type { LayerState } from './cells.js';
import type { LanguageState } from './network.js';

/**
 * What the states of a training that was stopped are called among the weights of its checkpoint: `carried.0` where the state of the first
 * layer is one tensor, `carried.0.hidden` and so on where it has parts.
 */
const PREFIX = 'carried.';

/** A checkpoint with the states in it, with which the next window begins. */
export async function withState(checkpoint: Checkpoint, carry: Carry<LanguageState>): Promise<Checkpoint> {
  const weights = new Map<string, NamedArray>(checkpoint.weights);
  for (const [layer, state] of (carry.value ?? []).entries()) {
    for (const [name, part] of partsOf(state)) {
      const data = (await part.data()) as Float32Array;
      weights.set([`${PREFIX}${layer}`, ...name].join('.'), { shape: part.shape, data });
    }
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
  const states: LayerState[] = [];
  for (const [name, { data, shape }] of weights ?? []) {
    if (!name.startsWith(PREFIX)) continue;
    const [layer, part] = name.slice(PREFIX.length).split('.') as [string, string?];
    const found = tensor(data, shape, { backend });
    const index = Number(layer);
    states[index] = part === undefined ? found : ({ ...states[index], [part]: found } as LayerState);
  }
  if (states.length === 0) return carry;
  carry.set(states);
  dispose(states);
  return carry;
}

/** The tensors of a state, each with its name where there are several. */
function partsOf(state: LayerState): [name: string[], part: Tensor][] {
  if (state instanceof Tensor) return [[[], state]];
  return Object.entries(state).map(([name, part]) => [[name], part]);
}
