import { defaultRandom, seed } from '@ostinato/tensor';

/** Runs `make` with random numbers from a seed. Those of a training that may be running are not touched. */
export function drawnFrom<T>(begin: number, make: () => T): T {
  const source = defaultRandom();
  const before = source.state;
  seed(begin);
  try {
    return make();
  } finally {
    source.restore(before);
  }
}
