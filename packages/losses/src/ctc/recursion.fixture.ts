import type { RowResult } from './enumerate-paths.fixture.js';

const logSumExp = (...terms: readonly number[]): number => {
  const largest = Math.max(...terms);
  if (largest === -Infinity) return -Infinity;
  return largest + Math.log(terms.reduce((sum, term) => sum + Math.exp(term - largest), 0));
};

/** Loss and gradient of one row by the recursion of Graves et al. 2006 (equations 5 to 16), in float64 and in logarithms. */
export function recursion(
  logits: ArrayLike<number>,
  time: number,
  classes: number,
  target: readonly number[],
  blank: number,
): RowResult {
  const states = [blank, ...target.flatMap((symbol) => [symbol, blank])];
  const count = states.length;
  const logs = new Float64Array(time * classes);
  for (let step = 0; step < time; step++) {
    const row = Array.from({ length: classes }, (_, k) => logits[step * classes + k]!);
    const norm = logSumExp(...row);
    for (let k = 0; k < classes; k++) logs[step * classes + k] = row[k]! - norm;
  }
  const at = (step: number, state: number): number => logs[step * classes + states[state]!]!;
  const skips = (state: number): boolean => states[state] !== blank && states[state] !== states[state - 2];
  const alpha = new Float64Array(time * count).fill(-Infinity);
  const beta = new Float64Array(time * count).fill(-Infinity);
  const get = (values: Float64Array, step: number, state: number): number =>
    state < 0 || state >= count ? -Infinity : values[step * count + state]!;
  for (let step = 0; step < time; step++) {
    for (let state = 0; state < count; state++) {
      const before =
        step === 0
          ? state < 2
            ? 0
            : -Infinity
          : logSumExp(
              get(alpha, step - 1, state),
              get(alpha, step - 1, state - 1),
              skips(state) ? get(alpha, step - 1, state - 2) : -Infinity,
            );
      alpha[step * count + state] = before + at(step, state);
    }
  }
  for (let step = time - 1; step >= 0; step--) {
    for (let state = 0; state < count; state++) {
      const next = (ahead: number): number =>
        state + ahead < count ? get(beta, step + 1, state + ahead) + at(step + 1, state + ahead) : -Infinity;
      beta[step * count + state] =
        step === time - 1
          ? state >= count - 2
            ? 0
            : -Infinity
          : logSumExp(next(0), next(1), skips(state + 2) ? next(2) : -Infinity);
    }
  }
  const total = logSumExp(get(alpha, time - 1, count - 1), get(alpha, time - 1, count - 2));
  const gradient = logs.map(Math.exp);
  for (let step = 0; step < time; step++) {
    for (let state = 0; state < count; state++) {
      const share = Math.exp(alpha[step * count + state]! + beta[step * count + state]! - total);
      gradient[step * classes + states[state]!]! -= share;
    }
  }
  return { loss: -total, gradient };
}
