import { defaultTolerances } from '@ostinato/conformance';
import { runFused } from '@ostinato/kernel';
import fc from 'fast-check';
import { type Call, tolerated } from './calls.fixture.js';
import { around, placed, whole } from './views.fixture.js';

/**
 * CTC losses of ragged rows, some of whose targets do not fit.
 * @param most T, B, S, C
 */
export const ctcLosses = (
  most: readonly [number, number, number, number] = [14, 4, 9, 10],
): fc.Arbitrary<Call> => {
  const [T, B, S, C] = most;
  return fc
    .record({
      T: fc.integer({ min: 0, max: T }),
      B: fc.integer({ min: 0, max: B }),
      S: fc.integer({ min: 0, max: S }),
      C: fc.integer({ min: 2, max: C }),
      blankAt: fc.nat(),
    })
    .chain(({ T, B, S, C, blankAt }) => {
      const blank = blankAt % C;
      const symbol = (next: () => number): number => {
        const drawn = Math.floor(next() * (C - 1));
        return drawn < blank ? drawn : drawn + 1;
      };
      return fc
        .record({
          logits: placed([T, B, C], { contents: around(4) }),
          targets: placed([B, S], { contents: symbol, dtype: 'i32' }),
          inputLengths: placed([B], { contents: whole(0, T), dtype: 'i32' }),
          targetLengths: placed([B], { contents: whole(0, S), dtype: 'i32' }),
          loss: placed([B], { written: true }),
          gradient: placed([T, B, C], { written: true }),
        })
        .map(
          (views): Call => ({
            kernel: 'ctcLoss',
            views,
            outs: ['loss', 'gradient'],
            loose: ['targets'],
            run: (backend, { logits, targets, inputLengths, targetLengths, loss, gradient }) =>
              runFused(backend, 'ctcLoss', {
                logits: logits!,
                targets: targets!,
                inputLengths: inputLengths!,
                targetLengths: targetLengths!,
                blank,
                loss: loss!,
                gradient: gradient!,
              }),
            allowed: (out, expected) =>
              tolerated(defaultTolerances[out === 'loss' ? 'ctcLoss' : 'ctcLossGradient'], expected),
          }),
        );
    });
};
